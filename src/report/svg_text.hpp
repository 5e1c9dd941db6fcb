/// \file  Words in SVG. Private to report.
#pragma once

#include <string>
#include <string_view>

namespace maniple {

inline constexpr double svg_letter_height = 12;  ///< [pixels at full width]

enum class SvgAnchor { start, middle, end };

/// Width of these words in the page's font, rather too wide than too narrow [pixels].
double svg_text_width(std::string_view words);

/// A text element in the colour of ink. \param x, y  of its anchor on the base line [pixels].
/// \param title  shown where the pointer rests on it; empty: nothing is.
std::string svg_text(double x, double y, std::string_view words,
                     SvgAnchor anchor = SvgAnchor::start, std::string_view title = {});

/// The same, read from bottom to top.
std::string svg_upright_text(double x, double y, std::string_view words);

/// At most so many characters, the last an ellipsis where some were cut.
std::string shortened(std::string_view words, std::size_t most_characters);

}  // namespace maniple
