#include "svg_text.hpp"

#include <cstddef>

#include <fmt/format.h>

#include "maniple/report/html.hpp"
#include "utf8.hpp"

namespace maniple {
namespace {

bool begins_character(char letter) { return (static_cast<unsigned char>(letter) & 0xC0) != 0x80; }

std::string_view name_of(SvgAnchor anchor) {
    switch (anchor) {
        case SvgAnchor::middle:
            return "middle";
        case SvgAnchor::end:
            return "end";
        case SvgAnchor::start:
            break;
    }
    return "start";
}

}  // namespace

double svg_text_width(std::string_view words) {
    constexpr double usual = 0.6 * svg_letter_height;  // Of sans-serif fonts; most are narrower.
    double width = 0;
    for (char const letter : words) {
        bool const is_wide = static_cast<unsigned char>(letter) >= 0xE3;  // Such as Chinese.
        if (begins_character(letter)) width += is_wide ? svg_letter_height : usual;
    }
    return width;
}

std::string svg_text(double x, double y, std::string_view words, SvgAnchor anchor,
                     std::string_view title) {
    return fmt::format(
        "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" font-size=\"{}\" "
        "fill=\"var(--ink)\">{}{}</text>",
        x, y, name_of(anchor), svg_letter_height,
        title.empty() ? std::string{} : fmt::format("<title>{}</title>", escape_html(title)),
        escape_html(words));
}

std::string svg_upright_text(double x, double y, std::string_view words) {
    return fmt::format(
        "<text transform=\"translate({:.1f} {:.1f}) rotate(-90)\" text-anchor=\"middle\" "
        "font-size=\"{}\" fill=\"var(--ink)\">{}</text>",
        x, y, svg_letter_height, escape_html(words));
}

std::string shortened(std::string_view words, std::size_t most_characters) {
    auto text = valid_utf8(words);
    std::size_t characters = 0;
    std::size_t cut = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!begins_character(text[i])) continue;
        if (++characters == most_characters) cut = i;
    }
    if (characters <= most_characters) return text;
    return text.substr(0, cut) + "…";
}

}  // namespace maniple
