#include "maniple/simulation/pedigree.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

TEST_CASE("Pedigree: everyone is in one household, relatives in families of four", "[simulation]") {
    double const relatives = GENERATE(0.0, 0.1, 1.0);
    auto const samples = GENERATE(1, 3, 4, 1000);
    Pedigree const pedigree{{.samples = samples, .variants = 1, .relatives = relatives}};
    auto const related = static_cast<double>(pedigree.families() * family_size);
    CHECK(related <= relatives * samples + 0.5);
    CHECK(related > relatives * samples - 4.5);

    std::vector<int> seen(static_cast<std::size_t>(samples));
    std::set<std::string> names;
    for (HouseholdIndex h{0}; h < HouseholdIndex{pedigree.households()}; ++h) {
        auto const members = pedigree.members(h);
        CHECK(std::ssize(members) == (h.get() < pedigree.families() ? family_size : 1));
        names.insert(pedigree.samples().families[members.front().at()]);
        for (auto s : members) {
            ++seen[s.at()];
            CHECK(pedigree.household(s) == h);
            CHECK(pedigree.samples().families[s.at()] ==
                  pedigree.samples().families[members.front().at()]);
        }
    }
    CHECK(seen == std::vector<int>(static_cast<std::size_t>(samples), 1));
    CHECK(std::ssize(names) == pedigree.households());
    CHECK_NOTHROW(require_unique_ids(pedigree.samples(), "test"));
    auto const groups = pedigree.group_sizes();
    CHECK(std::accumulate(groups.begin(), groups.end(), std::int64_t{0}) == samples);
}

TEST_CASE("Pedigree: groups have their shares, sexes are even", "[simulation]") {
    Pedigree const pedigree{{.samples = 10'000, .variants = 1}};
    auto const groups = pedigree.group_sizes();
    REQUIRE(groups.size() == 3);
    CHECK(static_cast<double>(groups[0]) == Approx(10'000 / 1.4).epsilon(0.05));
    CHECK(static_cast<double>(groups[2]) == Approx(1500 / 1.4).epsilon(0.15));
    auto const males = std::ranges::count(pedigree.samples().sexes, Sex::male);
    CHECK(static_cast<double>(males) == Approx(5000).epsilon(0.05));
}

}  // namespace
}  // namespace maniple
