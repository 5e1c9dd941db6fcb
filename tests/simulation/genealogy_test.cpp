#include "maniple/simulation/genealogy.hpp"

#include <algorithm>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

struct Means {
    double within = 0;   // Coalescence time of two founders of one group.
    double between = 0;  // Of two groups.
    double length = 0;
};

Genealogy make(std::int64_t groups, std::int64_t founders, double divergence, std::uint64_t item) {
    return {groups, founders, divergence, RandomStream{5, Purpose::testing, item}};
}

// Over many trees, each after `steps` moves along the genome.
Means average(double divergence, int steps) {
    constexpr int trees = 3000;
    Means means;
    for (std::uint64_t t = 0; t < trees; ++t) {
        auto tree = make(2, 10, divergence, t);
        for (int i = 0; i < steps; ++i) tree.advance(0.3);
        means.within += tree.coalescence_time(FounderIndex{0}, FounderIndex{1}) / trees;
        means.between += tree.coalescence_time(FounderIndex{0}, FounderIndex{10}) / trees;
        means.length += tree.total_length() / trees;
    }
    return means;
}

TEST_CASE("Genealogy: coalescence times are those of isolated groups, along the whole genome",
          "[simulation]") {
    double const divergence = GENERATE(0.0, 0.2);
    auto const steps = GENERATE(0, 30);
    auto const means = average(divergence, steps);
    CHECK(means.within == Approx(1).margin(0.06));
    CHECK(means.between == Approx(1 + divergence).margin(0.06));
    if (divergence == 0) {
        // Expected total length of 20 lineages: 2 (1 + 1/2 + ... + 1/19).
        CHECK(means.length == Approx(7.095).epsilon(0.03));
    }
}

TEST_CASE("Genealogy: moving changes a tree little by little", "[simulation]") {
    auto tree = make(1, 50, 0, 1);
    double const before = tree.coalescence_time(FounderIndex{3}, FounderIndex{4});
    tree.advance(0);
    CHECK(tree.coalescence_time(FounderIndex{3}, FounderIndex{4}) == before);
    auto const count_changed = [](double distance) {
        auto moved = make(1, 50, 0, 1);
        auto const still = make(1, 50, 0, 1);
        moved.advance(distance);
        int changed = 0;
        for (std::int64_t a = 0; a < 50; ++a) {
            for (std::int64_t b = 0; b < a; ++b) {
                FounderIndex const x{a}, y{b};
                changed += moved.coalescence_time(x, y) != still.coalescence_time(x, y) ? 1 : 0;
            }
        }
        return changed / 1225.0;
    };
    CHECK(count_changed(0.2) < 0.5);
    CHECK(count_changed(50) > 0.9);
}

TEST_CASE("Genealogy: one long move equals many short ones", "[simulation]") {
    auto once = make(2, 20, 0.1, 2), often = make(2, 20, 0.1, 2);
    once.advance(8);
    for (int i = 0; i < 64; ++i) often.advance(0.125);  // Exact in binary.
    CHECK(once.total_length() == Approx(often.total_length()).epsilon(1e-9));
    CHECK(once.coalescence_time(FounderIndex{0}, FounderIndex{30}) ==
          Approx(often.coalescence_time(FounderIndex{0}, FounderIndex{30})).epsilon(1e-9));
}

TEST_CASE("Genealogy: mutations are on clades, in proportion to branch length", "[simulation]") {
    auto const groups = GENERATE(1, 2);
    auto tree = make(groups, 32 / groups, 0.05, 3);
    RandomStream stream{9, Purpose::testing, 0};
    std::vector<FounderIndex> carriers;
    std::vector<double> by_size(32);
    constexpr int mutations = 20'000;
    for (int i = 0; i < mutations; ++i) {
        tree.advance(0.5);
        tree.drop_mutation(stream, carriers);
        std::ranges::sort(carriers);
        REQUIRE(!carriers.empty());
        REQUIRE(carriers.size() < 32);
        REQUIRE(std::ranges::adjacent_find(carriers) == carriers.end());
        ++by_size[carriers.size()];
        // A clade: every pair inside meets before anyone inside meets someone outside.
        if (i % 100 != 0 || carriers.size() < 2) continue;
        double inside = 0;
        for (auto c : carriers) inside = std::max(inside, tree.coalescence_time(carriers[0], c));
        for (FounderIndex f{0}; f < FounderIndex{32}; ++f) {
            if (std::ranges::binary_search(carriers, f)) continue;
            REQUIRE(tree.coalescence_time(carriers[0], f) >= inside);
        }
    }
    if (groups > 1) return;
    // Neutral spectrum: the share of variants in i of n is 1/i over the harmonic sum.
    double harmonic = 0;
    for (int i = 1; i < 32; ++i) harmonic += 1.0 / i;
    CHECK(by_size[1] / mutations == Approx(1 / harmonic).epsilon(0.1));
    CHECK(by_size[2] / mutations == Approx(0.5 / harmonic).epsilon(0.12));
    CHECK(by_size[4] / mutations == Approx(0.25 / harmonic).epsilon(0.2));
}

TEST_CASE("Genealogy: refuses trees without branches", "[simulation]") {
    CHECK_THROWS_AS(make(0, 5, 0, 0), ContractViolation);
    CHECK_THROWS_AS(make(1, 1, 0, 0), ContractViolation);
    CHECK_THROWS_AS(make(1, 5, -1, 0), ContractViolation);
}

}  // namespace
}  // namespace maniple
