#include "maniple/report/page_data.hpp"

#include <zlib.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::byte> bytes_of(std::string_view text) {
    auto const bytes = std::as_bytes(std::span{text});
    return {bytes.begin(), bytes.end()};
}

// The examples of RFC 4648, section 10.
TEST_CASE("to_base64: as in the RFC", "[report]") {
    for (auto const& [text, expected] :
         std::vector<std::pair<std::string, std::string>>{{"", ""},
                                                          {"f", "Zg=="},
                                                          {"fo", "Zm8="},
                                                          {"foo", "Zm9v"},
                                                          {"foob", "Zm9vYg=="},
                                                          {"fooba", "Zm9vYmE="},
                                                          {"foobar", "Zm9vYmFy"}}) {
        CHECK(to_base64(bytes_of(text)) == expected);
    }
    CHECK(to_base64(bytes_of("\xFB\xFF\xFE")) == "+//+");
}

TEST_CASE("to_page_json: nothing ends the script, nothing is lost", "[report]") {
    Json const json{{"id", "</script><b>\xE2\x80\xA8"}, {"y", {1.5, std::nan("")}}};
    auto const text = to_page_json(json);
    CHECK(text.find('<') == std::string::npos);
    CHECK(text.find("\xE2\x80\xA8") == std::string::npos);
    auto const back = Json::parse(text);
    CHECK(back["id"] == json["id"]);
    CHECK(back["y"][0] == 1.5);
    CHECK(back["y"][1].is_null());
    CHECK_NOTHROW(Json::parse(to_page_json({{"id", "\xFF\xC3"}})));
}

std::string inflated(std::string_view base64) {
    std::string bytes;
    unsigned bits = 0;
    int have = 0;
    for (char const letter : base64) {
        std::string_view const all =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        auto const value = all.find(letter);
        if (value == std::string_view::npos) break;
        bits = bits << 6 | static_cast<unsigned>(value);
        have += 6;
        if (have >= 8) bytes += static_cast<char>(bits >> (have -= 8) & 255);
    }
    std::string text(1 << 20, '\0');
    auto size = static_cast<uLongf>(text.size());
    REQUIRE(uncompress(reinterpret_cast<Bytef*>(text.data()), &size,
                       reinterpret_cast<Bytef const*>(bytes.data()), bytes.size()) == Z_OK);
    text.resize(size);
    return text;
}

TEST_CASE("embed_data: short data are plain, long ones a zlib stream", "[report]") {
    CHECK(embed_data("a\"b", "{}") ==
          "<script type=\"application/json\" id=\"a&quot;b\">{}</script>\n");
    auto const json = to_page_json(std::vector<int>(30'000, 7));
    auto const element = embed_data("x", json);
    std::string const start =
        "<script type=\"text/plain\" data-encoding=\"deflate-base64\" id=\"x\">";
    REQUIRE(element.starts_with(start));
    CHECK(inflated(std::string_view{element}.substr(start.size())) == json);
}

TEST_CASE("rounded: as many digits as asked", "[report]") {
    CHECK(rounded(std::vector{1.23456, -0.0004}, 3) == std::vector{1.235, 0.0});
    CHECK(with_significant_digits(123456, 3) == 123000);
    CHECK(with_significant_digits(0.00012345, 3) == 0.000123);
    CHECK(std::isnan(with_significant_digits(std::nan(""), 3)));
}

}  // namespace
}  // namespace maniple
