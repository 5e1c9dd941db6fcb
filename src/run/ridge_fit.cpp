#include "maniple/run/ridge_fit.hpp"

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/stopwatch.hpp"
#include "maniple/model/covariate_basis.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/first_failure.hpp"
#include "maniple/run/fit_solvers.hpp"
#include "maniple/run/fit_state.hpp"
#include "maniple/run/stop_request.hpp"

namespace maniple {
namespace {

// Columns of one pass: it costs little more for some than for one.
constexpr std::size_t most_columns = 128;

// What judges see differs by less than they can tell.
constexpr double judging_tolerance = 1e-5;

constexpr double smallest_heritability = 0.01;
constexpr double largest_heritability = 0.99;
constexpr std::int64_t tried_heritabilities = 9;

constexpr double seconds_between_checkpoints = 60;

double seconds_now() {
    static Stopwatch const watch;
    return watch.seconds();
}

}  // namespace

RidgeFit::RidgeFit(FitPlan const& plan, GenotypePasses& passes, std::filesystem::path checkpoint,
                   Log& log)
    : plan_{plan},
      passes_{passes},
      checkpoint_{std::move(checkpoint)},
      log_{log},
      last_checkpoint_{seconds_now()} {}

RidgeState RidgeFit::run() {
    using Stage = RidgeState::Stage;
    begin();
    while (true) {
        if (state_.first == plan_.traits().size()) {
            if (state_.stage == Stage::solve) break;
            state_.stage = state_.stage == Stage::estimate ? Stage::judge : Stage::solve;
            state_.first = 0;
        }
        last_ = batch_end();
        designs_.emplace(plan_, batch_problems(), passes_.comm(), passes_.threads());
        if (state_.stage == Stage::estimate) estimate();
        if (state_.stage == Stage::judge) judge();
        if (state_.stage == Stage::solve) solve();
        state_.active.clear();
        state_.first = last_;
        pause();
    }
    return std::move(state_);
}

// Problems that the stage solves for the batch's traits.
std::vector<std::size_t> RidgeFit::batch_problems() const {
    using Stage = RidgeState::Stage;
    std::vector<std::size_t> problems;
    for (auto t = state_.first; t < last_; ++t) {
        if (state_.stage == Stage::judge) {
            for (auto p : judges(t)) problems.push_back(p);
        } else if (state_.stage == Stage::solve) {
            problems.push_back(chosen_problem(t));
        } else if (!plan_.request().heritability) {
            problems.push_back(path_of(t));
        }
    }
    return problems;
}

void RidgeFit::begin() {
    auto const& comm = passes_.comm();
    std::optional<mpi::Bytes> before;
    together(comm, [&] {
        if (comm.is_root()) before = find_state(checkpoint_, plan_.facts(), interrupted_fit());
    });
    state_.traits.resize(plan_.traits().size());
    if (comm.max(before ? 1 : 0) == 0) return;
    auto const bytes = comm.broadcast(before ? std::move(*before) : mpi::Bytes{});
    together(comm, [&] { state_ = ridge_state_from(bytes); });
    log_.note(fmt::format("going on from a checkpoint: {} passes done", state_.passes));
}

// As many traits as their columns leave room for, at least one. It must not depend on results,
// because a resumed fit has to find the same batches.
std::size_t RidgeFit::batch_end() const {
    auto const tried = plan_.request().heritability ? 1 : tried_heritabilities + 1;
    std::vector<SampleMask const*> sets;
    std::size_t columns = 0;
    auto t = state_.first;
    for (; t < plan_.traits().size(); ++t) {
        std::size_t own = 1;
        if (state_.stage == RidgeState::Stage::judge) {
            own = judges(t).size() * static_cast<std::size_t>(tried);
        } else if (state_.stage == RidgeState::Stage::estimate) {
            auto const* mask = &plan_.problems()[path_of(t)].training;
            bool const is_new = std::ranges::none_of(
                sets, [&](SampleMask const* other) { return *other == *mask; });
            if (is_new) sets.push_back(mask);
            own += is_new ? sign_vectors : 0;
        }
        columns += own;
        if (columns > most_columns && t > state_.first) break;
    }
    return t;
}

std::size_t RidgeFit::path_of(std::size_t trait) const {
    return find_fit(plan_, trait, FitProblem::Kind::path).value();
}

std::vector<std::size_t> RidgeFit::judges(std::size_t trait) const {
    auto const kind = plan_.request().validate == ValidateBy::folds ? FitProblem::Kind::fold
                                                                    : FitProblem::Kind::path;
    std::vector<std::size_t> found;
    for (std::size_t p = 0; p < plan_.problems().size(); ++p) {
        auto const& problem = plan_.problems()[p];
        bool const is_one = problem.trait == trait && problem.kind == kind;
        if (is_one && problem.judged.count() >= 2) found.push_back(p);
    }
    return found;
}

std::size_t RidgeFit::chosen_problem(std::size_t trait) const {
    if (auto const final = find_fit(plan_, trait, FitProblem::Kind::final)) return *final;
    return path_of(trait);
}

std::vector<double> RidgeFit::candidates(std::size_t trait) const {
    if (plan_.request().heritability) return {*plan_.request().heritability};
    std::vector<double> tried;
    for (std::int64_t k = 1; k <= tried_heritabilities; ++k) {
        tried.push_back(static_cast<double>(k) / (tried_heritabilities + 1));
    }
    if (auto const& estimate = state_.traits[trait].estimate) {
        tried.push_back(std::clamp(estimate->value, smallest_heritability, largest_heritability));
    }
    std::ranges::sort(tried);
    tried.erase(std::unique(tried.begin(), tried.end()), tried.end());
    return tried;
}

RelationshipProducts RidgeFit::multiply(std::span<SampleMask const* const> sets,
                                        std::span<RelationshipVector const> vectors) {
    ScreenFilter const filter{plan_.request().filter, &plan_.used()};
    auto products = multiply_relationships(passes_, filter, sets, vectors);
    if (state_.passes++ == 0 && products.filtered > 0) {
        log_.note(fmt::format("variants: {} of {} pass the filters",
                              plan_.variants() - products.filtered, plan_.variants()));
    }
    state_.filtered = products.filtered;
    if (products.filtered == plan_.variants()) {
        throw UserError{fmt::format(
            "none of the {} chosen variants passes the filters; relax --min-maf, --min-mac, "
            "--max-missing or --hwe",
            plan_.variants())};
    }
    if (std::ranges::min(products.varying) == 0) {
        throw UserError{
            "no variant varies among the training samples of a trait; check the genotypes and the "
            "split"};
    }
    return products;
}

void RidgeFit::activate(std::size_t problem, double heritability) {
    state_.active.push_back({.step = {.problem = problem, .heritability = heritability},
                             .system = start_ridge(designs_->right_side(problem))});
}

void RidgeFit::judge() {
    if (state_.active.empty()) {
        for (auto t = state_.first; t < last_; ++t) {
            for (auto p : judges(t)) {
                for (auto heritability : candidates(t)) activate(p, heritability);
            }
        }
    }
    auto options = plan_.request().ridge;
    options.tolerance = std::max(options.tolerance, judging_tolerance);
    run_active(options);
    for (auto const& one : state_.active) {
        state_.traits[plan_.problems()[one.step.problem].trait].judged.push_back(one.step);
    }
    for (auto t = state_.first; t < last_; ++t) choose(t);
}

// The best mean of all judges; the first of two equally good ones.
void RidgeFit::choose(std::size_t t) {
    auto& trait = state_.traits[t];
    auto const tried = candidates(t);
    auto const count = static_cast<double>(judges(t).size());
    trait.chosen.heritability =
        trait.estimate
            ? std::clamp(trait.estimate->value, smallest_heritability, largest_heritability)
            : tried.front();
    for (auto heritability : tried) {
        double mean = 0;
        std::size_t judged = 0;
        for (auto const& step : trait.judged) {
            if (step.heritability != heritability) continue;
            mean += step.validation / count;
            ++judged;
        }
        if (judged == 0 || std::isnan(mean)) continue;
        if (trait.performance && mean <= *trait.performance) continue;
        trait.performance = mean;
        trait.chosen.heritability = heritability;
    }
}

void RidgeFit::solve() {
    if (state_.active.empty()) {
        for (auto t = state_.first; t < last_; ++t) {
            activate(chosen_problem(t), state_.traits[t].chosen.heritability);
        }
    }
    run_active(plan_.request().ridge);
    for (auto t = state_.first; t < last_; ++t) {
        auto& one = state_.active[t - state_.first];
        state_.traits[t].chosen = one.step;
        state_.traits[t].solution = std::move(one.system.solution);
    }
}

void RidgeFit::run_active(RidgeOptions const& options) {
    auto const is_open = [](ActiveRidge const& one) {
        return one.system.phase != RidgeSystem::Phase::done;
    };
    while (std::ranges::any_of(state_.active, is_open)) {
        pass(options);
        describe_pass();
        pause();
    }
}

// Systems that are done leave: they cost nothing any more.
void RidgeFit::pass(RidgeOptions const& options) {
    auto const samples = plan_.cohort().samples().size();
    std::vector<ActiveRidge*> open;
    std::vector<SampleMask const*> sets;
    std::vector<RelationshipVector> vectors;
    for (auto& one : state_.active) {
        auto const& system = one.system;
        if (system.phase == RidgeSystem::Phase::done) continue;
        auto const design = designs_->index(one.step.problem);
        auto const* mask = &designs_->samples(design);
        auto const known = std::ranges::find(sets, mask);
        RelationshipVector vector{
            .set = static_cast<std::size_t>(known - sets.begin()), .values = {}, .rest = {}};
        if (known == sets.end()) sets.push_back(mask);
        auto const list = designs_->design(design).list();
        if (system.phase == RidgeSystem::Phase::checking) {
            vector.values = scatter(system.solution, list, samples);
            vector.rest = round_to_grid(vector.values);
        } else {
            vector.values = scatter(system.direction, list, samples);
        }
        open.push_back(&one);
        vectors.push_back(std::move(vector));
    }
    auto const products = multiply(sets, vectors);
    FirstFailure failure;
    auto const count = std::ssize(open);
#pragma omp parallel for schedule(dynamic, 1) num_threads(passes_.threads())
    for (std::int64_t i = 0; i < count; ++i) {
        failure.guard([&] {
            auto& one = *open[static_cast<std::size_t>(i)];
            one.step.variants = products.varying[vectors[static_cast<std::size_t>(i)].set];
            advance(one, products.values[static_cast<std::size_t>(i)], options);
        });
    }
    agree(passes_.comm(), failure.get());
}

void RidgeFit::advance(ActiveRidge& one, std::span<double const> product,
                       RidgeOptions const& options) {
    auto& [step, system] = one;
    auto const& problem = plan_.problems()[step.problem];
    auto const& design = designs_->of(step.problem);
    auto const shift = ridge_shift(step.heritability, step.variants);
    auto some = gather(product, design.list());
    advance_ridge(system, design, designs_->right_side(step.problem), shift, options, some);
    step.penalty = shift / static_cast<double>(std::ssize(design.list()));
    step.iterations = system.iterations;
    step.residual = system.relative_residual;
    if (system.phase != RidgeSystem::Phase::done) return;
    // K x is what the genotypes predict: X b = X X' x.
    auto const& trait = plan_.traits()[problem.trait];
    auto rest = gather(trait.values, design.list());
    auto const genetic = gather(product, design.list());
    for (std::size_t s = 0; s < rest.size(); ++s) rest[s] -= genetic[s];
    auto predictor = design.predict(design.regress(rest));
    for (std::size_t s = 0; s < predictor.size(); ++s) predictor[s] += product[s];
    step.training = judge_predictor(trait, problem.training, predictor);
    step.validation = judge_predictor(trait, problem.judged, predictor);
}

void RidgeFit::describe_pass() const {
    double largest = 0;
    std::int64_t left = 0;
    for (auto const& one : state_.active) {
        if (one.system.phase == RidgeSystem::Phase::done) continue;
        largest = std::max(largest, one.system.relative_residual);
        ++left;
    }
    constexpr std::int64_t told = 10;  // There are many, and quick.
    if (left > 0 && state_.passes % told != 0) return;
    auto const line = fmt::format("  pass {}: ", state_.passes);
    if (left == 0) {
        log_.note(line + "all systems are solved and checked");
        return;
    }
    log_.note(line + fmt::format("{} of {} systems to go, largest residual {:.1e}", left,
                                 state_.active.size(), largest));
}

// Between two passes: what is known goes to disk once a minute, and before the process ends.
void RidgeFit::pause() {
    auto const& comm = passes_.comm();
    bool const stops = comm.max(StopRequest::asked() ? 1 : 0) == 1;
    together(comm, [&] {
        if (!comm.is_root()) return;
        auto const now = seconds_now();
        if (!stops && now - last_checkpoint_ < seconds_between_checkpoints) return;
        keep_state(checkpoint_, plan_.facts(), to_bytes(state_));
        last_checkpoint_ = now;
    });
    if (stops) StopRequest::throw_stopped();
}

}  // namespace maniple
