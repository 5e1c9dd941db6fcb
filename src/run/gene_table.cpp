#include "maniple/run/gene_table.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <tuple>

#include <fmt/format.h>

#include "maniple/core/error.hpp"
#include "maniple/genotype/allele_match.hpp"
#include "maniple/store/line_reader.hpp"

namespace maniple {
namespace {

using Fields = std::vector<std::string_view>;

constexpr std::array<std::string_view, 4> column_names{"gene", "contig", "start", "end"};

std::string lower(std::string_view text) {
    std::string word;
    for (unsigned char c : text) word.push_back(static_cast<char>(std::tolower(c)));
    if (word.starts_with('#')) word.erase(0, 1);
    if (word == "chromosome" || word == "chrom" || word == "chr") return "contig";
    return word;
}

std::array<std::size_t, 4> find_columns(Fields const& header, std::filesystem::path const& file) {
    std::array<std::size_t, 4> places{};
    for (std::size_t c = 0; c < column_names.size(); ++c) {
        auto const found = std::ranges::find(header, column_names[c], lower);
        if (found == header.end()) {
            throw UserError{fmt::format(
                "genes '{}' line 1: there is no column '{}' (the header must name gene, contig, "
                "start and end); correct the file",
                file.string(), column_names[c])};
        }
        places[c] = static_cast<std::size_t>(found - header.begin());
    }
    return places;
}

std::int32_t read_position(std::string_view text, std::filesystem::path const& file,
                           std::int64_t line) {
    std::int32_t position = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), position);
    if (error == std::errc{} && end == text.data() + text.size() && position > 0) return position;
    throw UserError{fmt::format(
        "genes '{}' line {}: '{}' is no position (1-based, a whole number); correct the file",
        file.string(), line, text)};
}

}  // namespace

GeneTable::GeneTable(std::filesystem::path const& file) {
    LineReader lines{file};
    Fields fields;
    std::optional<std::array<std::size_t, 4>> columns;
    while (auto const line = lines.next()) {
        split_at_blanks(*line, fields);
        if (fields.empty()) continue;
        if (!columns) {
            columns = find_columns(fields, file);
            continue;
        }
        if (fields.size() <= *std::ranges::max_element(*columns)) {
            throw UserError{
                fmt::format("genes '{}' line {}: there are {} fields (fewer than the "
                            "header names); correct the file",
                            file.string(), lines.line(), fields.size())};
        }
        Gene gene{.name = std::string{fields[(*columns)[0]]},
                  .contig = canonical_contig(fields[(*columns)[1]]),
                  .first = read_position(fields[(*columns)[2]], file, lines.line()),
                  .last = read_position(fields[(*columns)[3]], file, lines.line())};
        if (gene.first > gene.last) {
            throw UserError{fmt::format("genes '{}' line {}: start is behind end; correct the file",
                                        file.string(), lines.line())};
        }
        genes_.push_back(std::move(gene));
    }
    if (genes_.empty()) {
        throw UserError{
            fmt::format("genes '{}' holds no genes; write one a line below a header "
                        "with gene, contig, start and end",
                        file.string())};
    }
    std::ranges::sort(genes_, {}, [](Gene const& gene) {
        return std::tie(gene.contig, gene.first, gene.last, gene.name);
    });
    for (std::size_t g = 0; g < genes_.size(); ++g) {
        auto const [run, is_new] = runs_.try_emplace(genes_[g].contig);
        if (is_new) run->second.first = static_cast<std::int32_t>(g);
        auto& reach = run->second.reach;
        reach.push_back(std::max(genes_[g].last, reach.empty() ? 0 : reach.back()));
    }
}

std::vector<std::int32_t> GeneTable::at(std::string_view contig, std::int32_t position) const {
    std::vector<std::int32_t> found;
    auto const run = runs_.find(canonical_contig(contig));
    if (run == runs_.end()) return found;
    auto const& [first, reach] = run->second;
    // Genes before this one end before the position.
    auto const begin = std::ranges::lower_bound(reach, position) - reach.begin();
    for (auto g = begin; g < std::ssize(reach); ++g) {
        auto const& gene = genes_[static_cast<std::size_t>(first + g)];
        if (gene.first > position) break;
        if (gene.last >= position) found.push_back(static_cast<std::int32_t>(first + g));
    }
    return found;
}

}  // namespace maniple
