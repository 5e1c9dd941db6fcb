#include "maniple/report/page_data.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "maniple/report/html.hpp"
#include "maniple/store/zlib_stream.hpp"

namespace maniple {

std::string to_page_json(nlohmann::ordered_json const& json) {
    using Json = nlohmann::ordered_json;
    auto const text = json.dump(-1, ' ', true, Json::error_handler_t::replace);
    std::string safe;
    safe.reserve(text.size());
    for (char const letter : text) {
        if (letter == '<') {
            safe += "\\u003c";  // It stands in strings alone.
        } else {
            safe += letter;
        }
    }
    return safe;
}

std::string embed_data(std::string_view id, std::string_view json) {
    constexpr std::size_t longest_plain = 20'000;
    auto const name = escape_html(id);
    if (json.size() <= longest_plain) {
        return fmt::format("<script type=\"application/json\" id=\"{}\">{}</script>\n", name, json);
    }
    return fmt::format(
        "<script type=\"text/plain\" data-encoding=\"deflate-base64\" id=\"{}\">{}</script>\n",
        name, to_base64(to_zlib_stream(std::as_bytes(std::span{json}))));
}

std::string to_base64(std::span<std::byte const> bytes) {
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        auto const size = std::min<std::size_t>(3, bytes.size() - at);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            bits = bits << 8 | (i < size ? std::to_integer<std::uint32_t>(bytes[at + i]) : 0);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            text += i <= size ? letters[bits >> (18 - 6 * i) & 63] : '=';
        }
    }
    return text;
}

std::vector<double> rounded(std::span<double const> values, int digits) {
    double const scale = std::pow(10.0, digits);
    std::vector<double> all(values.size());
    std::ranges::transform(values, all.begin(),
                           [&](double value) { return std::round(value * scale) / scale; });
    return all;
}

double with_significant_digits(double value, int digits) {
    if (!std::isfinite(value)) return value;
    return std::strtod(fmt::format("{:.{}g}", value, digits).c_str(), nullptr);
}

}  // namespace maniple
