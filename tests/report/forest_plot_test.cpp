#include "../src/report/forest_plot.hpp"

#include <catch2/catch.hpp>

namespace maniple {
namespace {

using Catch::Contains;

TEST_CASE("forest_plot: who is whole and what is counted, for the script as for the picture",
          "[report]") {
    EvaluationRow const everybody{
        .metric = "c_index", .estimate = 0.7, .samples = 900, .cases = 90};
    EvaluationRow const men{.metric = "c_index", .factor = "sex", .group = "men", .estimate = 0.6};
    EvaluationRow const pooled{
        .kind = RowKind::pooled, .metric = "c_index", .factor = "sex", .estimate = 0.65};
    auto const of = [](EvaluationRow const& row) {
        return forest_plot("source", "c_index", Outcome::time_to_event, {{"row", &row}});
    };
    CHECK(of(everybody).data["noun"] == "events");
    CHECK(of(everybody).data["reference"] == 0.5);
    for (auto const* row : {&everybody, &pooled}) {
        auto const plot = of(*row);
        CHECK(plot.data["rows"][0]["whole"] == true);
        CHECK_THAT(plot.figure.svg, Contains("var(--accent)") && !Contains("var(--series-1)"));
    }
    auto const plot = of(men);
    CHECK(plot.data["rows"][0]["whole"] == false);
    CHECK_THAT(plot.figure.svg, Contains("var(--series-1)") && !Contains("var(--accent)"));
    CHECK(forest_plot("source", "auc", Outcome::binary, {{"row", &men}}).data["noun"] == "cases");
}

}  // namespace
}  // namespace maniple
