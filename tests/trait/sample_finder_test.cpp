#include "maniple/trait/sample_finder.hpp"

#include <catch2/catch.hpp>

namespace maniple {
namespace {

TEST_CASE("SampleFinder: by individual, within the family where both sides know it", "[trait]") {
    Samples const samples{
        .ids = {"a", "b", "F2_c"}, .families = {"F1", "0", "F2"}, .sexes = {{}, {}, {}}};
    SampleFinder const finder{samples};
    CHECK(finder.find("F1", "a").sample == SampleIndex{0});
    CHECK(finder.find("0", "a").match == Match::found);
    CHECK(finder.find("F9", "a").match == Match::other_family);
    CHECK(finder.find("F9", "b").sample == SampleIndex{1});
    CHECK(finder.find("F2", "c").sample == SampleIndex{2});
    CHECK(finder.find("a", "x").match == Match::unknown);
}

}  // namespace
}  // namespace maniple
