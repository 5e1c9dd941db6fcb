#include "maniple/run/scan_plan.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/error.hpp"
#include "maniple/run/column_choice.hpp"

namespace maniple {
namespace {

// Every trait is said while there are few; of many, the first.
constexpr std::size_t traits_shown = 20;

void describe_samples(Cohort const& cohort, std::set<std::string> const& tables,
                      SampleMask const& kept, LinearNull const& null, Log& log) {
    log.note(fmt::format("samples: {} in the store", cohort.samples().size()));
    for (auto const& name : tables) {
        auto const rows = cohort.summarize_table(name).rows;
        log.note(fmt::format("  table '{}': {} of its {} rows are samples of the store", name,
                             rows.matched, rows.file_rows));
    }
    if (kept.count() != cohort.samples().size()) {
        log.note(fmt::format("  {} after --keep and --remove", kept.count()));
    }
    if (!null.covariates().empty()) {
        log.note(fmt::format("  {} with every covariate ({} columns)", null.base().count(),
                             null.covariates().size()));
    }
}

// Each level is a column, and work grows with their square.
void require_few_columns(std::vector<ColumnReference> const& covariates) {
    constexpr std::int64_t most_columns = 1000;
    std::int64_t columns = 0;
    ColumnReference const* widest = nullptr;
    for (auto const& covariate : covariates) {
        auto const levels = std::ssize(covariate.column.levels);
        columns += std::max<std::int64_t>(1, levels - 1);
        if (widest == nullptr || levels > std::ssize(widest->column.levels)) widest = &covariate;
    }
    if (columns <= most_columns) return;
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

TraitCounts count_trait(LinearNull const& null, NullTrait const& trait, Column const& column) {
    auto const& pattern = null.pattern(trait.pattern);
    TraitCounts counts{.type = column.type, .samples = pattern.samples};
    if (column.type == ColumnType::binary) {
        pattern.mask.for_each([&](SampleIndex s) { counts.cases += column.values[s.at()] == 1; });
    }
    return counts;
}

void describe_trait(std::string const& label, TraitCounts const& counts,
                    MissingnessPattern const& pattern, Log& log) {
    auto line = fmt::format("  {}: {} samples", label, counts.samples);
    if (counts.type == ColumnType::binary) {
        auto const people = describe_people(counts);
        line += fmt::format(", {} cases, {} controls", people.cases, people.controls);
    }
    if (!pattern.collinear.empty()) {
        line += fmt::format("; left out as collinear: {}", fmt::join(pattern.collinear, ", "));
    }
    log.note(line);
}

}  // namespace

PeopleText describe_people(TraitCounts const& counts) {
    constexpr std::int64_t smallest_cell = 5;
    auto const is_small = [](std::int64_t count) { return count > 0 && count < smallest_cell; };
    auto const controls = counts.samples - counts.cases;
    bool const small = is_small(counts.cases) || is_small(controls);
    auto const text = [&](std::int64_t count) -> std::string {
        if (is_small(count)) return fmt::format("<{}", smallest_cell);
        return small ? "NA" : std::to_string(count);
    };
    return {text(counts.cases), text(controls)};
}

/// What the constructor's first half finds.
struct ScanPlan::Inputs {
    Cohort cohort;
    std::vector<TraitReference> traits;
    std::vector<ColumnReference> covariates;
    std::vector<Column> trait_columns;
    SampleMask kept;
    LinearNull null;

    static Inputs read(ScanRequest const& request, Log& log) {
        Cohort cohort{request.store};
        auto const columns = list_columns(cohort);
        auto covariates = choose_covariates(columns, request.covariates);
        auto traits = choose_traits(columns, request.traits, covariates);

        require_few_columns(covariates);

        std::vector<ColumnReference> wanted = covariates;
        for (auto const& trait : traits) wanted.push_back(trait.reference);
        auto loaded = load_columns(cohort, wanted);
        auto const first_trait = loaded.begin() + std::ssize(covariates);
        std::vector<Column> trait_columns(std::make_move_iterator(first_trait),
                                          std::make_move_iterator(loaded.end()));
        loaded.erase(first_trait, loaded.end());

        auto kept = choose_samples(cohort.samples(), request.samples, log);
        std::vector<ScanTrait> scan_traits;
        for (std::size_t t = 0; t < traits.size(); ++t) {
            scan_traits.push_back({traits[t].reference.label, trait_columns[t].values});
        }
        LinearNull null{kept, expand_covariates(loaded), std::move(scan_traits)};
        return {std::move(cohort),        std::move(traits), std::move(covariates),
                std::move(trait_columns), std::move(kept),   std::move(null)};
    }

    // A trait that was named and cannot be tested is an error; one that a pattern brought is not.
    static void judge_rejected(LinearNull const& null, std::vector<TraitReference> const& traits,
                               Log& log) {
        for (auto const& rejected : null.rejected()) {
            auto const trait = std::ranges::find(traits, rejected.name,
                                                 [](auto const& t) { return t.reference.label; });
            if (trait->asked == Asked::by_name) {
                throw UserError{fmt::format("trait '{}' {}", rejected.name, rejected.reason)};
            }
            log.warn(fmt::format("trait '{}' is left out: it {}", rejected.name, rejected.reason));
        }
        if (null.traits().empty()) {
            throw UserError{"none of the traits can be tested; see the warnings above"};
        }
    }
};

ScanPlan::ScanPlan(ScanRequest request, Log& log)
    : ScanPlan{request, Inputs::read(request, log), log} {}

ScanPlan::ScanPlan(ScanRequest request, Inputs inputs, Log& log)
    : request_{std::move(request)},
      cohort_{std::move(inputs.cohort)},
      null_{std::move(inputs.null)} {
    std::set<std::string> tables;
    for (auto const& trait : inputs.traits) tables.insert(trait.reference.table);
    for (auto const& covariate : inputs.covariates) {
        tables.insert(covariate.table);
        covariate_labels_.push_back(covariate.label);
    }
    tables_.assign(tables.begin(), tables.end());
    for (auto const& covariate : inputs.covariates) {
        warn_of_many_levels(covariate, null_.base().count(), log);
    }
    describe_samples(cohort_, tables, inputs.kept, null_, log);
    Inputs::judge_rejected(null_, inputs.traits, log);

    log.note(fmt::format("traits: {} in {} pattern{} of missing values", null_.traits().size(),
                         null_.patterns().size(), null_.patterns().size() == 1 ? "" : "s"));
    for (auto const& trait : null_.traits()) {
        auto const source = std::ranges::find(inputs.traits, trait.name,
                                              [](auto const& t) { return t.reference.label; });
        labels_.push_back(trait.name);
        counts_.push_back(count_trait(
            null_, trait,
            inputs.trait_columns[static_cast<std::size_t>(source - inputs.traits.begin())]));
        if (labels_.size() <= traits_shown) {
            describe_trait(trait.name, counts_.back(), null_.pattern(trait.pattern), log);
        }
    }
    if (labels_.size() > traits_shown) {
        log.note(
            fmt::format("  and {} more (summary.tsv has them all)", labels_.size() - traits_shown));
    }
    if (std::ranges::any_of(counts_,
                            [](auto const& counts) { return counts.type == ColumnType::binary; })) {
        log.note("  binary traits: linear regression, beta is a difference in risk per allele");
    }
    blocks_ = choose_variants(cohort_, request_.variants, log);
    for (auto const& block : blocks_) variants_ += block.size();
}

}  // namespace maniple
