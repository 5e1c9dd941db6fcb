#include "maniple/run/model_union.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/narrow.hpp"

namespace maniple {
namespace {

// Are two variants of different files one?
bool are_one(ScoredVariant const& a, ScoredVariant const& b) {
    auto const same = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
    return a.contig == b.contig && a.position == b.position && (a.position != 0 || a.id == b.id) &&
           a.effect_allele == b.effect_allele && a.other_allele == b.other_allele &&
           same(a.effect_allele_frequency, b.effect_allele_frequency);
}

using Variants = std::vector<ScoredVariant>;

/// Hashes and compares positions in a list as the variants there, and variants that are not in it.
struct VariantHash {
    using is_transparent = void;
    Variants const* variants;

    std::size_t operator()(ScoredVariant const& variant) const {
        return static_cast<std::size_t>(name_checksum(variant));
    }
    std::size_t operator()(std::size_t place) const { return (*this)((*variants)[place]); }
};

struct VariantEqual {
    using is_transparent = void;
    Variants const* variants;

    bool operator()(std::size_t a, std::size_t b) const { return a == b; }
    bool operator()(ScoredVariant const& a, std::size_t b) const {
        return are_one(a, (*variants)[b]);
    }
    bool operator()(std::size_t a, ScoredVariant const& b) const { return (*this)(b, a); }
};

/// One weight of the union.
struct Entry {
    std::int32_t variant;
    std::int32_t score;
    double weight;
};

// Entries come score by score: so do those of every variant.
WeightMatrix gather(std::vector<Entry> const& entries, std::int64_t scores, std::size_t variants) {
    std::vector<std::int64_t> starts(variants + 1);
    for (auto const& entry : entries) ++starts[static_cast<std::size_t>(entry.variant) + 1];
    for (std::size_t v = 0; v < variants; ++v) starts[v + 1] += starts[v];
    auto next = starts;
    std::vector<std::int32_t> members(entries.size());
    std::vector<double> weights(entries.size());
    for (auto const& entry : entries) {
        auto const at = static_cast<std::size_t>(next[static_cast<std::size_t>(entry.variant)]++);
        members[at] = entry.score;
        weights[at] = entry.weight;
    }
    return {scores, std::move(starts), std::move(members), std::move(weights)};
}

}  // namespace

struct ModelUnion::State {
    ScoreModel model;
    std::unordered_set<std::size_t, VariantHash, VariantEqual> places{
        0, VariantHash{&model.weights.variants}, VariantEqual{&model.weights.variants}};
    std::vector<Entry> entries;
    std::map<std::string, std::filesystem::path> owners;  // File of each score.
    std::vector<std::string> sources;
    std::filesystem::path placed_file;  // The first with positions; empty: none yet.

    void require_build(std::filesystem::path const& file, ScoreModel const& added) {
        bool const is_placed = std::ranges::any_of(
            added.weights.variants, [](ScoredVariant const& v) { return v.position != 0; });
        if (!is_placed) return;
        if (placed_file.empty()) {
            placed_file = file;
            model.genome_build = added.genome_build;
        }
        auto const& own = model.genome_build;
        if (own == added.genome_build) return;
        auto const told = [](std::string const& build) {
            return build.empty() ? std::string{"unknown"} : build;
        };
        throw UserError{fmt::format(
            "'{}' has positions of genome build {}, '{}' of {} (one model has one build); {}",
            placed_file.string(), told(own), file.string(), told(added.genome_build),
            own.empty() || added.genome_build.empty()
                ? "say which with --genome-build, or import them one by one"
                : "take files harmonised to one build, or import them one by one")};
    }

    void require_names(std::filesystem::path const& file, ScoreModel const& added) {
        for (auto const& name : added.weights.scores) {
            auto const [owner, is_new] = owners.emplace(name, file);
            if (is_new) continue;
            throw UserError{
                fmt::format("score '{}' is in '{}' and in '{}' (names must differ); leave one out, "
                            "or import them one by one",
                            name, owner->second.string(), file.string())};
        }
    }

    std::int32_t place_of(ScoredVariant&& variant) {
        auto& variants = model.weights.variants;
        if (auto const found = places.find(variant); found != places.end()) {
            if (variants[*found].id == ".") variants[*found].id = std::move(variant.id);
            return narrow<std::int32_t>(*found);
        }
        variants.push_back(std::move(variant));
        places.insert(variants.size() - 1);
        return narrow<std::int32_t>(variants.size() - 1);
    }

    // "a.txt, b.txt and 48 more".
    std::string source() const {
        constexpr std::size_t shown = 5;
        std::string text;
        for (std::size_t i = 0; i < std::min(shown, sources.size()); ++i) {
            text += fmt::format("{}{}", i == 0 ? "" : ", ", sources[i]);
        }
        if (sources.size() > shown) text += fmt::format(" and {} more", sources.size() - shown);
        return text;
    }
};

ModelUnion::ModelUnion() : state_{std::make_unique<State>()} {}
ModelUnion::ModelUnion(ModelUnion&&) noexcept = default;
ModelUnion& ModelUnion::operator=(ModelUnion&&) noexcept = default;
ModelUnion::~ModelUnion() = default;

void ModelUnion::add(std::filesystem::path const& file, ScoreModel model) {
    auto& state = *state_;
    state.require_names(file, model);
    state.require_build(file, model);
    auto& all = state.model;
    auto const first_score = std::ssize(all.scores);
    if (all.genome_build.empty() && state.placed_file.empty()) {
        all.genome_build = model.genome_build;
    }
    auto& weights = model.weights;
    std::ranges::move(weights.scores, std::back_inserter(all.weights.scores));
    std::ranges::move(model.scores, std::back_inserter(all.scores));
    state.sources.push_back(std::move(model.source));
    for (std::size_t v = 0; v < weights.variants.size(); ++v) {
        auto const place = state.place_of(std::move(weights.variants[v]));
        auto const own = weights.weights.variant(ScoredVariantIndex{static_cast<std::int64_t>(v)});
        for (std::size_t i = 0; i < own.weights.size(); ++i) {
            state.entries.push_back({.variant = place,
                                     .score = narrow<std::int32_t>(first_score + own.scores[i]),
                                     .weight = own.weights[i]});
        }
    }
}

ScoreModel ModelUnion::finish() && {
    expect(!state_->sources.empty(), "a model was added");

    auto& model = state_->model;
    model.source = state_->source();
    model.weights.weights =
        gather(state_->entries, std::ssize(model.scores), model.weights.variants.size());
    return std::move(model);
}

}  // namespace maniple
