#include "null_odds.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/model/logistic_regression.hpp"
#include "share_out.hpp"

namespace maniple {
namespace {

// Cases (1) or controls (0) of a trait per fold.
std::vector<std::int64_t> count_folds(BaseTraits const& traits, std::size_t t,
                                      std::int64_t fold_count, std::uint8_t is_case) {
    std::vector<std::int64_t> counts(static_cast<std::size_t>(fold_count));
    for (std::size_t s = 0; s < traits.folds.size(); ++s) {
        if (std::isnan(traits.residuals[t][s]) || traits.is_case[t][s] != is_case) continue;
        ++counts[static_cast<std::size_t>(traits.folds[s])];
    }
    return counts;
}

// What else may be done with a trait.
char const* alternative(WholeGenomeRequest const& request) {
    return request.use == GenomeUse::scores ? "fit it with --method elastic-net"
                                            : "take --model linear";
}

// Why level 1 cannot learn from these cases and controls; empty where it can.
std::string find_few(BaseTraits const& traits, std::size_t t, WholeGenomeRequest const& request) {
    for (bool const is_case : {true, false}) {
        auto const counts = count_folds(traits, t, request.folds, is_case ? 1 : 0);
        std::int64_t all = 0;
        for (auto count : counts) all += count;
        auto const* const who = is_case ? "cases" : "controls";
        if (all < request.fewest_cases) {
            return fmt::format(
                "has fewer than {} {} with every covariate (too few to learn from); leave it out, "
                "or {}",
                request.fewest_cases, who, alternative(request));
        }
        if (std::ranges::max(counts) == all) {
            return fmt::format(
                "has all of its {} in one of {} folds (the others have nothing to learn from); "
                "take {}, or leave it out",
                who, request.folds,
                request.folds_by == FoldsBy::contiguous ? "--folds hash" : "another --seed");
        }
    }
    return {};
}

std::string describe(FitStatus status, WholeGenomeRequest const& request) {
    if (status == FitStatus::separated) {
        return "is told from the covariates without error, or all but that (cases and controls are "
               "separated, so that no logistic regression fits); leave out the covariate that "
               "tells it, or the trait";
    }
    return fmt::format(
        "cannot be regressed on the covariates by logistic regression ({}); leave it out, or {}",
        to_string(status), alternative(request));
}

// Of all traits, on every rank.
std::vector<FitStatus> fit_all(BaseTraits const& traits, int threads,
                               mpi::Communicator const& comm) {
    auto const count = std::ssize(traits.names);
    std::vector<std::int64_t> found(static_cast<std::size_t>(count));
    std::vector<std::size_t> own;
    for (auto t = std::int64_t{comm.rank()}; t < count; t += comm.size()) {
        auto const at = static_cast<std::size_t>(t);
        if (traits.outcomes[at] == Outcome::binary) own.push_back(at);
    }
    share_out(std::ssize(own), threads, comm, [&](int, std::int64_t i) {
        auto const t = own[static_cast<std::size_t>(i)];
        found[t] = static_cast<std::int64_t>(fit_null_odds(traits, t).status);
    });
    comm.sum(found);
    std::vector<FitStatus> statuses;
    for (auto status : found) statuses.push_back(static_cast<FitStatus>(status));
    return statuses;
}

}  // namespace

// On the orthonormal basis, which spans the covariates: no others are kept in memory.
NullOdds fit_null_odds(BaseTraits const& traits, std::size_t trait) {
    expect(traits.outcomes[trait] == Outcome::binary, "the trait is binary");

    auto const& residual = traits.residuals[trait];
    std::vector<std::size_t> own;
    std::vector<std::uint8_t> is_case;
    for (std::size_t s = 0; s < residual.size(); ++s) {
        if (std::isnan(residual[s])) continue;
        own.push_back(s);
        is_case.push_back(traits.is_case[trait][s]);
    }
    std::vector<std::vector<double>> columns;
    for (std::int64_t c = 1; c < traits.basis.basis.columns(); ++c) {  // 0 is the intercept.
        auto& column = columns.emplace_back();
        for (auto s : own) column.push_back(traits.basis.basis.column(c)[s]);
    }
    RegressionDesign const design{std::ssize(own), {columns.begin(), columns.end()}};
    columns = {};
    auto const fit = fit_logistic(design, is_case);
    if (fit.status != FitStatus::ok) return {.status = fit.status, .log_odds = {}};
    auto const fitted = linear_predictor(design, fit);
    NullOdds odds{.log_odds = std::vector<double>(residual.size())};
    for (std::size_t i = 0; i < own.size(); ++i) odds.log_odds[own[i]] = fitted[i];
    return odds;
}

void leave_out_hopeless(BaseTraits& traits, WholeGenomeRequest const& request,
                        mpi::Communicator const& comm, Log& log) {
    if (std::ranges::count(traits.outcomes, Outcome::binary) == 0) return;
    auto const statuses = fit_all(traits, request.threads, comm);
    std::vector<std::int64_t> kept;
    for (std::size_t t = 0; t < traits.names.size(); ++t) {
        std::string problem;
        if (traits.outcomes[t] == Outcome::binary) {
            problem = find_few(traits, t, request);
            if (problem.empty() && statuses[t] != FitStatus::ok)
                problem = describe(statuses[t], request);
        }
        if (problem.empty()) {
            kept.push_back(static_cast<std::int64_t>(t));
            continue;
        }
        if (traits.asked[t] == Asked::by_name) {
            throw UserError{fmt::format("trait '{}' {}", traits.names[t], problem)};
        }
        log.warn(fmt::format("trait '{}' is left out: it {}", traits.names[t], problem));
    }
    keep_traits(traits, kept);
    if (traits.names.empty()) {
        throw UserError{"none of the traits can be predicted; see the warnings above"};
    }
}

}  // namespace maniple
