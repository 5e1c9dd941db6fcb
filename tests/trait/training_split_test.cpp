#include "maniple/trait/training_split.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"

namespace maniple {
namespace {

Samples people(int count, int family_size) {
    Samples samples;
    for (int s = 0; s < count; ++s) {
        samples.ids.push_back("P" + std::to_string(s));
        samples.families.push_back(family_size > 1 ? "F" + std::to_string(s / family_size) : "0");
        samples.sexes.push_back(Sex::unknown);
    }
    return samples;
}

double share(std::vector<SamplePart> const& parts, SamplePart part) {
    return static_cast<double>(std::ranges::count(parts, part)) / static_cast<double>(parts.size());
}

TEST_CASE("split_by_hash: parts have their shares, and another seed gives another split") {
    auto const samples = people(20'000, 1);
    auto const parts = split_by_hash(samples, {.training = 0.7, .validation = 0.2, .test = 0.1}, 1);
    // Four standard deviations of a binomial share of 20,000.
    CHECK(std::abs(share(parts, SamplePart::training) - 0.7) < 4 * std::sqrt(0.21 / 20'000));
    CHECK(std::abs(share(parts, SamplePart::validation) - 0.2) < 4 * std::sqrt(0.16 / 20'000));
    CHECK(std::abs(share(parts, SamplePart::test) - 0.1) < 4 * std::sqrt(0.09 / 20'000));
    auto const other = split_by_hash(samples, {.training = 0.7, .validation = 0.2, .test = 0.1}, 2);
    std::int64_t equal = 0;
    for (std::size_t s = 0; s < parts.size(); ++s) equal += parts[s] == other[s] ? 1 : 0;
    CHECK(std::abs(static_cast<double>(equal) / 20'000 - 0.54) < 0.02);
}

TEST_CASE("split_by_hash: a part without a share stays empty") {
    auto const samples = people(5000, 1);
    auto const two = split_by_hash(samples, {.training = 0.9, .validation = 0.1, .test = 0}, 1);
    CHECK(share(two, SamplePart::test) == 0);
    CHECK(share(two, SamplePart::validation) > 0);
    auto const one = split_by_hash(samples, {.training = 1, .validation = 0, .test = 0}, 1);
    CHECK(share(one, SamplePart::training) == 1);
    auto const no_validation =
        split_by_hash(samples, {.training = 0.5, .validation = 0, .test = 0.5}, 1);
    CHECK(share(no_validation, SamplePart::validation) == 0);
}

TEST_CASE("half_by_hash: test samples of a split with the same seed are in both halves") {
    for (int family_size : {1, 3}) {
        auto const samples = people(6000, family_size);
        auto const parts = split_by_hash(samples, {}, 1);
        auto const first = half_by_hash(samples, 1);
        CHECK(first != half_by_hash(samples, 2));
        std::map<SamplePart, std::int64_t> first_of;
        std::map<SamplePart, std::int64_t> all_of;
        for (std::size_t s = 0; s < parts.size(); ++s) {
            ++all_of[parts[s]];
            if (first[s]) ++first_of[parts[s]];
            CHECK(first[s] == first[s - s % static_cast<std::size_t>(family_size)]);
        }
        for (auto const& [part, count] : all_of) {
            auto const people_count = static_cast<double>(count);
            // Four standard deviations; families count once.
            CHECK(std::abs(static_cast<double>(first_of[part]) / people_count - 0.5) <
                  4 * std::sqrt(0.25 * family_size / people_count));
        }
    }
}

TEST_CASE("split_by_hash: whatever the order and whoever else is there, a sample keeps its part") {
    SplitShares const shares;
    auto const few = people(500, 1);
    auto const parts = split_by_hash(few, shares, 7);
    auto many = people(3000, 1);
    std::vector<std::size_t> order(3000);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::shuffle(order.begin(), order.end(), std::mt19937{3});
    Samples shuffled;
    for (auto s : order) {
        shuffled.ids.push_back(many.ids[s]);
        shuffled.families.push_back("0");
        shuffled.sexes.push_back(Sex::unknown);
    }
    auto const others = split_by_hash(shuffled, shares, 7);
    auto const folds = folds_by_hash(few, 5, 7);
    auto const other_folds = folds_by_hash(shuffled, 5, 7);
    int found = 0;
    for (std::size_t s = 0; s < order.size(); ++s) {
        if (order[s] >= 500) continue;
        ++found;
        CHECK(parts[order[s]] == others[s]);
        CHECK(folds[order[s]] == other_folds[s]);
    }
    CHECK(found == 500);
}

TEST_CASE("split_by_hash, folds_by_hash: families stay together") {
    auto const samples = people(4000, 4);
    CHECK(largest_family(samples) == 4);
    auto const parts = split_by_hash(samples, {}, 1);
    auto const folds = folds_by_hash(samples, 10, 1);
    for (std::size_t s = 0; s < parts.size(); ++s) {
        CHECK(parts[s] == parts[s / 4 * 4]);
        CHECK(folds[s] == folds[s / 4 * 4]);
    }
    CHECK(std::abs(share(parts, SamplePart::training) - 0.8) < 0.06);
}

TEST_CASE("sample_folds_by_hash: members of a family fall apart as strangers do") {
    auto const samples = people(20'000, 4);
    auto const folds = sample_folds_by_hash(samples, 5, 1);
    int pairs = 0;
    int together = 0;
    for (std::size_t s = 0; s < folds.size(); s += 2) {
        ++pairs;
        together += folds[s] == folds[s + 1] ? 1 : 0;
    }
    CHECK(std::abs(together - pairs / 5.0) < 4 * std::sqrt(pairs * 0.16));

    auto alone = samples;
    alone.families.assign(samples.ids.size(), "0");
    CHECK(sample_folds_by_hash(alone, 5, 1) == folds);
    CHECK(sample_folds_by_hash(samples, 5, 2) != folds);
    CHECK_THROWS_AS(sample_folds_by_hash(samples, 1, 1), ContractViolation);
}

TEST_CASE("split_by_hash: family 0, or the sample's own ID, is no family") {
    auto samples = people(2000, 1);
    auto const alone = split_by_hash(samples, {}, 1);
    samples.families = samples.ids;
    CHECK(largest_family(samples) == 1);
    CHECK(split_by_hash(samples, {}, 1) == alone);
    CHECK(std::set<SamplePart>(alone.begin(), alone.end()).size() == 3);
}

TEST_CASE("folds_by_hash: folds are of about one size, and independent of the parts") {
    auto const samples = people(20'000, 1);
    auto const folds = folds_by_hash(samples, 5, 1);
    auto const parts = split_by_hash(samples, {}, 1);
    std::map<std::int32_t, std::int64_t> training;
    for (std::size_t s = 0; s < folds.size(); ++s) {
        if (parts[s] == SamplePart::training) ++training[folds[s]];
    }
    REQUIRE(training.size() == 5);
    for (auto const& [fold, count] : training) {
        CHECK(fold >= 0);
        CHECK(std::abs(static_cast<double>(count) - 3200) < 4 * std::sqrt(3200));
    }
}

TEST_CASE("split_by_column: levels and 0/1 say the part, and nothing else does") {
    Column column{.name = "part",
                  .type = ColumnType::categorical,
                  .levels = {"Test", "train", "validation"},
                  .values = {0, 1, 2, std::numeric_limits<double>::quiet_NaN()}};
    CHECK(split_by_column(column) == std::vector{SamplePart::test, SamplePart::training,
                                                 SamplePart::validation, SamplePart::none});
    column.levels[0] = "later";
    CHECK_THROWS_WITH(split_by_column(column), Catch::Contains("'later'"));
    column = {.name = "is_training", .type = ColumnType::binary, .levels = {}, .values = {1, 0}};
    CHECK(split_by_column(column) == std::vector{SamplePart::training, SamplePart::test});
    column.type = ColumnType::quantitative;
    CHECK_THROWS_AS(split_by_column(column), UserError);
}

TEST_CASE("split_fingerprint: another part or another ID gives another one") {
    auto samples = people(10, 1);
    std::vector<SamplePart> parts(10, SamplePart::training);
    auto const first = split_fingerprint(samples, parts);
    CHECK(split_fingerprint(samples, parts) == first);
    parts[3] = SamplePart::validation;
    CHECK(split_fingerprint(samples, parts) != first);
    parts[3] = SamplePart::training;
    samples.ids[0] = "other";
    CHECK(split_fingerprint(samples, parts) != first);
}

TEST_CASE("training split: what callers must not ask for") {
    auto const samples = people(10, 1);
    CHECK_THROWS_AS(split_by_hash(samples, {.training = 0.5, .validation = 0, .test = 0}, 1),
                    ContractViolation);
    CHECK_THROWS_AS(split_by_hash(samples, {.training = 1.5, .validation = -0.5, .test = 0}, 1),
                    ContractViolation);
    CHECK_THROWS_AS(folds_by_hash(samples, 1, 1), ContractViolation);
    CHECK_THROWS_AS(split_fingerprint(samples, {}), ContractViolation);
}

}  // namespace
}  // namespace maniple
