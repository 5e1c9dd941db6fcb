/// \file  maniple simulate: a cohort with known truth.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "maniple/core/log.hpp"
#include "maniple/run/ingest.hpp"
#include "maniple/simulation/simulation_plan.hpp"

namespace maniple {

struct SimulateOptions {
    std::filesystem::path store;  ///< Must not exist.
    GenotypePlan genotypes;
    TraitPlan traits;
    std::optional<std::filesystem::path> bfile;  ///< Also write .bed, .bim, .fam and .tsv.
    Compression compression = Compression::automatic;
    int threads = 1;
};

struct SimulateSummary {
    IngestSummary ingest;
    std::int64_t families = 0;  ///< With relatives in the cohort.
    std::int64_t columns = 0;   ///< Of the table `simulated`.
    std::int64_t effects = 0;   ///< Of all traits together.
};

/// Simulate a cohort into a new store: genotypes, the table `simulated`, and the true effects and
/// genetic values in models/truth.h5. The store appears when all of it is complete. Equal plans
/// give equal bytes for any number of threads. Memory does not grow with the number of variants,
/// but for the effects of causal ones. \throws UserError when a plan is not valid or the store
/// exists; EnvironmentError. Threads: starts its own.
SimulateSummary simulate(SimulateOptions const& options, Log& log);

}  // namespace maniple
