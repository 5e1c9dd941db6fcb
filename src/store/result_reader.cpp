#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "columns.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/hdf5/file.hpp"
#include "maniple/store/result_file.hpp"
#include "result_layout.hpp"
#include "variant_table.hpp"

namespace maniple {

struct ResultReader::State {
    hdf5::File file;
    ResultHeader header;
    NamedVariants named;
    std::vector<std::uint64_t> checksums;
};

namespace {

hdf5::File open_results(std::filesystem::path const& path) {
    std::error_code error;
    if (!std::filesystem::exists(path, error) && !error) {
        throw UserError{
            fmt::format("'{}' does not exist; check the path, or let `maniple scan` finish first",
                        path.string())};
    }
    auto file = hdf5::File::open(path);
    if (!file.has_attribute("checksum")) {
        hdf5::reject(file.origin(), "it was never finished, or holds no results");
    }
    if (auto const version = file.read_integer("format_version"); version != result_version) {
        hdf5::reject(file.origin(), fmt::format("format version {} is unknown", version));
    }
    return file;
}

ResultHeader read_header(hdf5::File const& file) {
    ResultHeader header;
    header.traits = read_texts(file, "trait_id", file.open_dataset("trait_id").rows());
    header.statuses = read_texts(file, "status_id", file.open_dataset("status_id").rows());
    header.model = file.read_text("model");
    header.covariates = file.read_text("covariates");
    header.missing_genotype = file.read_text("missing_genotype");
    header.fingerprint = file.read_unsigned("fingerprint");
    header.variants = file.read_integer("variants");
    return header;
}

template <class T>
std::vector<T> read_column(ResultHeader const& header, hdf5::File const& file, std::size_t which,
                           std::int64_t trait, std::uint64_t expected) {
    std::string const name{result_datasets[which]};
    auto const dataset = file.open_dataset(name);
    dataset.require_extent(header.variants, std::ssize(header.traits));
    std::vector<T> values(static_cast<std::size_t>(header.variants));
    dataset.read({.rows = header.variants, .first_column = trait}, std::span{values});
    if (checksum(std::as_bytes(std::span{values})) != expected) {
        hdf5::reject(file.origin(), fmt::format("the checksum of '{}' of trait '{}' differs", name,
                                                header.traits[static_cast<std::size_t>(trait)]));
    }
    return values;
}

}  // namespace

ResultReader::ResultReader(std::filesystem::path const& path) {
    auto file = open_results(path);
    auto header = read_header(file);
    auto const dataset = file.open_dataset("trait_checksum");
    dataset.require_extent(std::ssize(header.traits), std::ssize(result_datasets));
    auto checksums = dataset.read_all<std::uint64_t>();
    auto named = read_variant_table(file, header.variants);
    Checksum sum;
    add_to(sum, header, checksums);
    named.add_to(sum);
    if (sum.value() != file.read_unsigned("checksum")) {
        hdf5::reject(file.origin(), "the checksum of its header and variant table differs");
    }
    state_ = std::make_unique<State>(
        State{std::move(file), std::move(header), std::move(named), std::move(checksums)});
}

ResultReader::ResultReader(ResultReader&&) noexcept = default;
ResultReader& ResultReader::operator=(ResultReader&&) noexcept = default;
ResultReader::~ResultReader() = default;

ResultHeader const& ResultReader::header() const { return state_->header; }

std::vector<std::string> const& ResultReader::contigs() const { return state_->named.contigs; }

std::span<std::int32_t const> ResultReader::variant_contig() const { return state_->named.contig; }

std::vector<Variant> const& ResultReader::variants() const { return state_->named.variants; }

TraitResults ResultReader::read(TraitIndex trait) const {
    auto const& header = state_->header;
    expect(trait.get() >= 0 && trait.get() < std::ssize(header.traits), "trait is in the results");

    auto const& file = state_->file;
    auto const t = trait.get();
    auto const expected = [&](std::size_t which) {
        return state_->checksums[trait.at() * result_datasets.size() + which];
    };
    return {.beta = read_column<double>(header, file, 0, t, expected(0)),
            .standard_error = read_column<float>(header, file, 1, t, expected(1)),
            .neg_log10_p = read_column<float>(header, file, 2, t, expected(2)),
            .status = read_column<std::uint8_t>(header, file, 3, t, expected(3)),
            .samples = read_column<std::int32_t>(header, file, 4, t, expected(4)),
            .effect_allele_frequency = read_column<float>(header, file, 5, t, expected(5))};
}

}  // namespace maniple
