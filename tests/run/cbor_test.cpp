#include "../../src/run/cbor.hpp"

#include <limits>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

using Json = nlohmann::json;

std::vector<std::byte> to_bytes(std::vector<std::uint8_t> const& bytes) {
    auto const raw = std::as_bytes(std::span{bytes});
    return {raw.begin(), raw.end()};
}

TEST_CASE("read_cbor: gives back what was written", "[run]") {
    Json const json{1, -2, 0.5, "text", Json{true, nullptr}, Json{{"a", Json::array({3})}}};
    CHECK(read_cbor(to_bytes(Json::to_cbor(json))) == json);
    CHECK_THROWS_AS(read_cbor({}), Json::exception);
    CHECK_THROWS_AS(read_cbor(to_bytes({0x82, 0x01})), Json::exception);  // One of two is there.
}

TEST_CASE("read_cbor: a million lists in each other do not end the stack", "[run]") {
    std::vector<std::uint8_t> bytes(1'000'000, 0x81);  // A list of one.
    bytes.push_back(0x01);
    auto const json = read_cbor(to_bytes(bytes));
    CHECK(json.is_discarded());
    CHECK_THROWS_AS(json.at(0), Json::exception);
    auto const few = read_cbor(to_bytes({0x81, 0x81, 0x81, 0x05}));
    CHECK(few.at(0).at(0).at(0) == 5);
}

TEST_CASE("whole_from: whole numbers alone", "[run]") {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    CHECK(whole_from<std::int64_t>(Json(most)) == most);
    CHECK(whole_from<std::uint64_t>(Json(~std::uint64_t{0})) == ~std::uint64_t{0});
    CHECK(whole_from<int>(Json(-3)) == -3);
    CHECK_THROWS_AS(whole_from<std::int64_t>(Json(1e300)), Json::exception);
    CHECK_THROWS_AS(whole_from<std::int64_t>(Json("1")), Json::exception);
    enum class Choice { first, second };
    CHECK(choice_from(Json(1), Choice::second) == Choice::second);
    CHECK_THROWS_AS(choice_from(Json(2), Choice::second), std::out_of_range);
    CHECK_THROWS_AS(choice_from(Json(-1), Choice::second), std::out_of_range);
    CHECK(all_whole_from(Json{1, 2}) == std::vector<std::int64_t>{1, 2});
    CHECK_THROWS_AS(all_whole_from(Json{1, 2.5}), Json::exception);
}

}  // namespace
}  // namespace maniple
