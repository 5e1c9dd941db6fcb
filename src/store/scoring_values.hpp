/// \file  Single fields of a file of weights. Private to store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace maniple {

/// NA, NaN, NULL, "." or nothing.
bool is_absent(std::string_view text);

/// A finite number in decimal; nothing else.
std::optional<double> parse_number(std::string_view text);

/// Upper case where all letters are a, c, g, t or n; else as it is.
std::string normalized_allele(std::string_view text);

/// A variant's place as its ID tells it.
struct NamedPlace {
    std::string contig;
    std::int32_t position = 0;
    std::string first_allele;  ///< Empty where the ID has none.
    std::string second_allele;
};

/// chr:pos or chr:pos:ref:alt, with or without "chr"; also chr_pos_ref_alt and chr:pos_ref_alt,
/// with a genome build behind. Nothing where the ID is no such.
std::optional<NamedPlace> parse_place(std::string_view id);

/// 1 to 2^31 - 1; 0 for "0". Nothing where it is no such number.
std::optional<std::int32_t> parse_position(std::string_view text);

std::string lower_case(std::string_view text);

}  // namespace maniple
