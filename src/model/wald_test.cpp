#include "wald_test.hpp"

#include <cmath>
#include <vector>

#include "maniple/core/elementary.hpp"
#include "maniple/model/cox_regression.hpp"
#include "maniple/model/logistic_regression.hpp"

namespace maniple {
namespace {

/// Samples that take part, and their columns: covariates, then the genotype.
class FullModel {
public:
    FullModel(EventNull const& null, EventTrait const& trait, std::span<double const> genotypes,
              std::vector<SampleIndex> samples)
        : samples_{std::move(samples)} {
        auto const& pattern = null.pattern(trait.pattern);
        for (std::int64_t r = 1; r < pattern.rank; ++r) {
            auto& column = columns_.emplace_back();
            for (auto s : samples_) {
                column.push_back(static_cast<double>(pattern.basis[r * null.stride() + s.get()]));
            }
        }
        auto& column = columns_.emplace_back();
        for (auto s : samples_) column.push_back(genotypes[s.at()]);
    }

    RegressionDesign design() const {
        return {std::ssize(samples_), {columns_.begin(), columns_.end()}};
    }

private:
    std::vector<SampleIndex> samples_;
    std::vector<std::vector<double>> columns_;
};

RegressionFit fit_cases(EventNull const& null, EventTrait const& trait,
                        std::span<double const> genotypes) {
    std::vector<SampleIndex> samples;
    std::vector<std::uint8_t> is_case;
    std::vector<double> offset;
    null.pattern(trait.pattern).mask.for_each([&](SampleIndex s) {
        if (std::isnan(genotypes[s.at()])) return;
        samples.push_back(s);
        is_case.push_back(trait.sign[s.get()] > 0 ? 1 : 0);
        offset.push_back(trait.predictor[s.get()]);
    });
    FullModel const model{null, trait, genotypes, std::move(samples)};
    return fit_logistic(model.design(), is_case, {.offset = offset});
}

RegressionFit fit_times(EventNull const& null, EventTrait const& trait,
                        std::span<double const> genotypes) {
    auto const& sets = trait.risk_sets;
    std::vector<SampleIndex> samples;
    std::vector<double> times;
    std::vector<std::uint8_t> is_event;
    std::vector<double> offset;
    for (std::int64_t place = 0; place < sets.samples(); ++place) {
        auto const at = static_cast<std::size_t>(place);
        SampleIndex const s{sets.by_time()[at]};
        if (std::isnan(genotypes[s.at()])) continue;
        samples.push_back(s);
        times.push_back(sets.times()[at]);
        is_event.push_back(sets.is_event()[at]);
        offset.push_back(portable_log(sets.hazards()[place]));
    }
    FullModel const model{null, trait, genotypes, std::move(samples)};
    return fit_cox(model.design(), PredictorOrder{times}, is_event, {.offset = offset});
}

}  // namespace

RegressionFit fit_beside_covariates(EventNull const& null, EventTrait const& trait,
                                    std::span<double const> genotypes) {
    return trait.family == Family::poisson ? fit_times(null, trait, genotypes)
                                           : fit_cases(null, trait, genotypes);
}

// Columns, twice (as they are, then standardised), and a few more of samples.
std::int64_t wald_bytes(std::int64_t samples, std::int64_t rank) {
    return 8 * samples * (2 * rank + 12);
}

}  // namespace maniple
