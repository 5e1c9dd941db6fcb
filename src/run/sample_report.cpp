#include "sample_report.hpp"

#include <set>
#include <string>

#include <fmt/format.h>

#include "maniple/core/readable.hpp"
#include "maniple/core/small_count.hpp"

namespace maniple {
namespace {

// A level for every few people explains the trait away, and each level is one more column.
void warn_of_many_levels(ColumnReference const& covariate, std::int64_t samples, Log& log) {
    constexpr std::int64_t people_a_level = 20;
    auto const levels = std::ssize(covariate.column.levels);
    if (levels > 1 && levels * people_a_level > samples) {
        log.warn(
            fmt::format("covariate '{}' has {} levels for {} samples: each becomes a column, "
                        "which is slow and leaves little to test; is it meant as a covariate?",
                        covariate.label, levels, describe_count(samples)));
    }
}

}  // namespace

void describe_samples(Cohort const& cohort, StoreTables const& tables,
                      std::span<TraitReference const> traits, TraitLoader const& loader,
                      LinearNull const& null, Log& log) {
    std::set<std::string> used;
    for (auto const& trait : traits) {
        used.insert(trait.reference.table);
        if (trait.reference.event) used.insert(trait.reference.event->table);
    }
    for (auto const& covariate : loader.covariates()) {
        used.insert(covariate.table);
        warn_of_many_levels(covariate, null.base().count(), log);
    }
    log.note(fmt::format("samples: {} in the store", describe_count(cohort.samples().size())));
    for (auto const& name : used) {
        auto const rows = tables.find(name).summary().rows;
        log.note(fmt::format("  table '{}': {} of its {} rows are samples of the store", name,
                             rows.matched, rows.file_rows));
    }
    auto const kept = loader.candidates().count();
    if (kept != cohort.samples().size()) {
        log.note(fmt::format("  {} after --keep and --remove", describe_count(kept)));
    }
    if (!null.covariates().empty()) {
        log.note(fmt::format("  {} with every covariate ({})", describe_count(null.base().count()),
                             plural(std::ssize(null.covariates()), "column")));
    }
}

}  // namespace maniple
