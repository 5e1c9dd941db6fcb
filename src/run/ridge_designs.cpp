#include <omp.h>

#include <algorithm>

#include <fmt/format.h>

#include "maniple/core/error.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/first_failure.hpp"
#include "maniple/run/ridge_fit.hpp"

namespace maniple {

RidgeDesigns::RidgeDesigns(FitPlan const& plan, std::vector<std::size_t> problems,
                           mpi::Communicator const& comm, int threads) {
    for (auto problem : problems) {
        auto const& mask = plan.problems()[problem].training;
        auto const same =
            std::ranges::find_if(masks_, [&](SampleMask const* other) { return *other == mask; });
        index_[problem] = static_cast<std::size_t>(same - masks_.begin());
        if (same == masks_.end()) masks_.push_back(&mask);
        right_sides_[problem];
    }
    designs_.resize(masks_.size());
    FirstFailure failure;
    auto const designs = std::ssize(designs_);
    auto const sides = std::ssize(problems);
#pragma omp parallel num_threads(threads)
    {
#pragma omp for schedule(dynamic, 1)
        for (std::int64_t d = 0; d < designs; ++d) {
            failure.guard([&] {
                auto const place = static_cast<std::size_t>(d);
                designs_[place] =
                    std::make_unique<RidgeDesign const>(*masks_[place], plan.covariates());
            });
        }
#pragma omp for schedule(dynamic, 1)
        for (std::int64_t p = 0; p < sides; ++p) {
            failure.guard([&] {
                auto const problem = problems[static_cast<std::size_t>(p)];
                auto const& trait = plan.traits()[plan.problems()[problem].trait];
                if (failure.get()) return;
                try {
                    right_sides_.at(problem) = of(problem).residual(trait.values);
                } catch (UserError const& error) {
                    throw UserError{fmt::format("trait '{}' {}", trait.label, error.what())};
                }
            });
        }
    }
    agree(comm, failure.get());
}

std::optional<std::size_t> find_fit(FitPlan const& plan, std::size_t trait, FitProblem::Kind kind) {
    auto const& problems = plan.problems();
    auto const found = std::ranges::find_if(problems, [&](FitProblem const& problem) {
        return problem.trait == trait && problem.kind == kind;
    });
    if (found == problems.end()) return {};
    return static_cast<std::size_t>(found - problems.begin());
}

}  // namespace maniple
