#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/error.hpp"
#include "maniple/genotype/allele_match.hpp"
#include "maniple/store/line_reader.hpp"
#include "maniple/store/loco_file.hpp"

namespace maniple {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view header_word = "FID_IID";

std::optional<fs::path> find_file(fs::path const& written, fs::path const& list) {
    std::error_code ignored;
    for (auto const& path :
         {written, list.parent_path() / written, list.parent_path() / written.filename()}) {
        if (fs::is_regular_file(path, ignored)) return path;
    }
    return std::nullopt;
}

// A line of a cohort has millions of bytes: fields are visited, not listed.
std::string_view next_field(std::string_view& rest) {
    constexpr std::string_view blanks = " \t";
    auto const first = std::min(rest.find_first_not_of(blanks), rest.size());
    auto const last = std::min(rest.find_first_of(blanks, first), rest.size());
    auto const field = rest.substr(first, last - first);
    rest.remove_prefix(last);
    return field;
}

float parse_value(std::string_view field, LineReader const& lines, std::size_t number) {
    if (field == "NA") return std::numeric_limits<float>::quiet_NaN();
    double value = 0;
    auto const [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    auto const single = static_cast<float>(value);
    if (error != std::errc{} || end != field.data() + field.size() || !std::isfinite(single)) {
        throw UserError{
            fmt::format("{} field {} is '{}' (must be a number or NA); is it a .loco file?",
                        lines.place(), number, field.substr(0, 40))};
    }
    return single;
}

}  // namespace

std::vector<LocoEntry> read_loco_list(fs::path const& path) {
    std::vector<LocoEntry> entries;
    LineReader lines{path};
    std::vector<std::string_view> fields;
    while (auto const line = lines.next()) {
        split_at_blanks(*line, fields);
        if (fields.empty()) continue;
        if (fields[0] == "FID_IID") {  // The rest of the line are people.
            throw UserError{fmt::format(
                "'{}' is a .loco file (it starts with FID_IID); give the _pred.list that names it",
                path.string())};
        }
        if (fields.size() < 2) {
            throw UserError{
                fmt::format("{} has one field (must be a trait and the path of its .loco file); "
                            "give the _pred.list that `regenie --step 1` wrote",
                            lines.place())};
        }
        std::string trait{fields[0]};
        // What follows the trait is the path, blanks and all.
        auto const last = fields.back().data() + fields.back().size();
        fs::path const written{std::string{fields[1].data(), last}};
        auto const file = find_file(written, path);
        if (!file) {
            throw UserError{fmt::format(
                "{}: '{}' is not there (nor is '{}' beside the list); correct the path, or put the "
                ".loco files beside the list",
                lines.place(), written.string(), written.filename().string())};
        }
        if (std::ranges::find(entries, trait, &LocoEntry::trait) != entries.end()) {
            throw UserError{fmt::format("{}: trait '{}' comes twice; leave one of the lines out",
                                        lines.place(), trait)};
        }
        entries.push_back({std::move(trait), *file});
    }
    if (entries.empty()) {
        throw UserError{fmt::format(
            "'{}' lists no predictions; give the _pred.list that `regenie --step 1` wrote",
            path.string())};
    }
    return entries;
}

LocoReader::LocoReader(Samples const& samples) : samples_{samples}, finder_{samples} {}

// Both halves may hold underscores themselves, and so may an individual that stands alone.
std::int64_t LocoReader::find(std::string_view name, std::string const& place,
                              std::size_t field) const {
    // No sample has a longer name; trying the places where it could be cut would take for ever.
    if (name.size() > 2 * longest_name + 1) return -1;
    std::set<std::int64_t> found;
    auto const add = [&](std::string_view family, std::string_view individual) {
        auto const answer = finder_.find(family, individual);
        if (answer.match != Match::found) return false;
        found.insert(answer.sample.get());
        return samples_.families[answer.sample.at()] == family;
    };
    add("0", name);
    for (auto at = name.find('_'); at != std::string_view::npos; at = name.find('_', at + 1)) {
        auto const family = name.substr(0, at);
        auto const individual = name.substr(at + 1);
        if (family.empty() || individual.empty()) continue;
        // Where the family is the cohort's own, nothing else is meant.
        if (add(family, individual)) {
            return finder_.find(family, individual).sample.get();
        }
    }
    if (found.size() > 1) {
        throw UserError{fmt::format(
            "{} field {} fits several samples of the store (its underscores separate family and "
            "individual in several ways); import genotypes with family IDs",
            place, field)};
    }
    return found.empty() ? -1 : *found.begin();
}

LocoReader::Columns LocoReader::find_columns(std::string const& header,
                                             std::string const& place) const {
    Columns columns;
    std::string_view rest{header};
    if (next_field(rest) != header_word) {
        throw UserError{
            fmt::format("{} does not begin with {}; is it a .loco file?", place, header_word)};
    }
    std::vector<char> seen(samples_.ids.size());
    for (auto name = next_field(rest); !name.empty(); name = next_field(rest)) {
        auto const sample = find(name, place, columns.samples.size() + 2);
        columns.samples.push_back(sample);
        if (sample < 0) {
            ++columns.strangers;
            continue;
        }
        if (std::exchange(seen[static_cast<std::size_t>(sample)], 1) != 0) {
            throw UserError{
                fmt::format("{} field {} is a sample that was there before; leave one "
                            "of its columns out",
                            place, columns.samples.size() + 1)};
        }
    }
    if (std::ssize(columns.samples) == columns.strangers) {
        throw UserError{fmt::format(
            "{} names {} samples and the store has none of them; predictions must come from the "
            "same people, named <family>_<individual>",
            place, columns.strangers)};
    }
    return columns;
}

LocoPredictions LocoReader::read(fs::path const& path, std::span<std::string const> contigs) {
    LineReader lines{path};
    auto const header = lines.next();
    if (!header) throw UserError{fmt::format("'{}' is empty; give a .loco file", path.string())};
    if (header_ != *header) {
        columns_ = find_columns(std::string{*header}, lines.place());
        header_ = *header;
    }
    LocoPredictions read{.contigs = {}, .values = {}, .strangers = columns_.strangers};
    std::set<std::string> wanted;
    for (auto const& contig : contigs) wanted.insert(canonical_contig(contig));
    std::set<std::string> seen;
    while (auto const line = lines.next()) {
        auto rest = *line;
        auto const contig = next_field(rest);
        if (contig.empty()) continue;
        auto const name = canonical_contig(contig);
        if (!wanted.contains(name)) continue;
        if (!seen.insert(name).second) {
            throw UserError{fmt::format("{} is of contig '{}', as a line before; leave one out",
                                        lines.place(), contig.substr(0, 40))};
        }
        auto const first = read.values.size();
        read.values.resize(first + samples_.ids.size(), std::numeric_limits<float>::quiet_NaN());
        std::size_t values = 0;
        bool is_any = false;
        for (auto sample : columns_.samples) {
            auto const text = next_field(rest);
            if (text.empty()) break;
            ++values;
            auto const value = parse_value(text, lines, values + 1);
            is_any |= !std::isnan(value);
            if (sample >= 0) read.values[first + static_cast<std::size_t>(sample)] = value;
        }
        if (values != columns_.samples.size() || !next_field(rest).empty()) {
            throw UserError{fmt::format(
                "{} does not have {} values, one for each name of the first line; is the file "
                "complete?",
                lines.place(), columns_.samples.size())};
        }
        if (is_any) {
            read.contigs.emplace_back(contig);
        } else {
            read.values.resize(first);
        }
    }
    return read;
}

}  // namespace maniple
