#include "maniple/run/scan_plan.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/checksum.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "readable.hpp"

namespace maniple {
namespace {

// Every trait is said while there are few; of many, the first.
constexpr std::size_t traits_shown = 20;

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

// A level for every few people explains the trait away, and each level is one more column.
void warn_of_many_levels(ColumnReference const& covariate, std::int64_t samples, Log& log) {
    constexpr std::int64_t people_a_level = 20;
    auto const levels = std::ssize(covariate.column.levels);
    if (levels > 1 && levels * people_a_level > samples) {
        log.warn(
            fmt::format("covariate '{}' has {} levels for {} samples: each becomes a column, "
                        "which is slow and leaves little to test; is it meant as a covariate?",
                        covariate.label, levels, samples));
    }
}

// What a pass leaves to the next: memory in heaps, the places of what was spooled.
constexpr std::int64_t between_passes = 8'000'000;

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

std::string in_megabytes(std::int64_t bytes) {
    constexpr std::int64_t megabyte = 1'000'000;
    return fmt::format("{}M", (bytes + megabyte - 1) / megabyte);
}

}  // namespace

WholeGenomeRequest within(WholeGenomeRequest request, ScanLimits const& limits) {
    request.memory = limits.memory;
    request.resting = limits.resting;
    return request;
}

ScanPlan::ScanPlan(ScanRequest request, ScanLimits limits, Log& log)
    : request_{std::move(request)}, cohort_{request_.store}, tables_{cohort_} {
    auto const columns = list_columns(tables_);
    auto covariates = choose_covariates(columns, request_.covariates);
    auto const asked = choose_traits(columns, request_.traits, covariates);
    loader_.emplace(tables_, std::move(covariates),
                    choose_samples(cohort_.samples(), request_.samples, log));
    require_few_columns(*loader_);
    blocks_ = choose_variants(cohort_, request_.variants, log);
    for (auto const& block : blocks_) variants_ += block.size();
    find_predictors(log);
    survey(asked, limits, log);
    describe_traits(log);
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

void ScanPlan::require_linear(ColumnReference const& trait) const {
    if (predictors_->how(predictor_of(trait)).unit != PredictionUnit::log_odds) return;
    throw UserError{fmt::format(
        "the predictions of trait '{}' in '{}' are log odds (of a logistic model), and it is "
        "tested "
        "by linear regression; make predictors with --model linear, or leave the trait out of "
        "--trait",
        trait.label, predictors_->file().string())};
}

TraitModel ScanPlan::model_of(ColumnReference const& trait) const {
    bool const is_binary = trait.column.type == ColumnType::binary;
    switch (request_.model) {
        case ModelChoice::by_type:
            return is_binary ? TraitModel::logistic : TraitModel::linear;
        case ModelChoice::logistic:
            if (is_binary) return TraitModel::logistic;
            throw UserError{fmt::format(
                "trait '{}' is {} (logistic regression is of binary traits); use --model auto, or "
                "name binary traits",
                trait.label, to_string(trait.column.type))};
        case ModelChoice::linear:
            break;
    }
    return TraitModel::linear;
}

bool ScanPlan::has_model(TraitModel model) const {
    return std::ranges::any_of(traits_,
                               [&](PlannedTrait const& trait) { return trait.model == model; });
}

ScanPlan::FittedBatch ScanPlan::fit_columns(std::span<ColumnReference const> columns) const {
    std::vector<ColumnReference> linear;
    std::vector<ColumnReference> logistic;
    std::vector<std::size_t> linear_positions;
    std::vector<std::size_t> logistic_positions;
    for (std::size_t c = 0; c < columns.size(); ++c) {
        bool const is_linear = model_of(columns[c]) == TraitModel::linear;
        (is_linear ? linear : logistic).push_back(columns[c]);
        (is_linear ? linear_positions : logistic_positions).push_back(c);
    }
    auto fitted = fit_linear(linear);
    std::optional<FittedBinaryTraits> binary;
    if (!logistic.empty()) {
        binary = loader_->fit_binary(logistic, {.fewest_cases = request_.fewest_cases});
    }
    struct Accepted {
        std::size_t position;
        TraitModel model;
        TraitCounts counts;
    };
    std::vector<Accepted> all;
    for (std::size_t t = 0; t < fitted.accepted.size(); ++t) {
        auto const position = linear_positions[fitted.accepted[t]];
        all.push_back({position,
                       TraitModel::linear,
                       {.type = columns[position].column.type,
                        .samples = fitted.null.pattern(fitted.null.traits()[t].pattern).samples,
                        .cases = fitted.cases[t],
                        .unpredicted = fitted.unpredicted[t]}});
    }
    std::vector<RejectedTrait> rejected{fitted.null.rejected().begin(),
                                        fitted.null.rejected().end()};
    for (std::size_t t = 0; binary && t < binary->accepted.size(); ++t) {
        auto const& trait = binary->null.traits()[t];
        all.push_back({logistic_positions[binary->accepted[t]],
                       TraitModel::logistic,
                       {.type = ColumnType::binary,
                        .samples = trait.cases + trait.controls,
                        .cases = trait.cases}});
    }
    if (binary) {
        rejected.insert(rejected.end(), binary->null.rejected().begin(),
                        binary->null.rejected().end());
    }
    std::ranges::sort(all, {}, &Accepted::position);
    std::vector<TraitModel> kinds;
    std::vector<std::size_t> accepted;
    std::vector<TraitCounts> counts;
    for (auto const& trait : all) {
        kinds.push_back(trait.model);
        accepted.push_back(trait.position);
        counts.push_back(trait.counts);
    }
    std::optional<BinaryNull> null;
    if (binary && !binary->null.traits().empty()) null = std::move(binary->null);
    UnitLayout layout{fitted.null, null ? &*null : nullptr, kinds};
    return {.models = {.linear = std::move(fitted.null),
                       .binary = std::move(null),
                       .layout = std::move(layout)},
            .accepted = std::move(accepted),
            .kinds = std::move(kinds),
            .counts = std::move(counts),
            .rejected = std::move(rejected)};
}

FittedTraits ScanPlan::fit_linear(std::span<ColumnReference const> columns) const {
    if (!predictors_) return loader_->fit(columns);
    std::vector<std::size_t> positions;
    for (auto const& column : columns) positions.push_back(predictor_of(column));
    return loader_->fit(columns, *predictors_, positions);
}

std::vector<std::filesystem::path> ScanPlan::predictor_files() const {
    if (!predictors_) return {};
    std::vector<std::size_t> used;
    for (auto const& trait : traits_) used.push_back(trait.predictor);
    return predictors_->files(used);
}

std::optional<OffsetReader> ScanPlan::offsets(std::size_t batch, LinearNull const& null) const {
    if (!predictors_) return std::nullopt;
    std::vector<std::size_t> used;
    for (auto t = batches_[batch].first; t != batches_[batch].last; ++t) {
        used.push_back(traits_[t.at()].predictor);
    }
    return OffsetReader{*predictors_, std::move(used), null};
}

// Fit all traits, in groups that fit the memory whatever their patterns of missing values are. What
// they need together then shows.
void ScanPlan::survey(std::vector<TraitReference> const& asked, ScanLimits limits, Log& log) {
    std::vector<ColumnReference> columns;
    std::int64_t logistic = 0;
    for (auto const& trait : asked) {
        columns.push_back(trait.reference);
        logistic += model_of(trait.reference) == TraitModel::logistic ? 1 : 0;
    }
    std::optional<BinarySettings> binary;
    if (logistic > 0) binary = binary_settings();
    if (logistic > 0 && predictors_) {
        throw UserError{
            "binary traits cannot be tested by logistic regression less what predictors say yet; "
            "use --model linear, or no predictors"};
    }
    if (predictors_) {
        for (auto const& column : columns) require_linear(column);  // Before any work.
    }
    auto const count = std::ssize(columns);
    OffsetExtent offsets;
    if (predictors_) {
        offsets = {.contigs = std::ssize(predictors_->contigs()),
                   .trait_bytes = predictors_->bytes_per_trait()};
    }
    ScanMemory const rough{cohort_, blocks_, count, request_.missing, limits, offsets, binary};
    auto const covariates = loader_->covariate_columns();
    auto const needs = [&](std::int64_t traits) {
        auto const more = std::min(traits, logistic) * rough.logistic_columns(covariates);
        return rough.of_batch(traits, traits, (traits + 1) * covariates + more, covariates);
    };
    std::int64_t group = count;
    while (group > 1 && needs(group) > limits.memory) group = (group + 1) / 2;
    for (std::int64_t first = 0; first < count; first += group) {
        auto const part =
            std::span{columns}.subspan(static_cast<std::size_t>(first),
                                       static_cast<std::size_t>(std::min(group, count - first)));
        fitted_.reset();
        auto fitted = fit_columns(part);
        if (first == 0) describe_samples(asked, fitted.models.linear, log);
        judge_rejected(fitted.rejected, asked, log);
        add_fitted(fitted, part, rough);
        fitted_.emplace(std::move(fitted.models));
    }
    if (traits_.empty()) {
        throw UserError{"none of the traits can be tested; see the warnings above"};
    }
    ScanMemory const memory{cohort_, blocks_, traits(), request_.missing, limits, offsets, binary};
    unit_rows_ = memory.unit_rows();
    bool const one_pass = group == count && memory.of_batch(*fitted_) <= limits.memory;
    make_batches(memory, limits.memory, one_pass || traits() == 1 ? 0 : between_passes);
    if (batches_.size() > 1 || group < count) fitted_.reset();
    if (fitted_) memory_ = memory.of_batch(*fitted_);
}

void ScanPlan::add_fitted(FittedBatch const& fitted, std::span<ColumnReference const> columns,
                          ScanMemory const& memory) {
    auto const& null = fitted.models.linear;
    auto const& binary = fitted.models.binary;
    base_samples_ = null.base().count();
    expanded_covariates_ = std::ssize(null.covariates());
    std::size_t next_linear = 0;
    std::size_t next_binary = 0;
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
            auto const& pattern = binary->pattern(binary->traits()[next_binary++].pattern);
            planned.collinear = pattern.collinear;
            planned.pattern = checksum(std::as_bytes(pattern.mask.words()));
            planned.more_columns = memory.logistic_columns(expanded_covariates_);
        }
        if (predictors_) planned.predictor = predictor_of(reference);
        traits_.push_back(std::move(planned));
    }
}

