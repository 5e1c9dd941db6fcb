#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/elementary.hpp"
#include "maniple/core/error.hpp"
#include "maniple/store/line_reader.hpp"
#include "maniple/store/scoring_file.hpp"
#include "scoring_columns.hpp"
#include "scoring_header.hpp"
#include "scoring_values.hpp"

namespace maniple {
namespace {

/// What happened to rows, for remarks.
struct RowCounts {
    std::int64_t rows = 0;
    std::int64_t zero = 0;      ///< Left out.
    std::int64_t unplaced = 0;  ///< Although the file has positions.
    std::int64_t without_other = 0;
    std::int64_t unusual = 0;      ///< Alleles that are no bases.
    std::int64_t named_place = 0;  ///< Positions read off IDs.
};

/// Reads rows into a model.
class RowReader {
public:
    RowReader(ScoringColumns const& columns, LineReader const& lines)
        : columns_{columns},
          lines_{lines},
          row_(columns.weights.size()),
          weights_{std::ssize(columns.weights)} {}

    void read(std::string_view line) {
        if (!split_fields(line, columns_.separator, fields_)) {
            refuse("a quote is not closed, or text follows it; correct the line");
        }
        if (fields_.size() != columns_.fields) {
            refuse(fmt::format("{} fields (must be {}, as in the {} line); complete the line",
                               fields_.size(), columns_.fields,
                               columns_.names.empty() ? "first" : "header"));
        }
        ++counts_.rows;
        refuse_other_models();
        bool const weighs = read_weights();
        auto variant = read_variant();
        if (!weighs) {
            ++counts_.zero;
            return;
        }
        require_new(variant);
        count(variant);
        weights_.append_variant(row_);
        variants_.push_back(std::move(variant));
    }

    RowCounts const& counts() const { return counts_; }
    std::vector<ScoredVariant>& variants() { return variants_; }
    WeightMatrix& weights() { return weights_; }

private:
    [[noreturn]] void refuse(std::string const& problem) const {
        throw UserError{fmt::format("{}: {}", lines_.place(), problem)};
    }

    std::string const& field(std::optional<std::size_t> place) const {
        static std::string const none;
        return place ? fields_[*place] : none;
    }

    void refuse_other_models() const {
        for (auto const place : columns_.exclusions) {
            auto const word = lower_case(fields_[place]);
            if (is_absent(word) || word == "false" || word == "0" || word == "no") continue;
            refuse(
                fmt::format("{} is {} (only additive weights of single alleles can be used); "
                            "choose a score without such variants, or remove them",
                            columns_.title(place), fields_[place]));
        }
    }

    // Is one of them not 0?
    bool read_weights() {
        bool weighs = false;
        for (std::size_t w = 0; w < row_.size(); ++w) {
            auto const place = columns_.weights[w];
            auto const number = parse_number(fields_[place]);
            if (!number) {
                refuse(
                    fmt::format("{} = '{}' (must be a finite number); correct it, or remove the "
                                "line",
                                columns_.title(place), fields_[place]));
            }
            row_[w] = *number;
            if (columns_.are_ratios[w]) {
                if (*number <= 0) {
                    refuse(
                        fmt::format("{} = {} (an odds or hazard ratio must be over 0); if these "
                                    "are logarithms, let the file say weight_type=beta",
                                    columns_.title(place), fields_[place]));
                }
                row_[w] = portable_log(*number);
            }
            weighs = weighs || row_[w] != 0;
        }
        return weighs;
    }

    std::string read_allele(std::optional<std::size_t> place) const {
        if (!place || is_absent(fields_[*place])) return {};
        auto allele = normalized_allele(fields_[*place]);
        if (auto const flaw = find_flaw(allele, longest_allele); !flaw.empty()) {
            refuse(fmt::format("{} {}; correct it", columns_.title(*place), flaw));
        }
        return allele;
    }

    void read_place(ScoredVariant& variant) {
        if (!columns_.position) return;
        auto const& contig = field(columns_.contig);
        auto const& text = field(columns_.position);
        auto const position = is_absent(text) ? std::optional{0} : parse_position(text);
        if (!position) {
            refuse(
                fmt::format("{} = '{}' (must be a whole number from 1 to 2147483647, or NA); "
                            "correct it",
                            columns_.title(*columns_.position), text));
        }
        if (is_absent(contig) || *position == 0) return;
        if (auto const flaw = find_flaw(contig, longest_name); !flaw.empty()) {
            refuse(fmt::format("{} {}; correct it", columns_.title(*columns_.contig), flaw));
        }
        variant.contig = contig;
        variant.position = *position;
    }

