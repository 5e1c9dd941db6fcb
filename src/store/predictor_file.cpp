#include "maniple/store/predictor_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <span>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "columns.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/genotype/allele_match.hpp"
#include "maniple/hdf5/file.hpp"

namespace maniple {
namespace {

constexpr std::string_view predictor_kind = "maniple predictors";
constexpr std::int64_t version = 2;

/// What of each trait, and of each row of predictions, the file says.
struct PredictorLists {
    std::vector<TraitPrediction> traits;
    std::vector<std::int64_t> samples;
    std::vector<std::uint64_t> checksums;

    std::vector<double> numbers(double TraitPrediction::*which) const {
        std::vector<double> values;
        for (auto const& trait : traits) values.push_back(trait.*which);
        return with_one_nan(std::move(values));
    }
};

/// The columns of numbers that traits have.
struct NumberColumn {
    char const* name;
    double TraitPrediction::*which;
};
constexpr std::array<NumberColumn, 3> number_columns{
    {{"trait_scale", &TraitPrediction::scale},
     {"trait_heritability", &TraitPrediction::heritability},
     {"trait_r_squared", &TraitPrediction::r_squared}}};

std::uint64_t checksum_of(PredictorHeader const& header, PredictorLists const& lists) {
    Checksum sum;
    for (auto const* list : {&header.traits, &header.contigs}) {
        auto const size = std::ssize(*list);
        sum.add_values(std::span{&size, 1});
        for (auto const& name : *list) sum.add(name);
    }
    for (auto const* text : {&header.method, &header.covariates, &header.source}) sum.add(*text);
    sum.add_values(std::span{&header.fingerprint, 1});
    for (auto number : {header.samples, header.slices()}) {
        sum.add_values(std::span<std::int64_t const>{&number, 1});
    }
    for (auto const& trait : lists.traits) sum.add(to_string(trait.unit));
    for (auto const& column : number_columns) {
        auto const values = lists.numbers(column.which);
        sum.add_values(std::span{values});
    }
    sum.add_values(std::span{lists.samples});
    sum.add_values(std::span{lists.checksums});
    return sum.value();
}

bool are_unique(std::vector<std::string> const& names) {
    return std::set<std::string>{names.begin(), names.end()}.size() == names.size();
}

bool are_unique_contigs(std::vector<std::string> const& contigs) {
    std::set<std::string> names;
    for (auto const& contig : contigs) names.insert(canonical_contig(contig));
    return names.size() == contigs.size();
}

}  // namespace

std::string_view to_string(PredictionUnit unit) {
    switch (unit) {
        case PredictionUnit::unknown:
            return "";
        case PredictionUnit::residual_sd:
            return "SD";
        case PredictionUnit::log_odds:
            return "log odds";
    }
    return "";
}

std::optional<std::int64_t> PredictorHeader::slice_of(std::string_view contig) const {
    auto const wanted = canonical_contig(contig);
    for (std::size_t c = 0; c < contigs.size(); ++c) {
        if (canonical_contig(contigs[c]) == wanted) return static_cast<std::int64_t>(c);
    }
    if (whole == WholeGenome::present) return std::ssize(contigs);
    return std::nullopt;
}

struct PredictorWriter::State {
    PredictorHeader header;
    DurableFile place;
    hdf5::File file;
    hdf5::Dataset predictions;
    PredictorLists lists;
    std::vector<char> written;  // Per trait.
    std::vector<float> row;
};

PredictorWriter::PredictorWriter(std::filesystem::path const& path, PredictorHeader header) {
    auto const traits = std::ssize(header.traits);
    expect(traits > 0 && header.slices() > 0 && header.samples > 0,
           "there are traits, slices and samples");
    expect(are_unique(header.traits) && are_unique_contigs(header.contigs), "names are unique");

    DurableFile place{path};
    auto file = hdf5::File::create(place.temporary());
    auto predictions = file.create_dataset("prediction", {.element = hdf5::Element::float32,
                                                          .rows = traits * header.slices(),
                                                          .columns = header.samples,
                                                          .chunk_rows = 1,
                                                          .chunk_columns = header.samples});
    auto const rows = static_cast<std::size_t>(traits * header.slices());
    PredictorLists lists{.traits = std::vector<TraitPrediction>(header.traits.size()),
                         .samples = std::vector<std::int64_t>(header.traits.size()),
                         .checksums = std::vector<std::uint64_t>(rows)};
    std::vector<char> written(header.traits.size());
    state_ = std::make_unique<State>(State{std::move(header),
                                           std::move(place),
                                           std::move(file),
                                           std::move(predictions),
                                           std::move(lists),
                                           std::move(written),
                                           {}});
}

PredictorWriter::PredictorWriter(PredictorWriter&&) noexcept = default;
PredictorWriter& PredictorWriter::operator=(PredictorWriter&&) noexcept = default;
PredictorWriter::~PredictorWriter() = default;

void PredictorWriter::write(TraitIndex trait, TraitPrediction const& how,
                            MatrixView<float const> slices) {
    auto& [header, place, file, predictions, lists, written, row] = *state_;
    expect(trait.get() >= 0 && trait.at() < written.size() && written[trait.at()] == 0,
           "the trait was not written");
    expect(slices.rows() == header.slices() && slices.columns() == header.samples,
           "there is a value for each slice and sample");
    for (std::int64_t c = 0; c < slices.rows(); ++c) {
        auto const values = slices.row(c);
        for (std::size_t s = 0; s < values.size(); ++s) {
            expect(std::isnan(values[s]) == std::isnan(slices.row(0)[s]),
                   "what is NaN in one slice is so in all");
            expect(!std::isinf(values[s]), "none is infinite");
        }
    }
    expect(how.unit != PredictionUnit::unknown, "the unit is known");
    expect(std::isnan(how.scale) || (how.scale > 0 && std::isfinite(how.scale)),
           "the scale is positive, or NaN");
    expect(how.unit != PredictionUnit::log_odds || how.scale == 1, "the scale of log odds is 1");

    for (std::int64_t c = 0; c < slices.rows(); ++c) {
        auto const values = slices.row(c);
        row.assign(values.begin(), values.end());
        // There are many NaN, and equal contents must have equal bytes.
        for (auto& value : row) {
            if (std::isnan(value)) value = std::numeric_limits<float>::quiet_NaN();
        }
        auto const place_of_row = trait.get() * header.slices() + c;
        predictions.write({.first_row = place_of_row, .rows = 1, .columns = header.samples},
                          std::span<float const>{row});
        lists.checksums[static_cast<std::size_t>(place_of_row)] =
            checksum(std::as_bytes(std::span{row}));
    }
    lists.samples[trait.at()] =
        std::ranges::count_if(row, [](float value) { return !std::isnan(value); });
    lists.traits[trait.at()] = how;
    written[trait.at()] = 1;
}

void PredictorWriter::finish(ExistingFile existing) {
    auto& [header, place, file, predictions, lists, written, row] = *state_;
    expect(std::ranges::all_of(written, [](char is) { return is != 0; }),
           "every trait was written");

    file.write_attribute("kind", predictor_kind);
    file.write_attribute("version", version);
    file.write_attribute("fingerprint", header.fingerprint);
    file.write_attribute("traits", std::ssize(header.traits));
    file.write_attribute("contigs", std::ssize(header.contigs));
    file.write_attribute("samples", header.samples);
    file.write_attribute("whole_genome",
                         std::int64_t{header.whole == WholeGenome::present ? 1 : 0});
    file.write_attribute("method", std::string_view{header.method});
    file.write_attribute("covariates", std::string_view{header.covariates});
    file.write_attribute("source", std::string_view{header.source});
    file.write_attribute("checksum", checksum_of(header, lists));
    write_texts(file, "trait_id", header.traits);
    write_texts(file, "contig_id", header.contigs);
    std::vector<std::string> units;
    for (auto const& trait : lists.traits) units.emplace_back(to_string(trait.unit));
    write_texts(file, "trait_unit", units);
    for (auto const& column : number_columns) {
        auto const values = lists.numbers(column.which);
        write_numbers(file, column.name, std::span<double const>{values});
    }
    write_numbers(file, "trait_samples", std::span<std::int64_t const>{lists.samples});
    write_numbers(file, "prediction_checksum", std::span<std::uint64_t const>{lists.checksums});
    file.close();
    place.commit(existing, FileReaders::owner);
}

bool is_predictor_file(std::filesystem::path const& path) {
    try {
        auto const file = hdf5::File::open(path);
        return file.has_attribute("kind") && file.read_text("kind") == predictor_kind;
    } catch (Error const&) {
        return false;
    }
}

struct PredictorReader::State {
    hdf5::File file;
    PredictorHeader header;
    PredictorLists lists;
    hdf5::Dataset predictions;
};

namespace {

hdf5::File open_predictors(std::filesystem::path const& path) {
    std::error_code error;
    if (!std::filesystem::exists(path, error) && !error) {
        throw UserError{
            fmt::format("'{}' does not exist; check the path of the predictors", path.string())};
    }
    auto file = hdf5::File::open(path);
    if (!file.has_attribute("kind") || file.read_text("kind") != predictor_kind) {
        hdf5::reject(file.origin(), "it holds no predictors");
    }
    if (auto const found = file.read_integer("version"); found != version) {
        hdf5::reject(file.origin(), fmt::format("version {} of predictors is unknown", found));
    }
    return file;
}

PredictorHeader read_header(hdf5::File const& file) {
    PredictorHeader header{.traits = read_texts(file, "trait_id", file.read_integer("traits")),
                           .contigs = read_texts(file, "contig_id", file.read_integer("contigs")),
                           .whole = file.read_integer("whole_genome") == 1 ? WholeGenome::present
                                                                           : WholeGenome::absent,
                           .method = file.read_text("method"),
                           .covariates = file.read_text("covariates"),
                           .source = file.read_text("source"),
                           .fingerprint = file.read_unsigned("fingerprint"),
                           .samples = file.read_integer("samples")};
    return header;
}

PredictionUnit find_unit(hdf5::File const& file, std::string const& word) {
    for (auto unit : {PredictionUnit::residual_sd, PredictionUnit::log_odds}) {
        if (word == to_string(unit)) return unit;
    }
    hdf5::reject(file.origin(), fmt::format("'{}' is no unit of predictions", word));
}

std::vector<TraitPrediction> read_traits(hdf5::File const& file, std::int64_t traits) {
    std::vector<TraitPrediction> all;
    for (auto const& word : read_texts(file, "trait_unit", traits)) {
        all.push_back({.unit = find_unit(file, word)});
    }
    for (auto const& column : number_columns) {
        auto const values = read_numbers<double>(file, column.name, traits);
        for (std::size_t t = 0; t < all.size(); ++t) all[t].*column.which = values[t];
    }
    return all;
}

}  // namespace

PredictorReader::PredictorReader(std::filesystem::path const& path) {
    auto file = open_predictors(path);
    auto header = read_header(file);
    auto const traits = std::ssize(header.traits);
    auto const rows = traits * header.slices();
    PredictorLists lists{
        .traits = read_traits(file, traits),
        .samples = read_numbers<std::int64_t>(file, "trait_samples", traits),
        .checksums = read_numbers<std::uint64_t>(file, "prediction_checksum", rows)};
    if (checksum_of(header, lists) != file.read_unsigned("checksum")) {
        hdf5::reject(file.origin(), "its checksum does not match");
    }
    auto predictions = file.open_dataset("prediction");
    predictions.require_extent(rows, header.samples);
    predictions.require_element(hdf5::Element::float32);
    predictions.require_possible(sizeof(float));
    state_ = std::make_unique<State>(
        State{std::move(file), std::move(header), std::move(lists), std::move(predictions)});
}

PredictorReader::PredictorReader(PredictorReader&&) noexcept = default;
PredictorReader& PredictorReader::operator=(PredictorReader&&) noexcept = default;
PredictorReader::~PredictorReader() = default;

PredictorHeader const& PredictorReader::header() const { return state_->header; }

TraitPrediction const& PredictorReader::how(TraitIndex trait) const {
    return state_->lists.traits[trait.at()];
}

std::int64_t PredictorReader::trait_samples(TraitIndex trait) const {
    return state_->lists.samples[trait.at()];
}

std::vector<float> PredictorReader::read(TraitIndex trait, std::int64_t slice) const {
    auto const& [file, header, lists, predictions] = *state_;
    expect(trait.get() >= 0 && trait.get() < std::ssize(header.traits) && slice >= 0 &&
               slice < header.slices(),
           "trait and slice are in the file");

    auto const row = trait.get() * header.slices() + slice;
    std::vector<float> values(static_cast<std::size_t>(header.samples));
    predictions.read({.first_row = row, .rows = 1, .columns = header.samples},
                     std::span<float>{values});
    if (checksum(std::as_bytes(std::span{values})) !=
        lists.checksums[static_cast<std::size_t>(row)]) {
        hdf5::reject(file.origin(),
                     fmt::format("the checksum of 'prediction' differs (row {})", row));
    }
    return values;
}

}  // namespace maniple
