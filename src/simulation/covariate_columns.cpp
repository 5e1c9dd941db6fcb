#include "covariate_columns.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "maniple/stats/random_stream.hpp"

namespace maniple {
namespace {

// Cumulative shares of the recruiting sites: a few large ones, a small one.
constexpr std::array<double, 6> site_shares{0.30, 0.55, 0.75, 0.88, 0.98, 1.0};

// SD of the effect of one unit, or of one level.
constexpr double covariate_effect_sd = 0.15;
constexpr double sex_effect_sd = 0.3;
constexpr double site_effect_sd = 0.1;
constexpr double ancestry_effect_sd = 0.2;

// Only levels that occur, as a file with these values would have.
Column make_categorical(std::string name, std::vector<std::string> const& labels) {
    Column column{std::move(name), ColumnType::categorical, labels, {}};
    std::ranges::sort(column.levels);
    auto const repeats = std::ranges::unique(column.levels);
    column.levels.erase(repeats.begin(), repeats.end());
    for (auto const& label : labels) {
        auto const level = std::ranges::lower_bound(column.levels, label);
        column.values.push_back(static_cast<double>(level - column.levels.begin()));
    }
    return column;
}

Column make_normal(std::int64_t number, std::int64_t samples, std::uint64_t seed) {
    Column column{fmt::format("covariate_{}", number), ColumnType::quantitative, {}, {}};
    RandomStream stream{seed, Purpose::covariate, static_cast<std::uint64_t>(number)};
    for (std::int64_t s = 0; s < samples; ++s) column.values.push_back(stream.normal());
    return column;
}

std::vector<std::string> draw_sites(std::int64_t samples, std::uint64_t seed) {
    std::vector<std::string> sites;
    RandomStream stream{seed, Purpose::site, 0};
    for (std::int64_t s = 0; s < samples; ++s) {
        auto const site = std::ranges::upper_bound(site_shares, stream.uniform());
        sites.push_back(fmt::format("site_{}", site - site_shares.begin() + 1));
    }
    return sites;
}

double effect_sd(Column const& column) {
    if (column.type == ColumnType::quantitative) return covariate_effect_sd;
    if (column.type == ColumnType::binary) return sex_effect_sd;
    return column.name == "site" ? site_effect_sd : ancestry_effect_sd;
}

}  // namespace

std::vector<Column> make_covariates(TraitPlan const& plan, GenotypePlan const& genotype_plan,
                                    Pedigree const& pedigree) {
    std::vector<Column> columns;
    auto const& samples = pedigree.samples();
    for (std::int64_t k = 1; k <= plan.covariates; ++k) {
        columns.push_back(make_normal(k, samples.size(), genotype_plan.seed));
    }
    Column sex{"sex", ColumnType::binary, {}, {}};
    for (auto value : samples.sexes) sex.values.push_back(value == Sex::male ? 1 : 0);
    columns.push_back(std::move(sex));
    columns.push_back(make_categorical("site", draw_sites(samples.size(), genotype_plan.seed)));
    std::vector<std::string> ancestries;
    for (SampleIndex s{0}; s < SampleIndex{samples.size()}; ++s) {
        auto const group = pedigree.ancestry(pedigree.household(s));
        ancestries.push_back(fmt::format("ancestry_{}", group + 1));
    }
    columns.push_back(make_categorical("ancestry", ancestries));
    columns.push_back(make_categorical("family", samples.families));
    return columns;
}

std::vector<double> covariate_sums(std::vector<Column> const& covariates, std::uint64_t seed,
                                   std::size_t trait) {
    std::vector<double> sums(covariates.front().values.size());
    std::uint64_t number = 0;
    for (auto const& column : covariates) {
        if (column.name == "family") continue;
        RandomStream stream{seed, Purpose::covariate_effect, trait, number++};
        bool const has_levels = column.type == ColumnType::categorical;
        std::vector<double> effects(has_levels ? column.levels.size() : 1);
        for (double& effect : effects) effect = effect_sd(column) * stream.normal();
        for (std::size_t s = 0; s < sums.size(); ++s) {
            double const value = column.values[s];
            sums[s] += has_levels ? effects[static_cast<std::size_t>(value)] : effects[0] * value;
        }
    }
    return sums;
}

}  // namespace maniple