    void read_id(ScoredVariant& variant) const {
        for (auto const& place : {columns_.id, columns_.other_id}) {
            if (!place || is_absent(fields_[*place])) continue;
            if (auto const flaw = find_flaw(fields_[*place], longest_allele); !flaw.empty()) {
                refuse(fmt::format("{} {}; correct it", columns_.title(*place), flaw));
            }
            variant.id = fields_[*place];
            return;
        }
        variant.id = ".";
    }

    // chr:pos:ref:alt, where nothing else tells the place.
    void read_place_of_id(ScoredVariant& variant) {
        if (columns_.position) return;
        auto const place = parse_place(variant.id);
        if (!place) return;
        variant.contig = place->contig;
        variant.position = place->position;
        ++counts_.named_place;
        if (!variant.other_allele.empty()) return;
        if (place->first_allele == variant.effect_allele) {
            variant.other_allele = place->second_allele;
        } else if (place->second_allele == variant.effect_allele) {
            variant.other_allele = place->first_allele;
        }
    }

    void read_other_allele(ScoredVariant& variant) const {
        variant.other_allele = read_allele(columns_.other);
        if (!variant.other_allele.empty()) return;
        auto const inferred = read_allele(columns_.inferred_other);
        // Several that it could be ("C/T") are none.
        if (inferred.find('/') == std::string::npos) variant.other_allele = inferred;
    }

    double read_frequency() const {
        if (!columns_.frequency || is_absent(fields_[*columns_.frequency])) {
            return std::numeric_limits<double>::quiet_NaN();
        }
        auto const number = parse_number(fields_[*columns_.frequency]);
        if (!number || *number < 0 || *number > 1) {
            refuse(fmt::format("{} = '{}' (must be a number from 0 to 1, or NA); correct it",
                               columns_.title(*columns_.frequency), fields_[*columns_.frequency]));
        }
        return *number;
    }

    ScoredVariant read_variant() {
        ScoredVariant variant;
        variant.effect_allele = read_allele(columns_.effect);
        if (variant.effect_allele.empty()) {
            refuse(
                fmt::format("{} is empty (a weight needs its allele); correct it, or remove the "
                            "line",
                            columns_.title(*columns_.effect)));
        }
        read_other_allele(variant);
        read_place(variant);
        read_id(variant);
        read_place_of_id(variant);
        if (variant.effect_allele == variant.other_allele) {
            refuse(fmt::format("effect allele and other allele are both '{}'; correct one",
                               variant.effect_allele));
        }
        if (variant.position == 0 && variant.id == ".") {
            refuse("the variant has neither a position nor an ID; correct or remove the line");
        }
        variant.effect_allele_frequency = read_frequency();
        return variant;
    }

    void require_new(ScoredVariant const& variant) {
        auto const [before, is_new] = seen_.emplace(name_checksum(variant), lines_.line());
        if (is_new) return;
        auto const place = variant.position == 0
                               ? variant.id
                               : fmt::format("{}:{}", variant.contig, variant.position);
        refuse(
            fmt::format("variant {} with effect allele {} stands already in line {}; remove one "
                        "of them",
                        place, variant.effect_allele, before->second));
    }

    void count(ScoredVariant const& variant) {
        constexpr auto bases = "ACGT";
        counts_.unplaced += columns_.position && variant.position == 0;
        counts_.without_other += variant.other_allele.empty();
        counts_.unusual += variant.effect_allele.find_first_not_of(bases) != std::string::npos ||
                           variant.other_allele.find_first_not_of(bases) != std::string::npos;
    }

