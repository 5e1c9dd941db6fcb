#include "maniple/run/sample_choice.hpp"

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "scratch_cohort.hpp"

namespace maniple {
namespace {

TEST_CASE("choose_samples: keep and remove by IID, or FID and IID", "[run]") {
    test::ScratchCohort const scratch;
    auto const samples = scratch.open().samples();
    Log log{Speaker::silent};
    auto const keep = scratch.write(
        "keep",
        "#FID IID\n0 person-1\n0 person-2 extra\nperson-4\n0 stranger\n1 person-3-é\n9 person-5\n");
    auto const remove = scratch.write("remove", "person-2\r\n\n");
    auto const chosen = choose_samples(samples, {.keep = keep, .remove = remove}, log);
    CHECK(chosen.count() == 3);
    CHECK(chosen.contains(SampleIndex{1}));
    CHECK(chosen.contains(SampleIndex{3}));
    CHECK(chosen.contains(SampleIndex{4}));
    CHECK(choose_samples(samples, {}, log).count() == samples.size());
}

TEST_CASE("choose_samples: a family ID is never taken for a person", "[run]") {
    test::ScratchCohort const scratch;
    auto const samples = scratch.open().samples();
    Log log{Speaker::silent};
    auto const keep = scratch.write("keep", "0 person-1\nperson-2 nobody\n");
    CHECK(choose_samples(samples, {.keep = keep, .remove = {}}, log).count() == 1);
    auto const by_individual = scratch.write("iid", "#IID SEX\nperson-2 1\nperson-4 2\n");
    CHECK(choose_samples(samples, {.keep = by_individual, .remove = {}}, log).count() == 2);
}

TEST_CASE("choose_samples: refuses files that leave nobody", "[run]") {
    test::ScratchCohort const scratch;
    auto const samples = scratch.open().samples();
    Log log{Speaker::silent};
    auto const strangers = scratch.write("strangers", "a\nb\n");
    auto const one = scratch.write("one", "person-1\n");
    CHECK_THROWS_AS(choose_samples(samples, {.keep = strangers, .remove = {}}, log), UserError);
    CHECK_THROWS_AS(choose_samples(samples, {.keep = one, .remove = one}, log), UserError);
    CHECK_THROWS_AS(choose_samples(samples, {.keep = scratch.path() / "none", .remove = {}}, log),
                    UserError);
}

}  // namespace
}  // namespace maniple
