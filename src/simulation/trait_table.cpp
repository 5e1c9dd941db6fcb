#include "trait_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "covariate_columns.hpp"
#include "maniple/stats/random_stream.hpp"

namespace maniple {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();
constexpr std::array<double, 5> prevalences{0.2, 0.1, 0.3, 0.15, 0.25};
constexpr double observed_events = 0.3;

// Which samples lack a trait; the patterns take turns.
enum class MissingPattern { at_random, whole_sites, by_sex };

struct PatternOfTrait {
    MissingPattern pattern;
    double rate_factor;
};
constexpr std::array<PatternOfTrait, 4> patterns{{{MissingPattern::at_random, 1.0},
                                                  {MissingPattern::whole_sites, 1.0},
                                                  {MissingPattern::by_sex, 0.5},
                                                  {MissingPattern::at_random, 1.5}}};

/// Everything the columns of one cohort are made from.
struct Ingredients {
    TraitPlan const& plan;
    std::uint64_t seed;
    std::vector<Column> const& covariates;
    std::vector<std::vector<double>> const& genetic_values;

    Column const& covariate(std::string_view name) const {
        return *std::ranges::find(covariates, name, &Column::name);
    }
};

std::vector<double> per_sample_rates(Ingredients const& from, std::size_t trait) {
    auto const [pattern, factor] = patterns[trait % patterns.size()];
    double rate = from.plan.missing_traits * factor;
    auto const samples = from.genetic_values[trait].size();
    std::vector<double> rates(samples, rate);
    if (pattern == MissingPattern::by_sex) {
        auto const& sex = from.covariate("sex").values;
        for (std::size_t s = 0; s < samples; ++s) rates[s] = rate * (sex[s] == 1 ? 1.6 : 0.4);
    }
    if (pattern == MissingPattern::whole_sites) {
        // Small sites first, while they fit into the rate; the rest of it is at random.
        auto const& site = from.covariate("site");
        std::vector<double> shares(site.levels.size());
        for (double level : site.values) {
            shares[static_cast<std::size_t>(level)] += 1 / static_cast<double>(samples);
        }
        std::vector<bool> lacks(shares.size());
        double left = rate;
        for (auto level = shares.size(); level-- > 0;) {
            // A tenth over the rate is near enough: shares of sites are random too.
            lacks[level] = shares[level] <= 1.1 * left;
            if (lacks[level]) left = std::max(0.0, left - shares[level]);
        }
        for (std::size_t s = 0; s < samples; ++s) {
            rates[s] = lacks[static_cast<std::size_t>(site.values[s])] ? 1 : left;
        }
    }
    return rates;
}

void remove_values(Ingredients const& from, std::size_t trait,
                   std::vector<Column*> const& columns) {
    if (from.plan.missing_traits == 0) return;
    auto const rates = per_sample_rates(from, trait);
    RandomStream stream{from.seed, Purpose::missing_trait, trait};
    for (std::size_t s = 0; s < rates.size(); ++s) {
        if (stream.uniform() >= rates[s]) continue;
        for (auto* column : columns) column->values[s] = missing;
    }
}

// G + C, plus E where there is noise.
std::vector<double> linear_predictor(Ingredients const& from, std::size_t trait, double noise_sd) {
    auto values = covariate_sums(from.covariates, from.seed, trait);
    RandomStream stream{from.seed, Purpose::trait_noise, trait};
    for (std::size_t s = 0; s < values.size(); ++s) {
        values[s] += from.genetic_values[trait][s] + noise_sd * stream.normal();
    }
    return values;
}

void call_cases(std::vector<double>& liabilities, double prevalence) {
    std::vector<std::size_t> order(liabilities.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order,
                             [&](auto a, auto b) { return liabilities[a] > liabilities[b]; });
    auto const cases = static_cast<std::size_t>(
        std::llround(prevalence * static_cast<double>(liabilities.size())));
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
        liabilities[order[rank]] = rank < cases ? 1 : 0;
    }
}

// Baseline hazard at which the expected share of observed events is `observed_events`.
double baseline_hazard(std::vector<double> const& log_hazards,
                       std::vector<double> const& censoring) {
    double low = -40, high = 40;
    for (int step = 0; step < 100; ++step) {
        double const middle = (low + high) / 2;
        double events = 0;
        for (std::size_t s = 0; s < log_hazards.size(); ++s) {
            events -= std::expm1(-std::exp(middle + log_hazards[s]) * censoring[s]);
        }
        bool const too_many = events > observed_events * static_cast<double>(log_hazards.size());
        (too_many ? high : low) = middle;
    }
    return std::exp(low);
}

void add_event(Ingredients const& from, std::size_t trait, std::int64_t number,
               std::vector<Column>& columns) {
    auto const log_hazards = linear_predictor(from, trait, 0);
    RandomStream stream{from.seed, Purpose::event_time, trait};
    std::vector<double> censoring(log_hazards.size());
    for (double& time : censoring) time = 5 + 10 * stream.uniform();
    double const baseline = baseline_hazard(log_hazards, censoring);

    Column times{fmt::format("event_time_{}", number), ColumnType::quantitative, {}, {}};
    Column events{fmt::format("event_{}", number), ColumnType::binary, {}, {}};
    for (std::size_t s = 0; s < log_hazards.size(); ++s) {
        double const time = stream.exponential() / (baseline * std::exp(log_hazards[s]));
        times.values.push_back(std::min(time, censoring[s]));
        events.values.push_back(time <= censoring[s] ? 1 : 0);
    }
    remove_values(from, trait, {&times, &events});
    columns.push_back(std::move(times));
    columns.push_back(std::move(events));
}

}  // namespace

std::vector<std::string> trait_names(TraitPlan const& plan) {
    std::vector<std::string> names;
    auto const add = [&](char const* stem, std::int64_t count) {
        for (std::int64_t k = 1; k <= count; ++k) names.push_back(fmt::format("{}_{}", stem, k));
    };
    add("quantitative", plan.quantitative);
    add("binary", plan.binary);
    add("event_time", plan.time_to_event);
    return names;
}

Table make_trait_table(TraitPlan const& plan, GenotypePlan const& genotype_plan,
                       Pedigree const& pedigree,
                       std::vector<std::vector<double>> const& genetic_values) {
    auto covariates = make_covariates(plan, genotype_plan, pedigree);
    Ingredients const from{plan, genotype_plan.seed, covariates, genetic_values};
    double const noise_sd = std::sqrt(1 - plan.heritability);
    auto const names = trait_names(plan);
    auto const first_event = static_cast<std::size_t>(plan.quantitative + plan.binary);

    auto const samples = pedigree.samples().size();
    Table table{"simulated", "simulation", {samples, samples}, {}};
    for (std::size_t trait = 0; trait < names.size(); ++trait) {
        if (trait >= first_event) {
            add_event(from, trait, static_cast<std::int64_t>(trait - first_event) + 1,
                      table.columns);
            continue;
        }
        Column column{
            names[trait], ColumnType::quantitative, {}, linear_predictor(from, trait, noise_sd)};
        if (auto const q = static_cast<std::size_t>(plan.quantitative); trait >= q) {
            column.type = ColumnType::binary;
            call_cases(column.values, prevalences[(trait - q) % prevalences.size()]);
        }
        remove_values(from, trait, {&column});
        table.columns.push_back(std::move(column));
    }
    std::ranges::move(covariates, std::back_inserter(table.columns));
    return table;
}

}  // namespace maniple
