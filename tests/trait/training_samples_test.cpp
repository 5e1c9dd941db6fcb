#include "maniple/trait/training_samples.hpp"

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

Samples make_samples(int first, int last) {
    Samples samples;
    for (int i = first; i < last; ++i) {
        samples.ids.push_back("person-" + std::to_string(i));
        samples.families.emplace_back("0");
        samples.sexes.push_back(Sex::unknown);
    }
    return samples;
}

// Every third of make_samples(first, last) by the number in the ID.
std::vector<bool> every_third(int first, int last) {
    std::vector<bool> used;
    for (int i = first; i < last; ++i) used.push_back(i % 3 == 0);
    return used;
}

TEST_CASE("find_trained: by position in the same cohort, by ID in another", "[trait]") {
    auto const training = describe_training(make_samples(0, 100), every_third(0, 100));
    CHECK(training.is_known());
    CHECK(training.hashed_ids.size() == 34);
    CHECK(std::ranges::is_sorted(training.hashed_ids));
    CHECK(find_trained(make_samples(0, 100), training) == every_third(0, 100));

    // 50..99 were in the cohort, 100..149 were not.
    auto expected = every_third(50, 150);
    std::fill(expected.begin() + 50, expected.end(), false);
    CHECK(find_trained(make_samples(50, 150), training) == expected);
    CHECK(find_trained(make_samples(200, 300), training) == std::vector<bool>(100));
}

TEST_CASE("find_trained: nobody where training is not known", "[trait]") {
    TrainingSamples const unknown;
    CHECK_FALSE(unknown.is_known());
    CHECK(find_trained(make_samples(0, 10), unknown) == std::vector<bool>(10));
}

TEST_CASE("describe_training: lists of two models have no hash in common", "[trait]") {
    auto const samples = make_samples(0, 50);
    auto const all = describe_training(samples, std::vector<bool>(50, true));
    auto most = std::vector<bool>(50, true);
    most.back() = false;
    auto const without_last = describe_training(samples, most);
    CHECK(all.key != without_last.key);
    std::vector<std::uint64_t> common;
    std::ranges::set_intersection(all.hashed_ids, without_last.hashed_ids,
                                  std::back_inserter(common));
    CHECK(common.empty());
    CHECK(describe_training(samples, most) == without_last);
}

TEST_CASE("add_trained: in the same cohort, in another one, in none", "[trait]") {
    auto const here = make_samples(0, 30);
    auto training = describe_training(here, every_third(0, 30));
    auto more = every_third(0, 30);
    more[1] = true;
    add_trained(here, more, training);
    CHECK(find_trained(here, training) == more);
    CHECK(training.hashed_ids.size() == 11);

    auto const there = make_samples(20, 60);
    std::vector<bool> used(40);
    used[1] = used[5] = used[30] = true;  // People 21 (used before), 25 and 50.
    add_trained(there, used, training);
    CHECK(find_trained(here, training) == more);
    auto found = find_trained(there, training);
    CHECK(found[1]);
    CHECK(found[5]);
    CHECK(found[30]);
    CHECK(std::ranges::count(found, true) == 5);  // And 24, 27.
    CHECK(training.hashed_ids.size() == 13);
    CHECK(std::ranges::is_sorted(training.hashed_ids));

    TrainingSamples unknown;
    add_trained(there, used, unknown);
    CHECK_FALSE(unknown.is_known());  // Whom it was trained on is not.
    CHECK(find_trained(there, unknown) == used);
    auto again = used;
    again[2] = true;
    add_trained(there, again, unknown);
    CHECK(find_trained(there, unknown) == again);
    CHECK_THROWS_AS(add_trained(there, {true}, unknown), ContractViolation);
}

TEST_CASE("describe_training: refuses a sample that is neither used nor not", "[trait]") {
    CHECK_THROWS_AS(describe_training(make_samples(0, 3), {true}), ContractViolation);
}

}  // namespace
}  // namespace maniple
