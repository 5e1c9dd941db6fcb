#include "maniple/run/import_weights.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/checksum.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/store/cohort.hpp"
#include "readable.hpp"

namespace maniple {
namespace {

std::string file_name(std::filesystem::path const& file) { return file.filename().string(); }

// Does one of its variants have a position?
bool is_placed(ScoreModel const& model) {
    return std::ranges::any_of(model.weights.variants,
                               [](ScoredVariant const& v) { return v.position != 0; });
}

// What makes two variants of different files one.
struct VariantKey {
    ScoredVariant const* variant;

    friend bool operator==(VariantKey a, VariantKey b) {
        auto const same = [](double x, double y) {
            return x == y || (std::isnan(x) && std::isnan(y));
        };
        return a.variant->contig == b.variant->contig &&
               a.variant->position == b.variant->position &&
               (a.variant->position != 0 || a.variant->id == b.variant->id) &&
               a.variant->effect_allele == b.variant->effect_allele &&
               a.variant->other_allele == b.variant->other_allele &&
               same(a.variant->effect_allele_frequency, b.variant->effect_allele_frequency);
    }
};

struct HashKey {
    std::size_t operator()(VariantKey key) const {
        Checksum sum;
        sum.add(key.variant->contig);
        sum.add_values(std::span{&key.variant->position, 1});
        sum.add(key.variant->effect_allele);
        sum.add(key.variant->other_allele);
        if (key.variant->position == 0) sum.add(key.variant->id);
        return static_cast<std::size_t>(sum.value());
    }
};

void require_one_build(std::vector<FileModel> const& models) {
    FileModel const* first = nullptr;
    for (auto const& next : models) {
        if (!is_placed(next.model)) continue;
        if (first == nullptr) first = &next;
        auto const& builds = std::pair{first->model.genome_build, next.model.genome_build};
        if (builds.first == builds.second) continue;
        auto const told = [](std::string const& build) {
            return build.empty() ? std::string{"unknown"} : build;
        };
        throw UserError{fmt::format(
            "'{}' has positions of genome build {}, '{}' of {} (one model has one build); {}",
            first->file.string(), told(builds.first), next.file.string(), told(builds.second),
            builds.first.empty() || builds.second.empty()
                ? "say which with --genome-build, or import them one by one"
                : "take files harmonised to one build, or import them one by one")};
    }
}

void require_own_names(std::vector<FileModel> const& models) {
    std::map<std::string, std::filesystem::path> owners;
    for (auto const& [file, model] : models) {
        for (auto const& name : model.weights.scores) {
            auto const [owner, is_new] = owners.emplace(name, file);
            if (is_new) continue;
            throw UserError{
                fmt::format("score '{}' is in '{}' and in '{}' (names must differ); leave one out, "
                            "or import them one by one",
                            name, owner->second.string(), file.string())};
        }
    }
}

// "a.txt, b.txt and 48 more".
std::string list_sources(std::vector<FileModel> const& models) {
    constexpr std::size_t shown = 5;
    std::string text;
    for (std::size_t i = 0; i < std::min(shown, models.size()); ++i) {
        text += fmt::format("{}{}", i == 0 ? "" : ", ", models[i].model.source);
    }
    if (models.size() > shown) text += fmt::format(" and {} more", models.size() - shown);
    return text;
}

// Where each variant of each model lies in the union, which goes to `variants`.
std::vector<std::vector<std::size_t>> unite(std::vector<FileModel> const& models,
                                            std::vector<ScoredVariant>& variants) {
    std::unordered_map<VariantKey, std::size_t, HashKey> places;
    std::vector<std::vector<std::size_t>> all;
    for (auto const& [file, model] : models) {
        auto& own = all.emplace_back();
        for (auto const& variant : model.weights.variants) {
            auto const [place, is_new] = places.try_emplace(VariantKey{&variant}, variants.size());
            if (is_new) variants.push_back(variant);
            auto& united = variants[place->second];
            if (united.id == ".") united.id = variant.id;
            own.push_back(place->second);
        }
    }
    return all;
}

// Weights of the union. Scores ascend from model to model: so do the members of every variant.
WeightMatrix unite_weights(std::vector<FileModel> const& models,
                           std::vector<std::vector<std::size_t>> const& places,
                           std::size_t variants) {
    std::vector<std::int64_t> starts(variants + 1);
    for (std::size_t m = 0; m < models.size(); ++m) {
        auto const& matrix = models[m].model.weights.weights;
        for (std::size_t v = 0; v < places[m].size(); ++v) {
            auto const entries = matrix.variant(ScoredVariantIndex{static_cast<std::int64_t>(v)});
            starts[places[m][v] + 1] += std::ssize(entries.weights);
        }
    }
    for (std::size_t v = 0; v < variants; ++v) starts[v + 1] += starts[v];
    auto next = starts;
    std::vector<std::int32_t> members(static_cast<std::size_t>(starts.back()));
    std::vector<double> weights(members.size());
    std::int64_t first_score = 0;
    for (std::size_t m = 0; m < models.size(); ++m) {
        auto const& matrix = models[m].model.weights.weights;
        for (std::size_t v = 0; v < places[m].size(); ++v) {
            auto const entries = matrix.variant(ScoredVariantIndex{static_cast<std::int64_t>(v)});
            for (std::size_t i = 0; i < entries.weights.size(); ++i) {
                auto const at = static_cast<std::size_t>(next[places[m][v]]++);
                members[at] = static_cast<std::int32_t>(first_score + entries.scores[i]);
                weights[at] = entries.weights[i];
            }
        }
        first_score += matrix.scores();
    }
    return {first_score, std::move(starts), std::move(members), std::move(weights)};
}

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

FileModel read_file(std::filesystem::path const& file, ScoringFileOptions const& options,
                    Log& log) {
    auto read = read_scoring_file(file, options);
    auto const& model = read.model;
    log.note(fmt::format(
        "{}: {} of {}{}", file_name(file), plural(std::ssize(model.weights.variants), "variant"),
        model.weights.scores.size() == 1 ? fmt::format("score '{}'", model.weights.scores.front())
                                         : plural(std::ssize(model.weights.scores), "score"),
        model.genome_build.empty() ? "" : fmt::format(", {}", model.genome_build)));
    for (auto const& remark : read.remarks) log.note(fmt::format("  {}", remark));
    if (model.genome_build.empty() && is_placed(model)) {
        log.warn(
            fmt::format("{} does not say its genome build; give --genome-build so that it is "
                        "on record",
                        file_name(file)));
    }
    return {.file = file, .model = std::move(read.model)};
}

}  // namespace

ScoreModel merge_models(std::vector<FileModel> models) {
    expect(!models.empty(), "there are models");

    require_own_names(models);
    require_one_build(models);
    if (models.size() == 1) return std::move(models.front().model);
    ScoreModel merged;
    for (auto const& [file, model] : models) {
        if (merged.genome_build.empty()) merged.genome_build = model.genome_build;
        auto& names = merged.weights.scores;
        names.insert(names.end(), model.weights.scores.begin(), model.weights.scores.end());
        merged.scores.insert(merged.scores.end(), model.scores.begin(), model.scores.end());
    }
    merged.source = list_sources(models);
    auto const places = unite(models, merged.weights.variants);
    merged.weights.weights = unite_weights(models, places, merged.weights.variants.size());
    return merged;
}

void import_weights(std::filesystem::path const& store, WeightImport const& plan, Log& log) {
    expect(!plan.files.empty(), "there are files");

    Cohort const cohort{store};
    auto const names = model_names(plan);
    std::vector<std::filesystem::path> paths;
    for (auto const& name : names) paths.push_back(place_for(store, name, plan.existing));

    std::vector<FileModel> files;
    for (auto const& file : plan.files) files.push_back(read_file(file, plan.text, log));
    std::vector<ScoreModel> models;
    if (!plan.name.empty()) {
        models.push_back(merge_models(std::move(files)));
    } else {
        for (auto& file : files) models.push_back(std::move(file.model));
    }
    for (std::size_t m = 0; m < models.size(); ++m) {
        write_model(paths[m], models[m], plan.existing);
        log.note(fmt::format("model '{}': {} over {} written", names[m],
                             plural(std::ssize(models[m].weights.scores), "score"),
                             plural(std::ssize(models[m].weights.variants), "variant")));
    }
}

}  // namespace maniple
