#include "whole_genome_progress.hpp"

#include <cstring>
#include <span>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "cbor.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/durable_file.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/version.hpp"
#include "plan_checksums.hpp"

namespace maniple {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr char const* finished_name = "finished";
constexpr char const* stacked_name = "traits-";  // And the first of them.

/// Before the values of one trait.
struct StackedHead {
    std::int64_t trait;
    std::int64_t chosen;
    double r_squared;
    std::int64_t values;
    std::int64_t coefficients;
};

template <class T>
std::span<std::byte const> bytes_of(T const& value) {
    return std::as_bytes(std::span{&value, 1});
}

// Numbers in CBOR are doubles, to the bit, NaN included.
mpi::Bytes pack(std::uint64_t checksum, std::vector<PredictedTrait> const& predicted) {
    auto traits = Json::array();
    for (auto const& trait : predicted) {
        auto const& [type, samples, cases, unpredicted, told, telling] = trait.counts;
        auto const& [unit, scale, heritability, r_squared] = trait.how;
        traits.push_back({trait.name, type, samples, cases, unpredicted, told, telling, unit, scale,
                          heritability, r_squared});
    }
    auto const bytes = Json::to_cbor(Json{checksum, std::move(traits)});
    auto const raw = std::as_bytes(std::span{bytes});
    return {raw.begin(), raw.end()};
}

std::uint64_t checksum_of(BaseTraits const& traits) {
    Checksum sum;
    for (auto const& residual : traits.residuals) sum.add_values(std::span{residual});
    sum.add_values(std::span{traits.scales});
    return sum.value();
}

std::uint64_t checksum_of(OrthonormalBasis const& basis) {
    Checksum sum;
    for (std::int64_t c = 0; c < basis.columns(); ++c) sum.add_values(basis.column(c));
    return sum.value();
}

std::uint64_t checksum_of(std::span<SampleIndex const> samples,
                          std::span<std::int32_t const> folds) {
    Checksum sum;
    for (auto sample : samples) {
        auto const place = sample.get();
        sum.add_values(std::span<std::int64_t const>{&place, 1});
    }
    sum.add_values(folds);
    return sum.value();
}

}  // namespace

PlanFacts whole_genome_facts(WholeGenomeRequest const& request, Cohort const& cohort,
                             BaseTraits const& traits, std::vector<ChosenBlock> const& chosen) {
    auto const by_hash = request.folds_by == FoldsBy::hash;
    auto const& filter = request.filter;
    return {{"version", std::string{program_version}},
            {"genotypes of the store", to_hex(checksum_of(cohort.index()))},
            {"--trait", fmt::format("{}", fmt::join(traits.names, ","))},
            {"values of the traits", to_hex(checksum_of(traits))},
            {"--model", to_string(request.model)},
            {"--covariate", traits.covariates},
            {"values of the covariates", to_hex(checksum_of(traits.basis.basis))},
            {"samples and their folds", to_hex(checksum_of(traits.basis.samples, traits.folds))},
            {"variants that predict", to_hex(checksum_of(chosen))},
            {"filters", fmt::format("maf {}, mac {}, missing {}, hwe {}", filter.min_maf,
                                    filter.min_mac, filter.max_missing, filter.min_hwe_p)},
            {"--whole-genome-block", fmt::format("{}", request.block_variants)},
            {"--whole-genome-heritabilities",
             fmt::format("{}", fmt::join(request.heritabilities, ","))},
            {"--folds", by_hash ? "hash" : "contiguous"},
            {"--seed", by_hash ? fmt::format("{}", request.seed) : "none"}};
}

WholeGenomeProgress::WholeGenomeProgress(fs::path folder, fs::path predictors, PlanFacts facts,
                                         KeptWork work)
    : folder_{std::move(folder)},
      predictors_{std::move(predictors)},
      facts_{std::move(facts)},
      work_{std::move(work)} {
    std::error_code error;
    if (!fs::exists(folder_, error)) return;
    for (auto const& entry : fs::directory_iterator{folder_}) {
        if (is_temporary_name(entry.path())) fs::remove(entry.path(), error);
    }
    find_finished();
    if (!finished_) find_stacked();
}

