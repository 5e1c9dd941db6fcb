#include "utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace maniple {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool is_between(char letter, unsigned least, unsigned most) {
    auto const byte = static_cast<unsigned char>(letter);
    return byte >= least && byte <= most;
}

// Bytes of the well-formed sequence that the text begins with; 0: there is none.
// RFC 3629, section 4: neither overlong forms, nor surrogates, nor anything past U+10FFFF.
std::size_t sequence_bytes(std::string_view text) {
    auto const first = static_cast<unsigned char>(text.front());
    if (first < 0x80) return 1;
    std::size_t const size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < size) return 0;
    unsigned const least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    unsigned const most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (!is_between(text[1], least, most)) return 0;
    for (std::size_t i = 2; i < size; ++i) {
        if (!is_between(text[i], 0x80, 0xBF)) return 0;
    }
    return size;
}

bool is_control(char letter) {
    return (is_between(letter, 0, 0x1F) && letter != '\n' && letter != '\t') || letter == 0x7F;
}

}  // namespace

std::string valid_utf8(std::string_view text) {
    std::string valid;
    valid.reserve(text.size());
    while (!text.empty()) {
        auto const size = sequence_bytes(text);
        bool const good = size > 0 && !is_control(text.front());
        valid += good ? text.substr(0, size) : replacement;
        text.remove_prefix(good ? size : 1);
    }
    return valid;
}

}  // namespace maniple