    ScoringColumns const& columns_;
    LineReader const& lines_;
    std::vector<std::string> fields_;
    std::vector<double> row_;
    std::vector<ScoredVariant> variants_;
    WeightMatrix weights_;
    // Line of each variant, by a 64-bit checksum of its name: two of ten million that agree by
    // chance are one case in a million.
    std::unordered_map<std::uint64_t, std::int64_t> seen_;
    RowCounts counts_;
};

std::string stem_of(std::filesystem::path const& path) {
    auto file = path.filename();
    if (file.extension() == ".gz" || file.extension() == ".bgz") file.replace_extension();
    return file.stem().string();
}

// One score has its own name or the file's; several have their columns'.
std::vector<std::string> score_names(ScoringColumns const& columns, ScoreDescription const& score,
                                     std::filesystem::path const& path) {
    if (columns.weights.size() == 1) return {score.name.empty() ? stem_of(path) : score.name};
    std::vector<std::string> names;
    for (auto const field : columns.weights) {
        names.push_back(columns.names.empty() ? fmt::format("{}_{}", stem_of(path), field + 1)
                                              : columns.names[field]);
    }
    return names;
}

void require_names(std::vector<std::string> const& names, std::filesystem::path const& path) {
    for (auto const& name : names) {
        auto const flaw = name.empty() ? "is empty" : find_flaw(name, longest_name);
        if (flaw.empty()) continue;
        throw UserError{
            fmt::format("'{}': the name of a score {}; correct it", path.string(), flaw)};
    }
}

std::string build_of(ScoringColumns const& columns, ScoringFileOptions const& options,
                     std::filesystem::path const& path) {
    if (options.genome_build.empty()) return columns.genome_build;
    if (columns.genome_build.empty() || columns.genome_build == options.genome_build) {
        return options.genome_build;
    }
    throw UserError{
        fmt::format("'{}': its positions are those of {} (--genome-build says {}); take the file "
                    "harmonised to that build, or leave the option out",
                    path.string(), columns.genome_build, options.genome_build)};
}

void describe_rows(RowCounts const& counts, ScoringHeader const& header,
                   std::vector<std::string>& remarks) {
    auto const remark = [&](std::int64_t count, char const* text) {
        if (count > 0) remarks.push_back(fmt::format("{} {}", count, text));
    };
    remark(counts.zero, "variants have weight 0: left out");
    remark(counts.named_place, "positions are read off variant IDs");
    remark(counts.unplaced, "variants have no position: they can be matched by ID alone");
    remark(counts.without_other, "variants have no other allele");
    remark(counts.unusual, "variants have alleles other than A, C, G, T: matched letter by letter");
    auto const promised = header.value("variants_number");
    if (!promised.empty() && promised != std::to_string(counts.rows)) {
        remarks.push_back(fmt::format(
            "the header promises {} variants, the file has {}: check that it is complete", promised,
            counts.rows));
    }
}

}  // namespace

ScoringFile read_scoring_file(std::filesystem::path const& path,
                              ScoringFileOptions const& options) {
    LineReader lines{path};
    auto const header = read_scoring_header(lines, path);
    auto const format = options.format.value_or(detect_scoring_format(header));
    auto const columns = format == ScoringFormat::pgs_catalog
                             ? find_catalog_columns(header, options, lines.place())
                             : find_plink_columns(header, options, lines.place());
    auto const described = read_description(header, path);
    auto const names = score_names(columns, described, path);
    require_names(names, path);

    RowReader rows{columns, lines};
    if (columns.names.empty()) rows.read(header.columns);
    while (auto const line = lines.next()) {
        if (line->find_first_not_of(" \t") == std::string_view::npos) continue;
        rows.read(*line);
    }
    if (rows.variants().empty()) {
        throw UserError{
            fmt::format("'{}' holds no weights ({}); check that it is complete", path.string(),
                        rows.counts().rows == 0 ? "there are no rows" : "all of them are 0")};
    }
    bool const has_alleles = std::ranges::any_of(rows.variants(), [](ScoredVariant const& variant) {
        return variant.effect_allele.find_first_not_of("0123456789.") != std::string::npos;
    });
    if (!has_alleles) {
        throw UserError{fmt::format(
            "'{}': numbers stand where effect alleles should (is it a table of traits?); take a "
            "file of weights, or name its columns with --allele-column and --weight-columns",
            path.string())};
    }
    ScoringFile file;
    auto& model = file.model;
    model.genome_build = build_of(columns, options, path);
    model.source = header.value("maniple_source");
    if (model.source.empty()) model.source = path.filename().string();
    model.weights = {.variants = std::move(rows.variants()),
                     .scores = names,
                     .weights = std::move(rows.weights())};
    for (auto const& name : names) {
        model.scores.push_back(described);
        model.scores.back().name = name;
    }
    file.remarks = columns.remarks;
    describe_rows(rows.counts(), header, file.remarks);
    return file;
}

}  // namespace maniple
