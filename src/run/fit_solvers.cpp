#include "maniple/run/fit_solvers.hpp"

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/first_failure.hpp"
#include "maniple/run/penalty_choice.hpp"
#include "maniple/stats/concordance.hpp"
#include "maniple/stats/predictor_order.hpp"
#include "maniple/stats/roc.hpp"

namespace maniple {
namespace {

// Variants that ranks collect together, so that memory stays flat however many a resumed fit needs.
constexpr std::int64_t collected_variants = 1024;

double explained_share(std::vector<double> const& values, std::vector<double> const& predictor) {
    double mean = 0;
    for (double value : values) mean += value;
    mean /= static_cast<double>(values.size());
    double deviations = 0;
    double errors = 0;
    for (std::size_t s = 0; s < values.size(); ++s) {
        deviations += (values[s] - mean) * (values[s] - mean);
        errors += (values[s] - predictor[s]) * (values[s] - predictor[s]);
    }
    return deviations > 0 ? 1 - errors / deviations : PathStep::unknown;
}

std::vector<std::uint8_t> as_flags(std::vector<double> const& values) {
    std::vector<std::uint8_t> flags;
    for (double value : values) flags.push_back(value == 1 ? 1 : 0);
    return flags;
}

// Where each variant of a working set is in it.
std::unordered_map<std::int64_t, std::size_t> positions_in(std::span<std::int64_t const> working) {
    std::unordered_map<std::int64_t, std::size_t> positions;
    for (std::size_t w = 0; w < working.size(); ++w) positions.emplace(working[w], w);
    return positions;
}

}  // namespace

double judge_predictor(FitTrait const& trait, SampleMask const& mask,
                       std::span<double const> predictor) {
    std::vector<double> values;
    std::vector<double> events;
    std::vector<double> predicted;
    mask.for_each([&](SampleIndex s) {
        values.push_back(trait.values[s.at()]);
        if (!trait.events.empty()) events.push_back(trait.events[s.at()]);
        predicted.push_back(predictor[s.at()]);
    });
    if (values.empty()) return PathStep::unknown;
    if (std::ranges::any_of(predicted, [](double value) { return !std::isfinite(value); })) {
        return PathStep::unknown;
    }
    switch (trait.outcome) {
        case Outcome::binary:
            return roc_area(PredictorOrder{predicted}, as_flags(values));
        case Outcome::time_to_event:
            return count_concordance(PredictorOrder{predicted}, values, as_flags(events)).index();
        case Outcome::quantitative:
        case Outcome::unknown:
            break;
    }
    return explained_share(values, predicted);
}

std::vector<double> spread_effects(PathStep const& step, std::span<std::int64_t const> working) {
    auto const positions = positions_in(working);
    std::vector<double> effects(working.size());
    for (std::size_t v = 0; v < step.variants.size(); ++v) {
        effects[positions.at(step.variants[v])] = step.standardised[v];
    }
    return effects;
}

template <class Work>
void FitSolvers::each_own(Work const& work) {
    FirstFailure failure;
    auto const count = std::ssize(own_);
#pragma omp parallel for schedule(dynamic, 1) num_threads(passes_.threads())
    for (std::int64_t o = 0; o < count; ++o) {
        failure.guard([&] { work(own_[static_cast<std::size_t>(o)]); });
    }
    agree(passes_.comm(), failure.get());
}

void FitSolvers::start(std::vector<std::size_t> problems) {
    problems_ = std::move(problems);
    added_.assign(problems_.size(), 0);
    own_.clear();
    auto const ranks = static_cast<std::size_t>(passes_.comm().size());
    auto const rank = static_cast<std::size_t>(passes_.comm().rank());
    for (auto p = rank; p < problems_.size(); p += ranks) {
        own_.push_back({.problem = problems_[p], .net = {}, .batch = {}, .residuals = {}});
    }
    each_own([&](Own& own) {
        auto const& problem = plan_.problems()[own.problem];
        try {
            own.net.emplace(plan_.penalised(problem), problem.training, plan_.request().solver);
        } catch (UserError const& error) {
            throw UserError{
                fmt::format("trait '{}' {}", plan_.traits()[problem.trait].label, error.what())};
        }
        auto const residuals = own.net->residuals();
        own.residuals = {{residuals.begin(), residuals.end()}};
    });
}

SolvedResiduals FitSolvers::residuals() { return share_residuals(); }

bool FitSolvers::owns(std::size_t problem) const {
    return std::ranges::any_of(own_, [&](Own const& own) { return own.problem == problem; });
}

void FitSolvers::add_variants(FitState const& state) {
    while (true) {
        std::vector<GlobalVariantIndex> wanted;
        std::vector<std::span<std::int64_t const>> slices;
        for (std::size_t p = 0; p < problems_.size(); ++p) {
            auto const all = std::span{state.problems[problems_[p]].working};
            auto const rest = all.subspan(static_cast<std::size_t>(added_[p]));
            slices.push_back(
                rest.first(std::min(rest.size(), static_cast<std::size_t>(collected_variants))));
            for (auto v : slices.back()) wanted.emplace_back(v);
            added_[p] += std::ssize(slices.back());
        }
        if (wanted.empty()) return;
        std::ranges::sort(wanted);
        wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
        auto const genotypes = passes_.collect(wanted);
        each_own([&](Own& own) {
            auto const p = std::ranges::find(problems_, own.problem) - problems_.begin();
            auto const& slice = slices[static_cast<std::size_t>(p)];
            if (slice.empty()) return;
            PackedBlock rows{std::ssize(slice), genotypes.samples()};
            for (LocalVariantIndex r{0}; r.get() < rows.variants(); ++r) {
                auto const place =
                    std::ranges::lower_bound(wanted, GlobalVariantIndex{slice[r.at()]});
                std::ranges::copy(genotypes.view().row(LocalVariantIndex{place - wanted.begin()}),
                                  rows.row(r).begin());
            }
            own.net->add_variants(rows.view());
        });
    }
}

// Has a path that is judged by itself seen nothing better for some penalties? What comes later
// would be thrown away.
bool FitSolvers::stops_early(std::span<PathStep const> before,
                             std::span<PathStep const> now) const {
    auto const patience = plan_.request().early_stop;
    if (patience == 0 || plan_.request().validate == ValidateBy::folds) return false;
    std::vector<double> judged;
    for (auto const steps : {before, now}) {
        for (auto const& step : steps) judged.push_back(step.validation);
    }
    return early_stop(judged, patience).has_value();
}

void FitSolvers::solve_one(Own& own, ProblemState const& state, std::int64_t most) const {
    auto const& problem = plan_.problems()[own.problem];
    auto const& trait = plan_.traits()[problem.trait];
    auto& net = *own.net;
    net.go_to(state.start);
    own.batch = {.problem = own.problem};
    own.residuals.clear();
    auto const before = net.iterations();
    auto const first = state.steps.size();
    auto const mixing = plan_.request().solver.mixing;
    for (auto k = first; k < state.penalties.size(); ++k) {
        auto const penalty = state.penalties[k];
        // From here on, variants outside the working set are likely to violate.
        bool const safe = penalty * mixing >= state.outside;
        if (stops_early(state.steps, own.batch.steps)) break;
        if (k > first && (!safe || static_cast<std::int64_t>(k - first) >= most)) break;
        net.solve(penalty);
        auto const predictor = net.linear_predictor();
        auto const point = net.point();
        PathStep step{.penalty = penalty,
                      .training = judge_predictor(trait, problem.training, predictor),
                      .validation = judge_predictor(trait, problem.judged, predictor),
                      .violation = net.largest_violation(),
                      .unpenalised = point.unpenalised};
        auto const effects = net.effects();
        for (std::size_t v = 0; v < effects.size(); ++v) {
            if (point.effects[v] == 0) continue;
            step.variants.push_back(state.working[v]);
            step.effects.push_back(effects[v]);
            step.standardised.push_back(point.effects[v]);
        }
        step.size = std::ssize(step.variants);
        own.batch.steps.push_back(std::move(step));
        own.residuals.emplace_back(net.residuals().begin(), net.residuals().end());
    }
    auto const end = net.point();
    own.batch.order = end.order;
    own.batch.entered = end.entered;
    own.batch.iterations = net.iterations() - before;
}

std::vector<SolvedBatch> FitSolvers::solve(FitState const& state,
                                           std::span<std::size_t const> problems, std::int64_t most,
                                           SolvedResiduals& residuals) {
    each_own([&](Own& own) {
        own.residuals.clear();
        own.batch = {.problem = own.problem};
        auto const& problem = state.problems[own.problem];
        if (std::ranges::binary_search(problems, own.problem)) solve_one(own, problem, most);
    });
    residuals = share_residuals();
    std::vector<SolvedBatch> mine;
    for (auto const& own : own_) {
        if (!own.batch.steps.empty()) mine.push_back(own.batch);
    }
    std::vector<SolvedBatch> all;
    for (auto const& bytes : passes_.comm().gather(to_bytes(mine))) {
        for (auto& batch : batches_from(bytes)) all.push_back(std::move(batch));
    }
    std::ranges::sort(all, {}, &SolvedBatch::problem);
    return all;
}

// Rank by rank; then in the order of problems.
SolvedResiduals FitSolvers::share_residuals() {
    auto const samples = static_cast<std::size_t>(plan_.cohort().samples().size());
    mpi::Bytes message;
    auto const add = [&](auto const& values) {
        auto const bytes = std::as_bytes(std::span{values});
        message.insert(message.end(), bytes.begin(), bytes.end());
    };
    for (auto& own : own_) {
        if (own.residuals.empty()) continue;
        std::int64_t const head[]{static_cast<std::int64_t>(own.problem),
                                  std::ssize(own.residuals)};
        add(head);
        for (auto const& column : own.residuals) add(column);
        own.residuals.clear();
    }
    mpi::Bytes all;
    for (auto const& bytes : passes_.comm().gather(message)) {
        all.insert(all.end(), bytes.begin(), bytes.end());
    }
    all = passes_.comm().broadcast(std::move(all));

    std::vector<std::pair<std::size_t, std::vector<std::vector<double>>>> read;
    for (auto const *next = all.data(), *end = next + all.size(); next != end;) {
        std::int64_t head[2];
        std::memcpy(head, next, sizeof head);
        next += sizeof head;
        auto& [problem, columns] = read.emplace_back();
        problem = static_cast<std::size_t>(head[0]);
        for (std::int64_t c = 0; c < head[1]; ++c) {
            auto& column = columns.emplace_back(samples);
            std::memcpy(column.data(), next, samples * sizeof(double));
            next += samples * sizeof(double);
        }
    }
    std::ranges::sort(read, {}, [](auto const& entry) { return entry.first; });
    SolvedResiduals shared;
    for (auto& [problem, columns] : read) {
        shared.problems.push_back(problem);
        shared.columns_of.push_back(std::ssize(columns));
        std::ranges::move(columns, std::back_inserter(shared.columns));
    }
    return shared;
}

ScoreParts FitSolvers::parts(std::size_t problem, ProblemState const& state, PathStep const& step) {
    auto const own = std::ranges::find(own_, problem, &Own::problem);
    expect(own != own_.end(), "the problem is this rank's");

    auto& net = *own->net;
    auto point = state.start;
    point.effects = spread_effects(step, state.working);
    point.unpenalised = step.unpenalised;
    net.go_to(point);
    ScoreParts parts{.covariates = net.covariate_model(),
                     .baseline = {},
                     .frequencies = {},
                     .samples = net.samples().count(),
                     .cases = net.cases(),
                     .collinear = {net.collinear().begin(), net.collinear().end()}};
    if (plan_.traits()[plan_.problems()[problem].trait].outcome == Outcome::time_to_event) {
        parts.baseline = net.baseline_hazard();
    }
    auto const frequencies = net.alternate_frequencies();
    auto const positions = positions_in(state.working);
    for (auto v : step.variants) parts.frequencies.push_back(frequencies[positions.at(v)]);
    return parts;
}

}  // namespace maniple
