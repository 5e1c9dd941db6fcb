#include "maniple/run/import_weights.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/run/model_union.hpp"
#include "maniple/store/cohort.hpp"

namespace maniple {
namespace {

std::string file_name(std::filesystem::path const& file) { return file.filename().string(); }

std::string model_name(std::filesystem::path const& file) {
    auto name = file.filename();
    if (name.extension() == ".gz" || name.extension() == ".bgz") name.replace_extension();
    return name.stem().string();
}

// Simulated effects are the truth of a cohort: they are not replaced by a slip of the fingers.
std::filesystem::path place_for(std::filesystem::path const& store, std::string const& name,
                                ExistingFile existing) {
    auto path = place_model(store, name, existing);
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return path;
    auto const is_effects = [&] {
        try {
            return find_model_kind(path) == ModelKind::simulated_effects;
        } catch (CorruptInput const&) {
            return false;  // Replacing what is damaged mends the store.
        }
    };
    if (is_effects()) {
        throw UserError{
            fmt::format("model '{}' of store '{}' is a table of simulated effects, not a score "
                        "(--replace replaces scores alone); choose another --name",
                        name, store.string())};
    }
    return path;
}

std::vector<std::string> model_names(WeightImport const& plan) {
    if (!plan.name.empty()) return {plan.name};
    std::vector<std::string> names;
    std::set<std::string> seen;
    for (auto const& file : plan.files) {
        names.push_back(model_name(file));
        if (seen.insert(names.back()).second) continue;
        throw UserError{
            fmt::format("two files would become model '{}' (models are named after their files); "
                        "give --name to make one model of all, or import them one by one",
                        names.back())};
    }
    return names;
}

ScoreModel read_file(std::filesystem::path const& file, ScoringFileOptions const& options,
                     Log& log) {
    auto read = read_scoring_file(file, options);
    auto const& weights = read.model.weights;
    auto const& build = read.model.genome_build;
    log.note(fmt::format(
        "{}: {} of {}{}", file_name(file), plural(std::ssize(weights.variants), "variant"),
        weights.scores.size() == 1 ? fmt::format("score '{}'", weights.scores.front())
                                   : plural(std::ssize(weights.scores), "score"),
        build.empty() ? "" : fmt::format(", {}", build)));
    for (auto const& remark : read.remarks) log.note(fmt::format("  {}", remark));
    bool const is_placed = std::ranges::any_of(
        weights.variants, [](ScoredVariant const& v) { return v.position != 0; });
    if (build.empty() && is_placed) {
        log.warn(
            fmt::format("{} does not say its genome build; give --genome-build so that it is "
                        "on record",
                        file_name(file)));
    }
    return std::move(read.model);
}

void write_noted(std::filesystem::path const& path, std::string const& name,
                 ScoreModel const& model, ExistingFile existing, Log& log) {
    write_model(path, model, existing);
    log.note(fmt::format("model '{}': {} over {} written", name,
                         plural(std::ssize(model.weights.scores), "score"),
                         plural(std::ssize(model.weights.variants), "variant")));
}

}  // namespace

void import_weights(std::filesystem::path const& store, WeightImport const& plan, Log& log) {
    expect(!plan.files.empty(), "there are files");

    Cohort const cohort{store};
    auto const names = model_names(plan);
    std::vector<std::filesystem::path> paths;
    for (auto const& name : names) paths.push_back(place_for(store, name, plan.existing));

    if (!plan.name.empty()) {
        ModelUnion all;
        for (auto const& file : plan.files) all.add(file, read_file(file, plan.text, log));
        write_noted(paths.front(), plan.name, std::move(all).finish(), plan.existing, log);
        return;
    }
    // Nothing is written before every file was read.
    std::vector<ScoreModel> models;
    for (auto const& file : plan.files) models.push_back(read_file(file, plan.text, log));
    for (std::size_t m = 0; m < models.size(); ++m) {
        write_noted(paths[m], names[m], models[m], plan.existing, log);
    }
}

}  // namespace maniple
