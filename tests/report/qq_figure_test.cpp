#include "../src/report/qq_figure.hpp"

#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace maniple {
namespace {

using Catch::Contains;

TEST_CASE("qq_parts: the picture has a colour for each series of the script, and no others",
          "[report]") {
    ReportedTrait trait;
    trait.name = "height";
    auto const add = [&](std::size_t frequency_class, int variants) {
        for (int i = 0; i < variants; ++i) {
            std::vector<float> const one{static_cast<float>(i) / 100};
            trait.survey.ranks[frequency_class].add(one);
        }
    };
    add(0, 3);  // Too few to be drawn.
    add(1, 200);
    add(3, 300);
    trait.survey.largest = 3;
    auto const parts = qq_parts(trait);
    auto const series = nlohmann::json::parse(parts.json)["series"];
    REQUIRE(series.size() == 3);
    CHECK(series[0]["name"] == "all variants");
    CHECK_THAT(parts.figure, Contains("var(--series-1)") && Contains("var(--series-2)") &&
                                 !Contains("var(--series-3)"));
}

}  // namespace
}  // namespace maniple
