#include "maniple/run/score_sources.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "maniple/core/error.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/store/scoring_file.hpp"

namespace maniple {
namespace {

// A name that two sources use gets the source's before it.
void name_scores(std::vector<ScoreSource>& sources) {
    std::map<std::string, int> uses;
    for (auto const& source : sources) {
        for (auto const& name : source.model.weights.scores) ++uses[name];
    }
    std::map<std::string, int> taken;
    for (auto& source : sources) {
        for (auto const& name : source.model.weights.scores) {
            source.scores.push_back(uses[name] == 1 ? name : source.label + '.' + name);
            if (++taken[source.scores.back()] == 1) continue;
            throw UserError{fmt::format(
                "score '{}' is there twice (two sources are called '{}'); rename a model or file",
                source.scores.back(), source.label)};
        }
    }
}

}  // namespace

std::vector<ScoreSource> load_score_sources(std::filesystem::path const& store,
                                            std::vector<std::string> const& models,
                                            std::vector<std::filesystem::path> const& files,
                                            Log& log) {
    if (models.empty() && files.empty()) {
        throw UserError{"no scores are given; add --model NAME or --weights FILE"};
    }
    std::vector<ScoreSource> sources;
    for (auto const& name : models) {
        sources.push_back({name, read_model(find_model(store, name)), {}});
        log.note(fmt::format("model '{}': {} over {}", name,
                             plural(std::ssize(sources.back().model.weights.scores), "score"),
                             plural(std::ssize(sources.back().model.weights.variants), "variant")));
    }
    for (auto const& file : files) {
        auto read = read_scoring_file(file, {});
        auto const label = file.filename().string();
        log.note(fmt::format("'{}': {} over {}", label,
                             plural(std::ssize(read.model.weights.scores), "score"),
                             plural(std::ssize(read.model.weights.variants), "variant")));
        for (auto const& remark : read.remarks) log.note("  " + remark);
        sources.push_back({label, std::move(read.model), {}});
    }
    name_scores(sources);
    return sources;
}

}  // namespace maniple
