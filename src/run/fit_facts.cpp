#include <cstdint>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "maniple/core/checksum.hpp"
#include "maniple/core/version.hpp"
#include "maniple/run/fit_plan.hpp"
#include "plan_checksums.hpp"

namespace maniple {
namespace {

std::uint64_t checksum_of(std::vector<FitTrait> const& traits) {
    Checksum sum;
    for (auto const& trait : traits) {
        sum.add_values(std::span{trait.values});
        sum.add_values(std::span{trait.events});
    }
    return sum.value();
}

std::uint64_t checksum_of(std::vector<Covariate> const& covariates) {
    Checksum sum;
    for (auto const& covariate : covariates) sum.add_values(std::span{covariate.values});
    return sum.value();
}

std::uint64_t checksum_of(std::vector<FitProblem> const& problems) {
    Checksum sum;
    for (auto const& problem : problems) {
        sum.add_values(problem.training.words());
        sum.add_values(problem.judged.words());
    }
    return sum.value();
}

std::string penalties_of(PenaltyGrid const& grid) {
    if (grid.values) return fmt::format("{}", fmt::join(*grid.values, ","));
    return fmt::format("{} down to {}", grid.count,
                       grid.smallest_ratio ? fmt::format("{}", *grid.smallest_ratio) : "default");
}

// What a stacked ridge regression alone depends on.
PlanFacts facts_of(StackedOptions const& stacked) {
    return {{"--whole-genome-block", fmt::format("{}", stacked.block_variants)},
            {"--whole-genome-heritabilities",
             fmt::format("{}", fmt::join(stacked.heritabilities, ","))}};
}

}  // namespace

std::string to_string(FitMethod method) {
    switch (method) {
        case FitMethod::elastic_net:
            return "elastic-net";
        case FitMethod::ridge:
            return "ridge";
        case FitMethod::stacked_ridge:
            break;
    }
    return "stacked-ridge";
}

PlanFacts FitPlan::facts() const {
    std::vector<std::string> labels;
    for (auto const& trait : traits_) labels.push_back(trait.label);
    auto const& filter = request_.filter;
    bool const folds = request_.validate == ValidateBy::folds;
    PlanFacts facts{{"version", std::string{program_version}},
                    {"genotypes of the store", to_hex(checksum_of(cohort_.index()))},
                    {"--trait", fmt::format("{}", fmt::join(labels, ","))},
                    {"values of the traits", to_hex(checksum_of(traits_))},
                    {"--covariate", fmt::format("{}", fmt::join(covariate_names(), ","))},
                    {"values of the covariates", to_hex(checksum_of(covariates_))},
                    {"--method", to_string(request_.method)},
                    {"--heritability",
                     request_.heritability ? fmt::format("{}", *request_.heritability) : "chosen"},
                    {"--mixing", fmt::format("{}", request_.solver.mixing)},
                    {"--tolerance", fmt::format("{}", request_.method == FitMethod::ridge
                                                          ? request_.ridge.tolerance
                                                          : request_.solver.tolerance)},
                    {"penalties", penalties_of(request_.penalties)},
                    {"--validate", folds ? fmt::format("{} folds", request_.split.folds) : "split"},
                    {"--early-stop", fmt::format("{}", request_.early_stop)},
                    {"--no-refit", request_.final_fit == FinalFit::all_samples ? "no" : "yes"},
                    {"filters", fmt::format("maf {}, mac {}, missing {}, hwe {}", filter.min_maf,
                                            filter.min_mac, filter.max_missing, filter.min_hwe_p)},
                    {"samples and their split", to_hex(checksum_of(problems_))},
                    {"chosen variants", to_hex(checksum_of(blocks_))}};
    if (request_.method == FitMethod::stacked_ridge) {
        auto own = facts_of(request_.stacked);
        facts.insert(facts.end(), own.begin(), own.end());
    }
    return facts;
}

}  // namespace maniple
