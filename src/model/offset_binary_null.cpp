#include "maniple/model/offset_binary_null.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "binary_trait.hpp"
#include "maniple/core/contract.hpp"
#include "outcome_loss.hpp"

namespace maniple {
namespace {

// The basis of the covariates is made once for so many traits.
constexpr std::size_t traits_per_part = 4;

}  // namespace

OffsetBinaryNull::OffsetBinaryNull(EventNull const& plain, std::span<Covariate const> covariates)
    : plain_{plain}, covariates_{covariates}, is_fitted_(plain.traits().size()) {
    expect(std::ranges::all_of(plain.traits(),
                               [](auto const& t) { return t.family == Family::bernoulli; }),
           "traits are binary");

    null_.frame_ = plain.frame_;
    null_.stride_ = plain.stride_;
    null_.traits_.resize(plain.traits().size());
    null_.columns_ = FixedPointMatrix{plain.samples(), plain.columns().columns()};
    null_.weights_ = FixedPointMatrix{plain.samples(), plain.weights().columns()};
    for (std::size_t p = 0; p < plain.patterns().size(); ++p) {
        auto const& traits = plain.patterns()[p].traits;
        for (std::size_t t = 0; t < traits.size(); ++t) {
            if (t % traits_per_part == 0) {
                parts_.push_back({.pattern = PatternIndex{static_cast<std::int64_t>(p)}});
            }
            parts_.back().traits.push_back(traits[t]);
        }
    }
}

void OffsetBinaryNull::fit_part(std::int64_t part, MatrixView<float const> offsets) {
    expect(part >= 0 && part < parts(), "there is such a part");
    expect(offsets.rows() == std::ssize(plain_.traits()) && offsets.columns() == plain_.samples(),
           "every trait has an offset for every sample");

    auto const& [index, members] = parts_[static_cast<std::size_t>(part)];
    auto const made = make_basis(plain_.pattern(index).mask.list(), covariates_);
    auto const& samples = made.samples;
    for (auto t : members) {
        auto const& plain = plain_.traits()[t];
        auto const own = offsets.row(static_cast<std::int64_t>(t));
        CaseStatus outcome{std::ssize(samples)};
        std::vector<double> beside_offset;
        for (std::size_t i = 0; i < samples.size(); ++i) {
            outcome.sign[i] = plain.sign[samples[i].get()];
            outcome.offset[i] = own[samples[i].at()];
            beside_offset.push_back(plain.predictor[samples[i].get()] - outcome.offset[i]);
        }
        outcome.cases = plain.cases;
        // The covariates' effects without an offset, less what they would say of the offset, are a
        // good start, also where the offset is far from 0.
        std::vector<double> start;
        for (std::int64_t c = 0; c < made.basis.columns(); ++c) {
            start.push_back(fast_dot(made.basis.column(c), beside_offset));
        }
        auto fitted = fit_binary_trait(made, outcome, std::move(start), plain_.samples());
        is_fitted_[t] = fitted.problem.empty() ? 1 : 0;
        if (is_fitted_[t] == 0) continue;
        fitted.trait.name = plain.name;
        fitted.trait.pattern = plain.pattern;
        fitted.trait.first_column = plain.first_column;
        fitted.trait.weight_column = plain.weight_column;
        store_columns(fitted, null_.columns_, null_.weights_);
        null_.traits_[t] = std::move(fitted.trait);
    }
}

std::string OffsetBinaryNull::finish() const {
    for (std::size_t t = 0; t < is_fitted_.size(); ++t) {
        if (is_fitted_[t] != 0) continue;
        // Without the offsets it has a model: the covariates are not to blame.
        return fmt::format(
            "trait '{}' has no logistic model, though it has one without them (they are no log "
            "odds, or tell cases from controls: is the trait itself among the predictors?); make "
            "predictors again, or leave the trait out of --trait",
            plain_.traits()[t].name);
    }
    return {};
}

// Basis, Z, weighted columns on the pattern and on the cohort; terms of the likelihood.
std::int64_t OffsetBinaryNull::part_bytes(std::int64_t samples, std::int64_t covariates) {
    return 8 * samples * (4 * (covariates + 1) + 16);
}

}  // namespace maniple
