#include "maniple/run/cut_ledger.hpp"

#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/run/small_cells.hpp"
#include "maniple/stats/random_stream.hpp"

namespace maniple {
namespace {

using Cuts = std::vector<std::int64_t>;
using Classes = std::vector<std::uint8_t>;

TEST_CASE("CutLedger: two tables of the same people are one, and a refused one leaves no trace",
          "[run]") {
    CutLedger ledger{Classes(50), 5};
    CHECK(ledger.allows(Cuts{10, 20, 30, 40}));
    ledger.tell(Cuts{10, 20, 30, 40});
    CHECK(ledger.knows(Cuts{20, 40, 0, 50}));
    CHECK(ledger.allows(Cuts{20}));
    CHECK(ledger.allows(Cuts{25}));
    CHECK_FALSE(ledger.allows(Cuts{24}));
    CHECK_FALSE(ledger.allows(Cuts{25, 46}));
    CHECK_FALSE(ledger.knows(Cuts{25}));
    CHECK_THROWS_AS(ledger.tell(Cuts{47}), ContractViolation);
    CHECK(ledger.allows(Cuts{45}));
}

TEST_CASE("CutLedger: cases and controls count by themselves, nobody is no secret", "[run]") {
    Classes classes(40, 0);
    for (std::size_t s : {30, 31, 32, 33, 34, 35, 36}) classes[s] = 1;
    CutLedger const ledger{classes, 5};
    CHECK(ledger.allows(Cuts{20}));  // No cases below, seven above.
    CHECK(ledger.allows(Cuts{25}));
    CHECK(ledger.allows(Cuts{30}) == false);  // Three controls above.
    CHECK_FALSE(ledger.allows(Cuts{33}));     // Three cases below.
    CHECK_FALSE((CutLedger{Classes{0, 0, 0}, 5}.allows({})));
    CHECK((CutLedger{{}, 5}.allows(Cuts{0})));
    CHECK_THROWS_AS(ledger.allows(Cuts{41}), ContractViolation);
    CHECK_THROWS_AS((CutLedger{classes, 0}), ContractViolation);
}

TEST_CASE("CutLedger: no difference of two told counts is small, whatever is asked", "[run]") {
    for (std::uint64_t r = 0; r < 60; ++r) {
        RandomStream random{5, Purpose::testing, r};
        auto const draw = [&](std::int64_t most) {
            return static_cast<std::int64_t>(random.uniform() * static_cast<double>(most));
        };
        Classes classes(static_cast<std::size_t>(20 + draw(60)));
        for (auto& own : classes) own = static_cast<std::uint8_t>(draw(3));
        CutLedger ledger{classes, 4};
        Cuts told;
        for (int ask = 0; ask < 60; ++ask) {
            Cuts cuts;
            for (auto left = 1 + draw(3); left > 0; --left) {
                cuts.push_back(draw(std::ssize(classes) + 1));
            }
            if (!ledger.allows(cuts)) continue;
            ledger.tell(cuts);
            told.insert(told.end(), cuts.begin(), cuts.end());
        }
        for (auto a : told) {
            for (auto b : told) {
                for (int own = 0; own < 3; ++own) {
                    std::int64_t count = 0;
                    for (auto s = a; s < b; ++s) {
                        count += classes[static_cast<std::size_t>(s)] == own ? 1 : 0;
                    }
                    CHECK_FALSE(is_small(count, 4));
                }
            }
        }
    }
}

}  // namespace
}  // namespace maniple
