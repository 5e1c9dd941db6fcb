#include "maniple/run/export_model.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/core/suggestion.hpp"
#include "maniple/run/export_target.hpp"
#include "maniple/run/small_cells.hpp"
#include "maniple/store/cohort.hpp"
#include "maniple/store/scoring_file.hpp"

namespace maniple {
namespace {

ScoreIndex find_score(std::vector<std::string> const& scores, ModelExport const& plan) {
    constexpr std::size_t shown = 20;
    auto const some = std::min(shown, scores.size());
    auto const listed = fmt::format(
        "{}{}", fmt::join(scores.begin(), scores.begin() + static_cast<std::ptrdiff_t>(some), ", "),
        scores.size() > shown ? ", ..." : "");
    if (plan.score.empty()) {
        if (scores.size() == 1) return ScoreIndex{0};
        throw UserError{fmt::format("model '{}' has {} scores ({}); choose one with --score",
                                    plan.model, scores.size(), listed)};
    }
    auto const place = std::ranges::find(scores, plan.score);
    if (place != scores.end()) return ScoreIndex{place - scores.begin()};
    auto const similar = suggest(plan.score, scores, "");
    throw UserError{fmt::format("model '{}' has no score '{}'{}; correct --score", plan.model,
                                plan.score,
                                similar.empty() ? fmt::format(" (it has: {})", listed) : similar)};
}

bool is_scoring_file(std::string_view first) { return first == scoring_file_title(); }

}  // namespace

void export_model(ModelExport const& plan, Log& log) {
    expect(plan.threads > 0, "somebody works");

    Cohort const cohort{plan.store};
    require_export_target(plan.file, plan.existing, is_scoring_file);
    auto model = read_model(find_model(plan.store, plan.model));
    auto const score = find_score(model.weights.scores, plan);
    auto const& description = model.scores[score.at()];
    auto const variants = model.weights.weights.count_variants()[score.at()];
    if (variants == 0) {
        throw UserError{fmt::format(
            "score '{}' of model '{}' weighs no variant (a scoring file would be empty); choose "
            "another with --score",
            description.name, plan.model)};
    }
    if (!plan.genome_build.empty()) {
        if (!model.genome_build.empty() && model.genome_build != plan.genome_build) {
            throw UserError{fmt::format(
                "model '{}' has positions of {} (--genome-build says {}); leave the option out",
                plan.model, model.genome_build, plan.genome_build)};
        }
        model.genome_build = plan.genome_build;
    }
    auto& cases = model.scores[score.at()].training_cases;
    if (is_small(cases, fewest_told)) cases = 0;
    write_scoring_file(plan.file, model, score, plan.threads, plan.existing);
    log.note(fmt::format("score '{}': {} written to '{}'", description.name,
                         plural(variants, "variant"), plan.file.string()));
    if (model.training.is_known()) log.note("  training samples are left out");
    if (!description.baseline.times.empty()) {
        log.note(
            "  the baseline hazard is left out: its steps are times of single people's events");
    }
    if (model.genome_build.empty()) {
        log.warn(
            "the model does not know its genome build: the file says NR; --genome-build says it");
    }
}

}  // namespace maniple
