#include "maniple/run/result_block.hpp"

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

TEST_CASE("ResultBlock: survives the way over bytes, trait by trait", "[run]") {
    std::int64_t const rows = GENERATE(1, 7);
    std::int64_t const traits = GENERATE(1, 3);
    std::vector<LinearTest> tests;
    for (std::int64_t i = 0; i < rows * traits; ++i) {
        auto const value = static_cast<double>(i);
        tests.push_back({value, value + 0.25, value + 0.5, value / 64, i + 100,
                         i % 2 == 0 ? TestStatus::ok : TestStatus::perfect_fit});
    }
    auto const packed = ResultBlock::pack(rows, traits, tests);
    ResultBlock const arrived{rows, traits, packed.bytes()};
    auto const columns = arrived.rows();
    REQUIRE(std::ssize(columns) == traits);
    for (std::int64_t t = 0; t < traits; ++t) {
        for (std::int64_t r = 0; r < rows; ++r) {
            auto const& test = tests[static_cast<std::size_t>(r * traits + t)];
            auto const& column = columns[static_cast<std::size_t>(t)];
            auto const at = static_cast<std::size_t>(r);
            CHECK(column.beta[at] == test.beta);
            CHECK(column.standard_error[at] == static_cast<float>(test.standard_error));
            CHECK(column.neg_log10_p[at] == static_cast<float>(test.neg_log10_p));
            CHECK(column.effect_allele_frequency[at] ==
                  static_cast<float>(test.alternate_frequency));
            CHECK(column.samples[at] == test.samples);
            CHECK(column.status[at] == static_cast<std::uint8_t>(test.status));
        }
    }
    CHECK_THROWS_AS((ResultBlock{rows + 1, traits, packed.bytes()}), ContractViolation);
}

}  // namespace
}  // namespace maniple
