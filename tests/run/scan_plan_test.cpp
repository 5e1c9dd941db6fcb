#include "maniple/run/scan_plan.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "maniple/run/simulate.hpp"
#include "store/scratch_store.hpp"

namespace maniple {
namespace {

constexpr std::int64_t megabyte = 1'000'000;

std::filesystem::path simulate_store(test::ScratchFolder const& folder, double missing_traits) {
    SimulateOptions options;
    options.store = folder.path() / "store";
    options.genotypes = {.samples = 12'000, .variants = 520, .contigs = 1};
    options.traits.quantitative = 100;
    options.traits.missing_traits = missing_traits;
    Log log{Speaker::silent};
    simulate(options, log);
    return options.store;
}

TEST_CASE("ScanPlan: plans no more memory than allowed, whatever is missing", "[run]") {
    test::ScratchFolder const folder;
    auto const missing = GENERATE(0.05, 0.4);
    CAPTURE(missing);
    ScanRequest const request{.store = simulate_store(folder, missing),
                              .traits = {"quantitative_*"},
                              .covariates = {"covariate_1"},
                              .missing = MissingGenotype::drop,
                              .threads = 16};
    Log log{Speaker::silent};
    std::int64_t in_batches = 0;
    std::int64_t whole = 0;
    for (std::int64_t limit = 90; limit < 170; limit += 12) {
        std::optional<ScanPlan> plan;
        try {
            plan.emplace(request, ScanLimits{.memory = limit * megabyte, .threads = 16}, log);
        } catch (UserError const&) {
            continue;
        }
        CAPTURE(limit);
        CHECK(plan->memory_bytes() <= limit * megabyte);
        ++(plan->batches().size() > 1 ? in_batches : whole);
    }
    CHECK(in_batches > 0);
    CHECK(whole > 0);
}

}  // namespace
}  // namespace maniple
