#include "maniple/run/scan_plan.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/checksum.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "sample_report.hpp"

namespace maniple {
namespace {

// Each level is a column, and work grows with their square.
void require_few_columns(TraitLoader const& loader) {
    constexpr std::int64_t most_columns = 1000;
    auto const columns = loader.covariate_columns();
    if (columns <= most_columns) return;
    auto const widest = std::ranges::max_element(
        loader.covariates(), {},
        [](ColumnReference const& covariate) { return covariate.column.levels.size(); });
    throw UserError{fmt::format(
        "the covariates make {} columns ('{}' alone has {} levels), and more than {} cannot be "
        "adjusted for; leave it out",
        columns, widest->label, widest->column.levels.size(), most_columns)};
}

// What a pattern needs for itself, as columns over all samples: covariates of its own, or those of
// the samples that it lacks.
std::int64_t own_columns(LinearNull const& null, MissingnessPattern const& pattern) {
    auto const covariates = null.designs()[pattern.design].covariates();
    if (pattern.samples == null.base().count()) return 0;
    if (pattern.lacking.empty()) return covariates;
    auto const column = FixedPointMatrix::bytes(null.samples(), 16) / 16;
    auto const bytes = pattern.lacking_columns.bytes() +
                       8 * (std::ssize(pattern.lacking) + std::ssize(pattern.lacking_rows));
    return (bytes + column - 1) / column;
}

}  // namespace

WholeGenomeRequest within(WholeGenomeRequest request, ScanLimits const& limits) {
    request.memory = limits.memory;
    request.resting = limits.resting;
    return request;
}

ScanPlan::ScanPlan(ScanRequest request, ScanLimits limits, Log& log)
    : request_{std::move(request)}, limits_{limits}, cohort_{request_.store}, tables_{cohort_} {
    auto const columns = list_columns(tables_);
    auto covariates = choose_covariates(columns, request_.covariates);
    auto const asked = choose_tested_traits(columns, request_.traits, covariates);
    require_models(asked);
    loader_.emplace(tables_, std::move(covariates),
                    choose_samples(cohort_.samples(), request_.samples, log));
    require_few_columns(*loader_);
    blocks_ = choose_variants(cohort_, request_.variants, log);
    for (auto const& block : blocks_) variants_ += block.size();
    find_predictors(log);
    survey(asked, log);
    describe_traits(log);
}

// What no model can do is said before any work.
void ScanPlan::require_models(std::vector<TraitReference> const& asked) const {
    bool const has_offsets = !request_.predictors.empty() || request_.whole_genome;
    for (auto const& [trait, how] : asked) {
        auto const model = choose_model(request_.model, trait);
        if (has_offsets) require_predictable(trait);
        if (model != TraitModel::cox) continue;
        if (request_.rule.correction == Correction::firth) {
            throw UserError{fmt::format(
                "trait '{}' is a time to an event (--correction firth is of binary traits); use "
                "--correction spa or firth-approx",
                trait.label)};
        }
    }
}

void ScanPlan::find_predictors(Log& log) {
    auto const& partitions = cohort_.index().partitions;
    std::vector<std::string> names;
    contigs_.resize(partitions.size());
    for (auto const& block : blocks_) {
        auto const& contig = partitions[block.partition].contig;
        auto const known = std::ranges::find(names, contig);
        contigs_[block.partition] = static_cast<std::size_t>(known - names.begin());
        if (known == names.end()) names.push_back(contig);
    }
    if (request_.predictors.empty()) return;
    predictors_ = open_predictors(request_.predictors, cohort_, std::move(names), log);
    auto const fitted = predictors_->covariates();
    auto const own = fmt::format("{}", fmt::join(covariate_labels(), ","));
    if (!fitted.empty() && fitted != own) {
        log.warn(fmt::format(
            "the predictors were made with other covariates ({}; this scan has {}); use the same "
            "in both",
            fitted, own.empty() ? "none" : own));
    }
}

// A run's own label, or the name in a program that knows no tables.
std::size_t ScanPlan::predictor_of(ColumnReference const& trait) const {
    std::array const names{trait.label, fmt::format("{}.{}", trait.table, trait.column.name),
                           trait.column.name};
    return find_predictor(*predictors_, trait.label, names);
}

// Predictions add up with what the trait is regressed on in one unit alone.
void ScanPlan::require_unit(ColumnReference const& trait, TraitModel model) const {
    auto const unit = predictors_->how(predictor_of(trait)).unit;
    if (model == TraitModel::linear && unit == PredictionUnit::log_odds) {
        throw UserError{fmt::format(
            "the predictions of trait '{}' in '{}' are log odds (of a logistic model), and it is "
            "tested by linear regression; test it with --model auto, or make predictors with "
            "--model linear",
            trait.label, predictors_->file().string())};
    }
    if (model == TraitModel::logistic && unit == PredictionUnit::residual_sd) {
        throw UserError{fmt::format(
            "the predictions of trait '{}' in '{}' are those of a linear model, and it is tested "
            "by logistic regression; test it with --model linear, or make predictors with --model "
            "auto",
            trait.label, predictors_->file().string())};
    }
}

bool ScanPlan::has_model(TraitModel model) const {
    return std::ranges::any_of(traits_,
                               [&](PlannedTrait const& trait) { return trait.model == model; });
}

std::int64_t ScanPlan::piece_rows() const {
    auto const block = cohort_.index().block_variants;
    if (request_.rule.correction != Correction::wald) return block;
    // Passes of Newton's method, of one sample: nanoseconds, roughly.
    constexpr std::int64_t of_sample = 300;
    constexpr std::int64_t of_product = 3;
    constexpr std::int64_t a_second = 1'000'000'000;
    auto const columns = expanded_covariates_ + 2;
    auto const of_variant =
        cohort_.samples().size() * most_traits() * (of_sample + of_product * columns * columns);
    return std::clamp<std::int64_t>(a_second / of_variant, 1, block);
}

FittedBatch ScanPlan::fit_columns(std::span<ColumnReference const> columns) const {
    std::vector<TraitModel> models;
    TraitPredictors predictors{.source = predictors_.get(), .positions = {}};
    for (auto const& column : columns) {
        models.push_back(choose_model(request_.model, column));
        if (predictors_) predictors.positions.push_back(predictor_of(column));
    }
    if (predictors_) predictors_->prepare(predictors.positions);
    return fit_batch(*loader_, columns, models, {.fewest_cases = request_.fewest_cases},
                     predictors);
}

std::vector<std::filesystem::path> ScanPlan::predictor_files() const {
    if (!predictors_) return {};
    std::vector<std::size_t> used;
    for (auto const& trait : traits_) used.push_back(trait.predictor);
    return predictors_->files(used);
}

std::optional<OffsetReader> ScanPlan::offsets(std::size_t batch, ScanModels const& models) const {
    if (!predictors_) return std::nullopt;
    std::vector<std::size_t> used;
    for (auto t = batches_[batch].first; t != batches_[batch].last; ++t) {
        used.push_back(traits_[t.at()].predictor);
    }
    return OffsetReader{*predictors_, used, models};
}

OffsetExtent ScanPlan::offset_extent() const {
    if (!predictors_ && !request_.whole_genome) return {};
    auto const contigs = std::ranges::max(contigs_) + 1;
    return {.contigs = static_cast<std::int64_t>(contigs),
            .trait_bytes = predictors_ ? predictors_->bytes_per_trait() : 0};
}

// Fit all traits, in groups that fit the memory whatever their patterns of missing values are. What
// they need together then shows.
void ScanPlan::survey(std::vector<TraitReference> const& asked, Log& log) {
    std::vector<ColumnReference> columns;
    for (auto const& trait : asked) {
        columns.push_back(trait.reference);
        auto const model = choose_model(request_.model, trait.reference);
        events_.binary += model == TraitModel::logistic ? 1 : 0;
        events_.times += model == TraitModel::cox ? 1 : 0;
        if (predictors_) require_unit(trait.reference, model);  // Before any work.
    }
    if (events_.all() > 0) events_.settings = event_settings();
    auto const count = std::ssize(columns);
    ScanMemory const rough{cohort_, blocks_,         count,  request_.missing,
                           limits_, offset_extent(), events_};
    auto const covariates = loader_->covariate_columns();
    auto const needs = [&](std::int64_t traits) {
        auto const times = std::min(traits, events_.times);
        auto const more = times * rough.event_columns(TraitModel::cox, covariates) +
                          std::min(traits - times, events_.binary) *
                              rough.event_columns(TraitModel::logistic, covariates);
        return rough.of_batch(traits, traits, (traits + 1) * covariates + more, covariates);
    };
    std::int64_t group = count;
    while (group > 1 && needs(group) > limits_.memory) group = (group + 1) / 2;
    for (std::int64_t first = 0; first < count; first += group) {
        auto const part =
            std::span{columns}.subspan(static_cast<std::size_t>(first),
                                       static_cast<std::size_t>(std::min(group, count - first)));
        fitted_.reset();
        auto fitted = fit_columns(part);
        if (first == 0) {
            describe_samples(cohort_, tables_, asked, *loader_, fitted.models.linear, log);
        }
        judge_rejected(fitted.rejected, asked, log);
        add_fitted(fitted, part, rough);
        fitted_.emplace(std::move(fitted.models));
    }
    if (traits_.empty()) {
        throw UserError{"none of the traits can be tested; see the warnings above"};
    }
    auto const memory = memory_model();
    unit_rows_ = memory.unit_rows();
    ScanUnits const units{blocks_, unit_rows_};
    units_ = request_.shard ? units_of(*request_.shard, units, blocks_, traits())
                            : Range<UnitIndex>{UnitIndex{0}, UnitIndex{units.count()}};
    bool const one_pass = group == count && memory.of_batch(*fitted_) <= limits_.memory;
    make_batches(TraitIndex{0}, one_pass || traits() == 1 ? Passes::one : Passes::several);
    if (batches_.size() > 1 || group < count) fitted_.reset();
    if (fitted_) memory_ = memory.of_batch(*fitted_);
}

void ScanPlan::add_fitted(FittedBatch const& fitted, std::span<ColumnReference const> columns,
                          ScanMemory const& memory) {
    auto const& null = fitted.models.linear;
    auto const& events = fitted.models.events;
    base_samples_ = null.base().count();
    expanded_covariates_ = std::ssize(null.covariates());
    std::size_t next_linear = 0;
    std::size_t next_event = 0;
    for (std::size_t t = 0; t < fitted.accepted.size(); ++t) {
        auto const& reference = columns[fitted.accepted[t]];
        PlannedTrait planned{
            .reference = reference, .model = fitted.kinds[t], .counts = fitted.counts[t]};
        if (planned.model == TraitModel::linear) {
            auto const& pattern = null.pattern(null.traits()[next_linear++].pattern);
            planned.collinear = pattern.collinear;
            planned.pattern = checksum(std::as_bytes(pattern.mask.words()));
            planned.columns = own_columns(null, pattern);
        } else {
            auto const& pattern = events->pattern(events->traits()[next_event++].pattern);
            planned.collinear = pattern.collinear;
            planned.pattern = checksum(std::as_bytes(pattern.mask.words()));
            planned.more_columns = memory.event_columns(planned.model, expanded_covariates_);
        }
        if (predictors_) planned.predictor = predictor_of(reference);
        traits_.push_back(std::move(planned));
    }
}

std::vector<std::string> ScanPlan::trait_labels() const {
    std::vector<std::string> labels;
    for (auto const& trait : traits_) labels.push_back(trait.reference.label);
    return labels;
}

std::vector<std::string> ScanPlan::covariate_labels() const {
    std::vector<std::string> labels;
    for (auto const& covariate : loader_->covariates()) labels.push_back(covariate.label);
    return labels;
}

std::vector<std::string> ScanPlan::tables() const {
    std::set<std::string> names;
    for (auto const& trait : traits_) {
        names.insert(trait.reference.table);
        if (trait.reference.event) names.insert(trait.reference.event->table);
    }
    for (auto const& covariate : loader_->covariates()) names.insert(covariate.table);
    return {names.begin(), names.end()};
}

Range<GlobalVariantIndex> ScanPlan::rows() const {
    auto const row = [&](UnitIndex unit) {
        return GlobalVariantIndex{std::min(unit.get() * unit_rows_, variants_)};
    };
    return {row(units_.first), row(units_.last)};
}

std::int64_t ScanPlan::most_traits() const {
    std::int64_t most = 0;
    for (auto const& batch : batches_) most = std::max(most, batch.size());
    return most;
}

ScanModels ScanPlan::fit(std::size_t batch) {
    expect(batch < batches_.size(), "there is such a batch");

    if (fitted_) {
        auto models = std::move(*fitted_);
        fitted_.reset();
        return models;
    }
    std::vector<ColumnReference> columns;
    for (auto t = batches_[batch].first; t != batches_[batch].last; ++t) {
        columns.push_back(traits_[t.at()].reference);
    }
    auto fitted = fit_columns(columns);
    expect(std::ssize(fitted.accepted) == std::ssize(columns), "traits are accepted once more");
    return std::move(fitted.models);
}

}  // namespace maniple
