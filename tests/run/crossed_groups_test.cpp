#include "maniple/run/crossed_groups.hpp"

#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/run/small_cells.hpp"
#include "maniple/stats/random_stream.hpp"

namespace maniple {
namespace {

using Groups = std::vector<std::int32_t>;

struct People {
    Groups first;
    Groups second;
    Groups classes;

    void add(std::int32_t a, std::int32_t b, int number, std::int32_t own = 0) {
        for (int i = 0; i < number; ++i) {
            first.push_back(a);
            second.push_back(b);
            classes.push_back(own);
        }
    }
    bool has(Groups const& division, std::int32_t group, std::int32_t own) const {
        for (std::size_t s = 0; s < division.size(); ++s) {
            if (division[s] == group && classes[s] == own) return true;
        }
        return false;
    }
    bool few(std::int64_t limit) const {
        return find_few_between(first, second, classes, limit).has_value();
    }
};

// Every choice of groups of the first division that lies within one of the second.
bool few_by_trial(People const& people, int firsts, int seconds, int classes, std::int64_t limit) {
    for (int a = 0; a < 1 << firsts; ++a) {
        for (int b = 0; b < 1 << seconds; ++b) {
            for (int c = 0; c < classes; ++c) {
                std::int64_t left = 0;
                bool within = true;
                for (std::size_t s = 0; s < people.first.size(); ++s) {
                    bool const is_first = (a >> people.first[s] & 1) != 0;
                    bool const is_second = (b >> people.second[s] & 1) != 0;
                    bool const is_empty = !people.has(people.first, people.first[s], c) ||
                                          !people.has(people.second, people.second[s], c);
                    within = within && (!is_first || is_second || is_empty);
                    if (is_second && !is_first && people.classes[s] == c) ++left;
                }
                if (within && is_small(left, limit)) return true;
            }
        }
    }
    return false;
}

TEST_CASE("find_few_between: a region less its told site leaves three people", "[run]") {
    People people;  // Sites (0 told, 1 hidden) in regions.
    people.add(0, 0, 150);
    people.add(1, 0, 3);
    people.add(1, 1, 80);
    CHECK(people.few(5));
    CHECK(people.few(4));
    CHECK_FALSE(people.few(3));
    auto const cell = find_few_between(people.first, people.second, people.classes, 5);
    CHECK((cell->first == 1 && cell->second == 0));
    CHECK(find_few_between(people.second, people.first, people.classes, 5).has_value());
}

TEST_CASE("find_few_between: bands a year apart, also several together", "[run]") {
    People people;
    for (int band = 0; band < 4; ++band) {
        people.add(band, band, 40);
        if (band < 3) people.add(band + 1, band, band == 1 ? 2 : 20);
    }
    CHECK(people.few(5));
    CHECK_FALSE(people.few(2));
}

TEST_CASE("find_few_between: small cells of groups that cross tell nothing", "[run]") {
    People people;
    people.add(0, 0, 30);
    people.add(0, 1, 1);
    people.add(1, 0, 2);
    people.add(1, 1, 30);
    CHECK_FALSE(people.few(5));
    CHECK_FALSE((People{}.few(5)));
    CHECK_THROWS_AS(people.few(0), ContractViolation);
    people.classes.pop_back();
    CHECK_THROWS_AS(people.few(5), ContractViolation);
}

TEST_CASE("find_few_between: as by trying all choices", "[run]") {
    int yes = 0;
    int no = 0;
    for (std::uint64_t r = 0; r < 400; ++r) {
        RandomStream random{11, Purpose::testing, r};
        auto const draw = [&](int most) { return static_cast<int>(random.uniform() * most); };
        int const firsts = 1 + draw(4);
        int const seconds = 1 + draw(4);
        int const classes = 1 + draw(2);
        People people;
        for (int a = 0; a < firsts; ++a) {
            for (int b = 0; b < seconds; ++b) {
                if (draw(3) == 0 && a != b) continue;
                for (int c = 0; c < classes; ++c) people.add(a, b, draw(2) * draw(9), c);
            }
        }
        auto const limit = 2 + draw(6);
        auto const right = few_by_trial(people, firsts, seconds, classes, limit);
        CHECK(people.few(limit) == right);
        ++(right ? yes : no);
    }
    CHECK(yes > 50);
    CHECK(no > 50);
}

}  // namespace
}  // namespace maniple
