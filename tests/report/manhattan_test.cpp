#include "../src/report/manhattan.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace maniple {
namespace {

TEST_CASE("manhattan_json: how far regions reach, for clicks beside a lead", "[report]") {
    GenomeAxis const axis{{"1"}, {1000}};
    auto const json = nlohmann::json::parse(manhattan_json({}, axis, {"1"}, 250'000));
    CHECK(json["reach"] == 250'000);
}

}  // namespace
}  // namespace maniple
