#include "maniple/stats/predictor_order.hpp"

#include <vector>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

TEST_CASE("PredictorOrder: ranks count the distinct smaller values", "[stats]") {
    std::vector<double> const values{3, -1, 3, 0.0, -0.0, 7};
    PredictorOrder const order{values};
    CHECK(order.samples() == 6);
    CHECK(order.values() == 4);
    CHECK(std::vector<int>(order.ranks().begin(), order.ranks().end()) ==
          std::vector<int>{2, 0, 2, 1, 1, 3});
    CHECK(std::vector<int>(order.ascending().begin(), order.ascending().end()) ==
          std::vector<int>{1, 3, 4, 0, 2, 5});
}

}  // namespace
}  // namespace maniple
