#include "maniple/store/model_file.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "columns.hpp"
#include "effect_kind.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/folder_like.hpp"
#include "maniple/core/narrow.hpp"
#include "maniple/hdf5/file.hpp"
#include "model_layout.hpp"
#include "table_file.hpp"

namespace maniple {
namespace {

constexpr std::string_view model_kind = "maniple score model";
constexpr std::int64_t version = 1;

/// Variants as they lie in the file.
struct VariantLayout {
    std::vector<std::string> contigs;
    std::vector<std::int32_t> contig, position;
    std::vector<double> frequency;
};

VariantLayout lay_out(std::vector<ScoredVariant> const& variants) {
    VariantLayout layout;
    std::map<std::string_view, std::int32_t> contig_numbers;
    for (auto const& variant : variants) {
        auto const next = narrow<std::int32_t>(contig_numbers.size());
        auto const [number, is_new] = contig_numbers.try_emplace(variant.contig, next);
        if (is_new) layout.contigs.push_back(variant.contig);
        layout.contig.push_back(number->second);
        layout.position.push_back(variant.position);
        layout.frequency.push_back(variant.effect_allele_frequency);
    }
    layout.frequency = with_one_nan(std::move(layout.frequency));
    return layout;
}

std::vector<std::uint8_t> used_codes(TrainingSamples const& training) {
    return {training.is_used.begin(), training.is_used.end()};
}

std::uint64_t description_checksum(DescriptionLayout const& layout, ScoreModel const& model,
                                   std::int64_t variants) {
    Checksum sum;
    sum.add(model.genome_build);
    sum.add(model.source);
    layout.add_to(sum);
    auto const& training = model.training;
    for (auto number : {training.fingerprint, training.key, static_cast<std::uint64_t>(variants)}) {
        sum.add_values(std::span{static_cast<std::uint64_t const*>(&number), 1});
    }
    if (training.split_fingerprint != 0) sum.add_values(std::span{&training.split_fingerprint, 1});
    auto const used = used_codes(training);
    sum.add_values(std::span{used});
    sum.add_values(std::span{training.hashed_ids});
    return sum.value();
}

std::uint64_t weights_checksum(ScoreWeights const& weights, VariantLayout const& layout) {
    Checksum sum;
    for (auto const& contig : layout.contigs) sum.add(contig);
    sum.add_values(std::span{layout.contig});
    sum.add_values(std::span{layout.position});
    sum.add_values(std::span{layout.frequency});
    for (auto const& variant : weights.variants) {
        sum.add(variant.id);
        sum.add(variant.effect_allele);
        sum.add(variant.other_allele);
    }
    sum.add_values(weights.weights.starts());
    sum.add_values(weights.weights.members());
    sum.add_values(weights.weights.weights());
    return sum.value();
}

void require_whole(ScoreModel const& model) {
    auto const& weights = model.weights;
    expect(model.scores.size() == weights.scores.size(), "every score has a description");
    expect(weights.weights.scores() == std::ssize(weights.scores), "every score has weights");
    expect(weights.weights.variants() == std::ssize(weights.variants), "every variant has weights");
    for (std::size_t s = 0; s < model.scores.size(); ++s) {
        auto const& score = model.scores[s];
        expect(score.name == weights.scores[s], "descriptions have the names of the scores");
        expect(score.covariates.names.size() == score.covariates.coefficients.size(),
               "every covariate has a coefficient");
        expect(score.baseline.times.size() == score.baseline.cumulative.size(),
               "every time has a hazard");
    }
    auto names = weights.scores;
    std::ranges::sort(names);
    expect(std::ranges::adjacent_find(names) == names.end(), "names of scores are unique");
    auto const& training = model.training;
    expect(std::ranges::count(training.is_used, true) <= std::ssize(training.hashed_ids) &&
               std::ranges::is_sorted(training.hashed_ids),
           "every training sample has a hash");
}

void write_training(hdf5::File& file, TrainingSamples const& training) {
    file.write_attribute("fingerprint", training.fingerprint);
    file.write_attribute("split_fingerprint", training.split_fingerprint);
    file.write_attribute("cohort_samples", std::ssize(training.is_used));
    file.write_attribute("training_samples", std::ssize(training.hashed_ids));
    file.write_attribute("hash_key", training.key);
    auto const used = used_codes(training);
    write_numbers(file, "training_is_used", std::span{used});
    write_numbers(file, "training_hash", std::span{training.hashed_ids});
}

TrainingSamples read_training(hdf5::File const& file) {
    TrainingSamples training{.fingerprint = file.read_unsigned("fingerprint"),
                             .is_used = {},
                             .key = file.read_unsigned("hash_key"),
                             .hashed_ids = {}};
    // Models made before it was recorded do without.
    if (file.has_attribute("split_fingerprint")) {
        training.split_fingerprint = file.read_unsigned("split_fingerprint");
    }
    auto const hashes = file.read_integer("training_samples");
    training.hashed_ids = read_numbers<std::uint64_t>(file, "training_hash", hashes);
    for (auto code : read_numbers<std::uint8_t>(file, "training_is_used",
                                                file.read_integer("cohort_samples"))) {
        if (code > 1) hdf5::reject(file.origin(), "a training sample has an unknown code");
        training.is_used.push_back(code == 1);
    }
    if (std::ranges::count(training.is_used, true) > hashes ||
        !std::ranges::is_sorted(training.hashed_ids)) {
        hdf5::reject(file.origin(), "its training samples and their hashes differ");
    }
    return training;
}

void write_weights(hdf5::File& file, ScoreWeights const& weights, VariantLayout const& layout) {
    auto const rows = std::ssize(weights.variants);
    auto const write_names = [&](char const* name, std::string ScoredVariant::*field) {
        write_texts(file, name, rows, 0, [&](std::int64_t row) -> std::string_view {
            return weights.variants[static_cast<std::size_t>(row)].*field;
        });
    };
    file.write_attribute("contigs", std::ssize(layout.contigs));
    file.write_attribute("weights", weights.weights.nonzero());
    write_texts(file, "contig_id", layout.contigs);
    write_numbers(file, "variant_contig", std::span{layout.contig});
    write_numbers(file, "variant_position", std::span{layout.position});
    write_names("variant_id", &ScoredVariant::id);
    write_names("variant_effect_allele", &ScoredVariant::effect_allele);
    write_names("variant_other_allele", &ScoredVariant::other_allele);
    write_numbers(file, "effect_allele_frequency", std::span{layout.frequency});
    write_numbers(file, "weight_start", weights.weights.starts());
    write_numbers(file, "weight_score", weights.weights.members());
    write_numbers(file, "weight", weights.weights.weights());
}

std::vector<ScoredVariant> read_variants(hdf5::File const& file, VariantLayout& layout,
                                         std::int64_t rows) {
    layout.contigs = read_texts(file, "contig_id", file.read_integer("contigs"));
    layout.contig = read_numbers<std::int32_t>(file, "variant_contig", rows);
    layout.position = read_numbers<std::int32_t>(file, "variant_position", rows);
    layout.frequency = read_numbers<double>(file, "effect_allele_frequency", rows);
    std::vector<ScoredVariant> variants(layout.contig.size());
    auto const read_names = [&](char const* name, std::string ScoredVariant::*field) {
        read_texts(file, name, rows, 0, [&](std::int64_t row, std::string&& text) {
            variants[static_cast<std::size_t>(row)].*field = std::move(text);
        });
    };
    read_names("variant_id", &ScoredVariant::id);
    read_names("variant_effect_allele", &ScoredVariant::effect_allele);
    read_names("variant_other_allele", &ScoredVariant::other_allele);
    for (std::size_t v = 0; v < variants.size(); ++v) {
        if (layout.contig[v] < 0 || layout.contig[v] >= std::ssize(layout.contigs)) {
            hdf5::reject(file.origin(), "a variant's contig is not in its list");
        }
        variants[v].contig = layout.contigs[static_cast<std::size_t>(layout.contig[v])];
        variants[v].position = layout.position[v];
        variants[v].effect_allele_frequency = layout.frequency[v];
    }
    return variants;
}

WeightMatrix read_matrix(hdf5::File const& file, std::int64_t scores, std::int64_t variants) {
    auto const count = file.read_integer("weights");
    auto starts = read_numbers<std::int64_t>(file, "weight_start", variants + 1);
    auto members = read_numbers<std::int32_t>(file, "weight_score", count);
    auto weights = read_numbers<double>(file, "weight", count);
    if (!WeightMatrix::is_valid(scores, starts, members, weights)) {
        hdf5::reject(file.origin(), "its weights are no matrix of scores and variants");
    }
    return {scores, std::move(starts), std::move(members), std::move(weights)};
}

ModelKind kind_of(hdf5::File const& file) {
    auto const kind = file.has_attribute("kind") ? file.read_text("kind") : std::string{};
    if (kind == effect_kind) return ModelKind::simulated_effects;
    if (kind != model_kind) hdf5::reject(file.origin(), "it holds no scores");
    return ModelKind::score;
}

hdf5::File open_model(std::filesystem::path const& path) {
    auto file = hdf5::File::open(path);
    if (kind_of(file) == ModelKind::simulated_effects) {
        throw UserError{fmt::format(
            "'{}' is a table of simulated effects, not a score; name a model that `maniple fit` or "
            "`maniple import --weights` made",
            path.string())};
    }
    if (auto const found = file.read_integer("version"); found != version) {
        hdf5::reject(file.origin(), fmt::format("version {} of score models is unknown", found));
    }
    return file;
}

/// All but weights and variants, checked.
struct Description {
    DescriptionLayout layout;
    ScoreModel model;
    std::int64_t variants = 0;
};

Description read_description(hdf5::File const& file) {
    Description description;
    auto& [layout, model, variants] = description;
    layout = read_descriptions(file);
    model.genome_build = file.read_text("genome_build");
    model.source = read_texts(file, "source", 1).front();
    model.training = read_training(file);
    variants = file.read_integer("variants");
    if (description_checksum(layout, model, variants) != file.read_unsigned("checksum")) {
        hdf5::reject(file.origin(), "the checksum of its scores' descriptions differs");
    }
    model.scores = read_scores(file, layout);
    model.weights.scores = layout.names;
    return description;
}

// With the permissions of the store around it.
void make_folder(std::filesystem::path const& folder) {
    std::error_code error;
    if (folder.empty() || std::filesystem::exists(folder, error)) return;
    auto const around = folder.has_parent_path() ? folder.parent_path() : ".";
    make_folder_like(folder, around, error);
    if (error) {
        throw EnvironmentError{fmt::format("'{}' cannot be made ({}); check permissions",
                                           folder.string(), error.message())};
    }
}

}  // namespace

DurableFile prepare_model(std::filesystem::path const& path, ScoreModel const& model) {
    require_whole(model);

    make_folder(path.parent_path());
    auto const layout = lay_out(model.scores, model.weights.weights.count_variants());
    auto const variants = lay_out(model.weights.variants);
    auto const rows = std::ssize(model.weights.variants);
    DurableFile durable{path};
    auto file = hdf5::File::create(durable.temporary());
    file.write_attribute("kind", model_kind);
    file.write_attribute("version", version);
    file.write_attribute("genome_build", std::string_view{model.genome_build});
    file.write_attribute("variants", rows);
    file.write_attribute("checksum", description_checksum(layout, model, rows));
    file.write_attribute("weights_checksum", weights_checksum(model.weights, variants));
    write_texts(file, "source", std::vector{model.source});
    write_descriptions(file, layout);
    write_training(file, model.training);
    write_weights(file, model.weights, variants);
    file.close();
    return durable;
}

void write_model(std::filesystem::path const& path, ScoreModel const& model,
                 ExistingFile existing) {
    prepare_model(path, model).commit(existing);
}

ScoreModel read_model(std::filesystem::path const& path) {
    auto const file = open_model(path);
    auto description = read_description(file);
    auto& weights = description.model.weights;
    VariantLayout layout;
    weights.variants = read_variants(file, layout, description.variants);
    weights.weights = read_matrix(file, std::ssize(weights.scores), description.variants);
    if (weights_checksum(weights, layout) != file.read_unsigned("weights_checksum")) {
        hdf5::reject(file.origin(), "the checksum of its weights differs");
    }
    if (weights.weights.count_variants() != description.layout.variants) {
        hdf5::reject(file.origin(), "its scores have other weights than they say");
    }
    return std::move(description.model);
}

ModelSummary summarize_model(std::filesystem::path const& path) {
    auto const file = open_model(path);
    auto description = read_description(file);
    return {.genome_build = std::move(description.model.genome_build),
            .source = std::move(description.model.source),
            .variants = description.variants,
            .scores = std::move(description.model.scores),
            .score_variants = std::move(description.layout.variants),
            .training_fingerprint = description.model.training.fingerprint,
            .split_fingerprint = description.model.training.split_fingerprint};
}

ModelKind find_model_kind(std::filesystem::path const& path) {
    return kind_of(hdf5::File::open(path));
}

std::filesystem::path find_model(std::filesystem::path const& store, std::string const& name) {
    auto const names = list_models(store);
    if (std::ranges::find(names, name) == names.end()) {
        throw UserError{fmt::format(
            "store '{}' has no model '{}' (it has: {}); name one of its models", store.string(),
            name, names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", ")))};
    }
    return store / "models" / (name + ".h5");
}

std::filesystem::path place_model(std::filesystem::path const& store, std::string const& name,
                                  ExistingFile existing) {
    require_name(name, "model");
    auto const path = store / "models" / (name + ".h5");
    std::error_code error;
    if (existing == ExistingFile::refuse && std::filesystem::exists(path, error)) {
        throw UserError{fmt::format(
            "model '{}' exists already in store '{}'; choose another name with --name, or give "
            "--replace",
            name, store.string())};
    }
    return path;
}

}  // namespace maniple
