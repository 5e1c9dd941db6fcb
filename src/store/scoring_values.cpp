#include "scoring_values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <span>
#include <vector>

namespace maniple {
namespace {

bool is_contig(std::string_view text) {
    auto lower = lower_case(text);
    if (lower.starts_with("chr")) lower.erase(0, 3);
    constexpr std::array<std::string_view, 5> letters{"x", "y", "xy", "m", "mt"};
    if (std::ranges::find(letters, lower) != letters.end()) return true;
    bool const digits = std::ranges::all_of(lower, [](char c) { return c >= '0' && c <= '9'; });
    return digits && !lower.empty() && lower.size() <= 2;
}

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
    std::vector<std::string_view> parts;
    for (;;) {
        auto const end = std::min(text.find_first_of(separators), text.size());
        parts.push_back(text.substr(0, end));
        if (end == text.size()) return parts;
        text.remove_prefix(end + 1);
    }
}

bool is_build(std::string_view text) {
    auto const lower = lower_case(text);
    return lower == "b37" || lower == "b38" || lower == "hg19" || lower == "hg38";
}

}  // namespace

std::string lower_case(std::string_view text) {
    std::string lower{text};
    for (auto& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lower;
}

bool is_absent(std::string_view text) {
    if (text.empty() || text == ".") return true;
    auto const lower = lower_case(text);
    return lower == "na" || lower == "nan" || lower == "null";
}

std::optional<double> parse_number(std::string_view text) {
    if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
    double value = 0;
    auto const* const last = text.data() + text.size();
    auto const [end, error] = std::from_chars(text.data(), last, value);
    if (end != last || text.empty() || error == std::errc::invalid_argument) return std::nullopt;
    if (error == std::errc::result_out_of_range) {
        // Too large, or so small that it is 0: from_chars does not tell which.
        value = std::strtod(std::string{text}.c_str(), nullptr);
    }
    if (!std::isfinite(value)) return std::nullopt;
    return value;
}

std::string normalized_allele(std::string_view text) {
    std::string allele{text};
    constexpr std::string_view bases = "acgtnACGTN";
    if (allele.find_first_not_of(bases) != std::string::npos) return allele;
    for (auto& c : allele) {
        if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
    }
    return allele;
}

std::optional<std::int32_t> parse_position(std::string_view text) {
    std::int32_t position = 0;
    auto const* const last = text.data() + text.size();
    auto const [end, error] = std::from_chars(text.data(), last, position);
    if (error != std::errc{} || end != last || position < 0) return std::nullopt;
    return position;
}

std::optional<NamedPlace> parse_place(std::string_view id) {
    auto parts = split(id, id.find(':') == std::string_view::npos ? "_" : ":_/");
    if (parts.size() == 5 && is_build(parts.back())) parts.pop_back();
    bool const has_alleles = parts.size() == 4;
    // "1_1000" could be anything.
    if (!has_alleles && (parts.size() != 2 || id.find(':') == std::string_view::npos)) {
        return std::nullopt;
    }
    auto const position = parse_position(parts[1]);
    if (!is_contig(parts[0]) || !position || *position == 0) return std::nullopt;
    if (has_alleles && (parts[2].empty() || parts[3].empty())) return std::nullopt;
    NamedPlace place{.contig = std::string{parts[0]},
                     .position = *position,
                     .first_allele = {},
                     .second_allele = {}};
    if (has_alleles) {
        place.first_allele = normalized_allele(parts[2]);
        place.second_allele = normalized_allele(parts[3]);
    }
    return place;
}

}  // namespace maniple