// A trait that was named and cannot be tested is an error; one that a pattern brought is not.
// Greedily, in order: the next trait begins a batch where it does not fit into the last one.
// \param left  by a pass to the next.
void ScanPlan::make_batches(ScanMemory const& memory, std::int64_t limit, std::int64_t left) {
    std::set<std::uint64_t> patterns;
    std::int64_t first = 0;
    std::int64_t columns = expanded_covariates_;  // Those of the base.
    std::int64_t least = 0;
    for (std::int64_t t = 0; t <= traits(); ++t) {
        bool const end = t == traits();
        if (!end) {
            auto const& trait = traits_[static_cast<std::size_t>(t)];
            // A pattern has arrays of its own in each kind of model.
            auto const pattern = trait.pattern ^ (trait.model == TraitModel::logistic ? ~0ULL : 0);
            bool const known = patterns.contains(pattern);
            auto const own = (known ? 0 : trait.columns) + trait.more_columns;
            auto const bytes =
                left + memory.of_batch(t + 1 - first, std::ssize(patterns) + (known ? 0 : 1),
                                       columns + own, expanded_covariates_);
            if (t == first) least = std::max(least, bytes);
            if (bytes <= limit || t == first) {
                patterns.insert(pattern);
                columns += own;
                memory_ = std::max(memory_, bytes);
                continue;
            }
        }
        batches_.push_back({TraitIndex{first}, TraitIndex{t}});
        if (end) break;
        first = t--;  // Look at it again, as the first of the next.
        patterns.clear();
        columns = expanded_covariates_;
    }
    if (least > limit) {
        if (fitted_->layout.traits() == traits()) {
            least = std::min(least, memory.of_batch(*fitted_));
        }
        // What a process holds at rest is not the same twice.
        constexpr std::int64_t margin = 1'000'000;
        throw UserError{fmt::format(
            "memory of {} for each rank is not enough (one trait at a time takes {} with {} "
            "samples); give at least --memory {}, or fewer threads or ranks",
            in_megabytes(limit), in_megabytes(least), cohort_.samples().size(),
            in_megabytes(least + margin))};
    }
}