void WholeGenomeProgress::find_finished() {
    auto const file = folder_ / finished_name;
    auto const kept = find_state(file, facts_, work_);
    if (!kept) return;
    std::error_code error;
    if (!fs::exists(predictors_, error)) {  // Somebody removed them, as they were damaged.
        fs::remove(file, error);
        return;
    }
    try {
        auto const json = read_cbor(*kept);
        if (checksum_of_file(predictors_) != whole_from<std::uint64_t>(json.at(0))) {
            throw_damaged(predictors_, work_);
        }
        finished_.emplace();
        for (auto const& trait : json.at(1)) {
            finished_->push_back(
                {.name = trait.at(0).get<std::string>(),
                 .counts = {.outcome = choice_from(trait.at(1), Outcome::time_to_event),
                            .samples = whole_from<std::int64_t>(trait.at(2)),
                            .cases = whole_from<std::int64_t>(trait.at(3)),
                            .unpredicted = whole_from<std::int64_t>(trait.at(4)),
                            .told = whole_from<std::int64_t>(trait.at(5)),
                            .telling = trait.at(6).get<std::vector<std::string>>()},
                 .how = {.unit = choice_from(trait.at(7), PredictionUnit::log_odds),
                         .scale = trait.at(8).get<double>(),
                         .heritability = trait.at(9).get<double>(),
                         .r_squared = trait.at(10).get<double>()}});
        }
    } catch (Json::exception const&) {
        throw_damaged(file, work_);
    } catch (std::out_of_range const&) {  // Of choice_from.
        throw_damaged(file, work_);
    }
}

void WholeGenomeProgress::find_stacked() {
    for (auto const& entry : fs::directory_iterator{folder_}) {
        if (!entry.path().filename().string().starts_with(stacked_name)) continue;
        for (auto const& trait : read(entry.path())) file_of_[trait.trait] = entry.path();
    }
}

std::vector<StackedTrait> WholeGenomeProgress::read(fs::path const& file) const {
    auto const kept = find_state(file, facts_, work_);
    if (!kept) throw_damaged(file, work_);
    std::vector<StackedTrait> all;
    for (auto rest = std::span<std::byte const>{*kept}; !rest.empty();) {
        StackedHead head{};
        if (rest.size() < sizeof head) throw_damaged(file, work_);
        std::memcpy(&head, rest.data(), sizeof head);
        rest = rest.subspan(sizeof head);
        auto& trait = all.emplace_back(StackedTrait{.trait = head.trait,
                                                    .chosen = head.chosen,
                                                    .r_squared = head.r_squared,
                                                    .slices = {},
                                                    .coefficients = {}});
        auto const take = [&](auto& numbers, std::int64_t count) {
            auto const size = sizeof numbers.front();
            auto const wanted = static_cast<std::size_t>(count);
            if (count < 0 || rest.size() / size < wanted) throw_damaged(file, work_);
            numbers.resize(wanted);
            if (wanted > 0) std::memcpy(numbers.data(), rest.data(), wanted * size);
            rest = rest.subspan(wanted * size);
        };
        take(trait.slices, head.values);
        take(trait.coefficients, head.coefficients);
    }
    return all;
}

void WholeGenomeProgress::keep(std::vector<StackedTrait> const& stacked) {
    if (stacked.empty()) return;
    std::error_code error;  // which the file explains
    fs::create_directory(folder_, folder_.parent_path(), error);
    std::vector<StackedHead> heads;
    for (auto const& trait : stacked) {
        heads.push_back({trait.trait, trait.chosen, trait.r_squared, std::ssize(trait.slices),
                         std::ssize(trait.coefficients)});
    }
    std::vector<std::span<std::byte const>> parts;
    for (std::size_t i = 0; i < stacked.size(); ++i) {
        parts.push_back(bytes_of(heads[i]));
        parts.push_back(std::as_bytes(std::span{stacked[i].slices}));
        parts.push_back(std::as_bytes(std::span{stacked[i].coefficients}));
    }
    auto const file = folder_ / fmt::format("{}{}", stacked_name, stacked.front().trait);
    keep_parts(file, facts_, parts);
    for (auto const& trait : stacked) file_of_[trait.trait] = file;
}

void WholeGenomeProgress::each(std::function<void(StackedTrait const&)> const& visit) const {
    fs::path open;
    std::vector<StackedTrait> traits;
    for (auto const& [number, file] : file_of_) {
        if (file != open) {
            traits.clear();
            traits = read(file);
            open = file;
        }
        for (auto const& trait : traits) {
            if (trait.trait == number) visit(trait);
        }
    }
}

void WholeGenomeProgress::finish(std::vector<PredictedTrait> const& predicted) {
    keep_state(folder_ / finished_name, facts_, pack(checksum_of_file(predictors_), predicted));
    std::error_code ignored;
    for (auto const& [trait, file] : file_of_) fs::remove(file, ignored);
    file_of_.clear();
}

}  // namespace maniple
