#include "maniple/run/fit_path.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/stop_request.hpp"

namespace maniple {
namespace {

// Variants that join a problem's working set after a pass: half as many again, so that large models
// do not take a pass for every penalty. Those that do not enter cost the solver little.
std::int64_t joining_variants(ProblemState const& problem) {
    return std::max<std::int64_t>(1000, std::ssize(problem.working) / 2);
}

// Solutions of one problem that a pass checks: it costs little more for some columns than for one.
// They do not depend on how many problems there are, because where a solve begins has a part in its
// last bits.
std::int64_t most_pending(std::int64_t samples) {
    constexpr std::int64_t values = 2'000'000;
    return std::clamp<std::int64_t>(values / samples, 4, 20);
}

// Problems that a pass serves: enough for every thread, but not so many that their residuals take
// the memory.
constexpr std::int64_t fewest_running = 6;
constexpr std::int64_t most_running = 48;

// Root mean square of the residuals of a binary trait.
constexpr double separated_below = 1e-4;

using Ranked = std::vector<RankedVariant>;

}  // namespace

PathFit::PathFit(FitPlan const& plan, GenotypePasses& passes, std::filesystem::path checkpoint,
                 Log& log)
    : plan_{plan},
      passes_{passes},
      solvers_{plan, passes},
      checkpoint_{std::move(checkpoint)},
      log_{log} {}

std::vector<std::size_t> PathFit::active() const {
    std::vector<std::size_t> problems;
    for (std::size_t p = 0; p < state_.problems.size(); ++p) {
        if (state_.problems[p].active) problems.push_back(p);
    }
    return problems;
}

FitState PathFit::run() {
    begin();
    if (!state_.final_fits) {
        run_active();
        together(passes_.comm(), [&] { begin_final_fits(); });
        share(Border::may_stop);
    }
    run_active();
    return std::move(state_);
}

void PathFit::begin() {
    std::optional<FitState> before;
    together(passes_.comm(), [&] {
        if (passes_.comm().is_root()) before = read_checkpoint(checkpoint_, plan_.facts());
    });
    if (passes_.comm().max(before ? 1 : 0) == 0) {
        screen_null();
        return;
    }
    if (before) {
        state_ = std::move(*before);
        std::size_t done = 0;
        for (auto const& problem : state_.problems) done += problem.steps.size();
        log_.note(fmt::format("going on from a checkpoint: {} passes, {} penalties done",
                              state_.passes, done));
    }
    share(Border::begins);
}

// Who has the largest gradient where covariates alone are fitted: this is where paths begin.
void PathFit::screen_null() {
    std::vector<std::size_t> all(plan_.problems().size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    solvers_.start(all);
    auto const residuals = solvers_.residuals();
    std::vector<ScreenedProblem> screened;
    for (auto p : residuals.problems) {
        screened.push_back({.samples = &plan_.problems()[p].training,
                            .residuals = {residuals.columns[p]},
                            .known = {}});
    }
    auto const found = screen(passes_, screened, filter(), joining_variants({}) + 1);
    together(passes_.comm(), [&] {
        if (!passes_.comm().is_root()) return;
        state_.passes = 1;
        state_.filtered = found.filtered;
        state_.problems.resize(all.size());
        if (found.filtered == plan_.variants()) {
            throw UserError{fmt::format(
                "none of the {} chosen variants passes the filters; relax --min-maf, --min-mac, "
                "--max-missing or --hwe",
                plan_.variants())};
        }
        if (found.filtered > 0) {
            log_.note(fmt::format("variants: {} of {} pass the filters",
                                  plan_.variants() - found.filtered, plan_.variants()));
        }
        for (auto p : all) {
            auto const noise =
                gradient_noise(residuals.columns[p], plan_.problems()[p].training.count());
            start_problem(p, found.top[p], noise);
        }
    });
    share(Border::may_stop);
}

void PathFit::start_problem(std::size_t p, Ranked const& top, double noise) {
    auto const& problem = plan_.problems()[p];
    auto& state = state_.problems[p];
    state.largest_gradient = top.empty() ? 0 : top.front().value;
    if (state.largest_gradient <= 0) {
        throw UserError{fmt::format(
            "trait '{}': no variant varies among its training samples; check the genotypes and "
            "the split",
            plan_.traits()[problem.trait].label)};
    }
    auto const spread = noise * std::sqrt(static_cast<double>(problem.training.count()));
    if (plan_.traits()[problem.trait].outcome == Outcome::binary && spread < separated_below) {
        throw UserError{fmt::format(
            "trait '{}': the covariates tell its training cases and controls apart (nothing is "
            "left for variants to explain); leave out the covariate that does",
            plan_.traits()[problem.trait].label)};
    }
    if (problem.kind == FitProblem::Kind::final) return;
    // All problems of a trait have the penalties of its path, whose problem comes first.
    auto const path = path_of(plan_, problem.trait);
    if (path == p) {
        state.penalties = penalties_of(plan_.request().penalties,
                                       {.largest_gradient = state.largest_gradient,
                                        .noise = noise,
                                        .variants = plan_.variants() - state_.filtered,
                                        .samples = problem.training.count()},
                                       plan_.request().solver.mixing);
    } else {
        state.penalties = state_.problems[path].penalties;
    }
    state.active = true;
    extend(state, {}, {}, {}, top);
}

// Those that are furthest behind.
std::vector<std::size_t> PathFit::next_problems() const {
    auto problems = active();
    std::ranges::stable_sort(problems, {},
                             [&](std::size_t p) { return state_.problems[p].steps.size(); });
    auto const all_threads = passes_.comm().max(passes_.threads()) * passes_.comm().size();
    auto const most = std::clamp(all_threads, fewest_running, most_running);
    problems.resize(std::min(problems.size(), static_cast<std::size_t>(most)));
    std::ranges::sort(problems);
    return problems;
}

void PathFit::run_active() {
    if (active().empty()) return;
    solvers_.start(active());
    while (!active().empty()) round();
}

void PathFit::round() {
    auto const running = next_problems();
    auto const samples = plan_.cohort().samples().size();
    auto const before = state_.passes;
    solvers_.add_variants(state_);
    SolvedResiduals solved;
    auto const batches = solvers_.solve(state_, running, most_pending(samples), solved);

    std::vector<ScreenedProblem> screened;
    std::size_t column = 0;
    for (std::size_t i = 0; i < solved.problems.size(); ++i) {
        auto known = state_.problems[solved.problems[i]].working;
        std::ranges::sort(known);
        ScreenedProblem problem{.samples = &plan_.problems()[solved.problems[i]].training,
                                .residuals = {},
                                .known = std::move(known)};
        for (std::int64_t c = 0; c < solved.columns_of[i]; ++c) {
            problem.residuals.emplace_back(solved.columns[column++]);
        }
        screened.push_back(std::move(problem));
    }
    std::int64_t joining = 0;
    for (auto p : running) joining = std::max(joining, joining_variants(state_.problems[p]));
    auto const found = screen(passes_, screened, filter(), joining + 1);
    together(passes_.comm(), [&] {
        if (!passes_.comm().is_root()) return;
        ++state_.passes;
        std::span<Ranked const> top{found.top};
        for (auto const& batch : batches) {
            judge(batch, top.first(batch.steps.size()));
            top = top.subspan(batch.steps.size());
        }
        retire_problems();
        describe_round(before);
    });
    share(Border::may_stop);
}

// Penalties count up to the first at which a variant outside the working set should have entered.
void PathFit::judge(SolvedBatch const& batch, std::span<Ranked const> top) {
    auto& problem = state_.problems[batch.problem];
    auto const& options = plan_.request().solver;
    auto const unit = problem.largest_gradient;
    problem.iterations += batch.iterations;
    std::size_t accepted = 0;
    Ranked violators;
    for (; accepted < batch.steps.size(); ++accepted) {
        auto step = batch.steps[accepted];
        auto const enters = step.penalty * options.mixing;
        auto const limit = enters + options.tolerance * unit;
        for (auto const& candidate : top[accepted]) {
            if (candidate.value > limit) violators.push_back(candidate);
        }
        if (!violators.empty()) break;
        if (!top[accepted].empty()) {
            auto const excess = (top[accepted].front().value - enters) / unit;
            step.violation = std::max(step.violation, excess);
        }
        if (plan_.problems()[batch.problem].kind == FitProblem::Kind::fold) {
            step.variants = {};
            step.effects = {};
            step.standardised = {};
            step.unpenalised = {};
        }
        problem.steps.push_back(std::move(step));
    }
    if (problem.steps.size() == problem.penalties.size()) problem.active = false;
    auto const from = accepted > 0 ? accepted - 1 : 0;
    extend(problem, batch.steps[from], batch, violators, top[from]);
}

// \param from  the solution at which the next solves start.
void PathFit::extend(ProblemState& problem, PathStep const& from, SolvedBatch const& batch,
                     Ranked const& violators, Ranked const& likely) {
    problem.start = {.effects = spread_effects(from, problem.working),
                     .unpenalised = from.unpenalised,
                     .order = batch.order,
                     .entered = batch.entered};
    auto const most = joining_variants(problem);
    std::unordered_set<std::int64_t> joined;
    auto const join = [&](Ranked const& some) {
        for (auto const& candidate : some) {
            if (std::ssize(joined) >= most) return;
            if (!joined.insert(candidate.variant).second) continue;
            problem.start.order.push_back(std::ssize(problem.working));
            problem.start.effects.push_back(0);
            problem.working.push_back(candidate.variant);
        }
    };
    join(violators);
    join(likely);
    problem.outside = 0;
    for (auto const& candidate : likely) {
        if (!joined.contains(candidate.variant)) {
            problem.outside = candidate.value;
            break;
        }
    }
}

// Early stopping: a trait whose judges have not seen better for some penalties is done.
void PathFit::retire_problems() {
    auto const patience = static_cast<std::size_t>(plan_.request().early_stop);
    for (std::size_t trait = 0; trait < plan_.traits().size(); ++trait) {
        auto const judged = judged_performances(plan_, state_, trait);
        auto const best = best_performance(judged);
        auto const path = path_of(plan_, trait);
        auto const& penalties = state_.problems[path].penalties;
        auto const behind = best ? judged.size() - 1 - *best : 0;
        bool const stops = patience > 0 && behind >= patience;
        if (state_.final_fits || (!stops && judged.size() < penalties.size())) continue;
        for (std::size_t p = 0; p < state_.problems.size(); ++p) {
            auto const& problem = plan_.problems()[p];
            if (problem.trait != trait || problem.kind == FitProblem::Kind::final) continue;
            // The path itself is needed up to the penalty that the folds have chosen.
            bool const lags = problem.kind == FitProblem::Kind::path &&
                              state_.problems[p].steps.size() <= best.value_or(0);
            if (!lags) state_.problems[p].active = false;
        }
    }
}

// Each trait once more, on all samples used, at its penalty alone.
void PathFit::begin_final_fits() {
    if (!passes_.comm().is_root()) return;
    state_.final_fits = true;
    for (std::size_t p = 0; p < state_.problems.size(); ++p) {
        auto const& problem = plan_.problems()[p];
        if (problem.kind != FitProblem::Kind::final) continue;
        auto const chosen = choose_penalty(plan_, state_, problem.trait);
        auto const& path = state_.problems[path_of(plan_, problem.trait)];
        auto const& step = path.steps[chosen ? chosen->step : path.steps.size() - 1];
        auto& state = state_.problems[p];
        state.penalties = {step.penalty};
        state.working = step.variants;
        state.start = {.effects = step.standardised,
                       .unpenalised = {},
                       .order = std::vector<std::int64_t>(step.variants.size()),
                       .entered = 0};
        std::iota(state.start.order.begin(), state.start.order.end(), std::int64_t{0});
        state.active = true;
    }
}

// Rank zero's state on every rank, and on disk. Models of steps stay with rank zero.
void PathFit::share(Border border) {
    auto const& comm = passes_.comm();
    together(comm, [&] {
        if (comm.is_root() && border == Border::may_stop) {
            write_checkpoint(checkpoint_, plan_.facts(), state_);
        }
    });
    if (comm.size() > 1) {
        FitState slim;
        if (comm.is_root()) {
            slim.passes = state_.passes;
            slim.filtered = state_.filtered;
            slim.final_fits = state_.final_fits;
            for (auto const& problem : state_.problems) {
                auto& copy = slim.problems.emplace_back(problem);
                for (auto& step : copy.steps) {
                    step = {.penalty = step.penalty, .validation = step.validation};
                }
            }
        }
        auto const bytes = comm.broadcast(comm.is_root() ? to_bytes(slim) : mpi::Bytes{});
        if (!comm.is_root()) state_ = state_from(bytes);
    }
    if (border == Border::may_stop && comm.max(StopRequest::asked() ? 1 : 0) == 1) {
        StopRequest::throw_stopped();
    }
}

void PathFit::describe_round(std::int64_t before) const {
    std::int64_t left = 0;
    std::size_t fewest = 0;
    std::size_t least = SIZE_MAX;
    for (std::size_t p = 0; p < state_.problems.size(); ++p) {
        auto const& problem = state_.problems[p];
        if (!problem.active) continue;
        ++left;
        if (problem.steps.size() < least) {
            least = problem.steps.size();
            fewest = p;
        }
    }
    auto line = fmt::format("  pass {}: ", before + 1);
    if (left == 0) {
        log_.note(line + "all penalties are checked");
        return;
    }
    auto const& problem = state_.problems[fewest];
    line += fmt::format("{} of {} penalties", problem.steps.size(), problem.penalties.size());
    if (!problem.steps.empty()) {
        auto const& last = problem.steps.back();
        line += fmt::format(", {} variants in the model", last.size);
        if (!std::isnan(last.validation))
            line += fmt::format(", validation {:.4f}", last.validation);
    }
    if (left > 1) line += fmt::format(" ({} fits to go; this one is the furthest behind)", left);
    log_.note(line);
}

}  // namespace maniple