void ScanPlan::describe_samples(std::vector<TraitReference> const& asked, LinearNull const& null,
                                Log& log) const {
    std::set<std::string> tables;
    for (auto const& trait : asked) tables.insert(trait.reference.table);
    for (auto const& covariate : loader_->covariates()) tables.insert(covariate.table);
    for (auto const& covariate : loader_->covariates()) {
        warn_of_many_levels(covariate, null.base().count(), log);
    }
    log.note(fmt::format("samples: {} in the store", cohort_.samples().size()));
    for (auto const& name : tables) {
        auto const rows = tables_.find(name).summary().rows;
        log.note(fmt::format("  table '{}': {} of its {} rows are samples of the store", name,
                             rows.matched, rows.file_rows));
    }
    auto const kept = loader_->candidates().count();
    if (kept != cohort_.samples().size()) {
        log.note(fmt::format("  {} after --keep and --remove", kept));
    }
    if (!null.covariates().empty()) {
        log.note(fmt::format("  {} with every covariate ({})", null.base().count(),
                             plural(std::ssize(null.covariates()), "column")));
    }
}

void ScanPlan::describe_traits(Log& log) const {
    std::set<std::uint64_t> patterns;
    for (auto const& trait : traits_) patterns.insert(trait.pattern);
    if (predictors_) {
        log.note(fmt::format(
            "predictors: '{}' of {}; each variant is tested on the trait less what contigs other "
            "than its own predict",
            predictors_->file().string(), plural(std::ssize(predictors_->traits()), "trait")));
    }
    log.note(fmt::format("traits: {} in {} of missing values", traits_.size(),
                         plural(std::ssize(patterns), "pattern")));
    for (std::size_t t = 0; t < std::min(traits_.size(), traits_shown); ++t) {
        auto const& [reference, model, counts, collinear, pattern, columns, more, predictor] =
            traits_[t];
        auto line = fmt::format("  {}: {} samples", reference.label, counts.samples);
        if (counts.type == ColumnType::binary) {
            auto const people = describe_people(counts);
            line += fmt::format(", {} cases, {} controls", people.cases, people.controls);
        }
        if (counts.unpredicted > 0) {
            line += fmt::format("; left out, without a prediction: {}", counts.unpredicted);
        }
        if (!collinear.empty()) {
            line += fmt::format("; left out as collinear: {}", fmt::join(collinear, ", "));
        }
        log.note(line);
    }
    if (traits_.size() > traits_shown) {
        log.note(
            fmt::format("  and {} more (summary.tsv has them all)", traits_.size() - traits_shown));
    }
    if (has_model(TraitModel::logistic)) {
        log.note(
            fmt::format("  binary traits: logistic regression, beta is log odds per allele ({})",
                        describe_correction()));
    }
    auto const is_number = [](PlannedTrait const& trait) {
        return trait.counts.type == ColumnType::binary && trait.model == TraitModel::linear;
    };
    if (std::ranges::any_of(traits_, is_number)) {
        log.note("  binary traits: linear regression, beta is a difference in risk per allele");
        if (predictors_ && std::ranges::any_of(traits_, [&](PlannedTrait const& trait) {
                return is_number(trait) &&
                       predictors_->how(trait.predictor).unit == PredictionUnit::unknown;
            })) {
            log.warn(
                "predictions of binary traits must be those of a linear model: those of a logistic "
                "one (regenie --bt) are on another scale");
        }
    }
}

std::string ScanPlan::describe_correction() const {
    auto const& rule = request_.rule;
    if (rule.correction == Correction::none) return "score test";
    auto const* const name = rule.correction == Correction::spa            ? "spa"
                             : rule.correction == Correction::firth_approx ? "firth-approx"
                                                                           : "firth";
    return fmt::format("score test, {} where p <= {}", name, rule.threshold);
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
    for (auto const& trait : traits_) names.insert(trait.reference.table);
    for (auto const& covariate : loader_->covariates()) names.insert(covariate.table);
    return {names.begin(), names.end()};
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
