#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/readable.hpp"
#include "maniple/model/covariate_basis.hpp"
#include "maniple/model/haseman_elston.hpp"
#include "maniple/run/ridge_fit.hpp"

namespace maniple {
namespace {

/// The columns of two passes: traits and random signs, then what the relationships made of the
/// signs.
class EstimateColumns {
public:
    /// \param problems  one per trait.
    EstimateColumns(RidgeDesigns const& designs, std::vector<std::size_t> problems,
                    std::int64_t samples)
        : designs_{designs}, problems_{std::move(problems)}, samples_{samples} {
        for (auto problem : problems_) {
            auto const design = designs.index(problem);
            auto const known = std::ranges::find(used_, design);
            set_of_trait_.push_back(static_cast<std::size_t>(known - used_.begin()));
            if (known != used_.end()) continue;
            used_.push_back(design);
            sets_.push_back(&designs.samples(design));
        }
        signs_.resize(used_.size());
    }

    std::vector<SampleMask const*> const& sets() const { return sets_; }

    std::vector<RelationshipVector> traits_and_signs(std::uint64_t seed, std::int64_t count) {
        std::vector<RelationshipVector> vectors;
        for (std::size_t t = 0; t < problems_.size(); ++t) {
            vectors.push_back(spread(set_of_trait_[t], designs_.right_side(problems_[t])));
        }
        for (std::size_t set = 0; set < used_.size(); ++set) {
            for (std::int64_t k = 0; k < count; ++k) {
                auto some = gather(random_signs(seed, k, samples_), design(set).list());
                design(set).project(some);
                vectors.push_back(spread(set, some));
                signs_[set].push_back({.signs = std::move(some), .once = {}, .twice = {}});
            }
        }
        return vectors;
    }

    /// What traits_and_signs() became; \return the signs' products, to be multiplied once more.
    std::vector<RelationshipVector> take_first(RelationshipProducts const& products) {
        std::vector<RelationshipVector> vectors;
        for (std::size_t t = 0; t < problems_.size(); ++t) {
            trait_products_.push_back(apply(products, t, set_of_trait_[t]));
        }
        auto place = problems_.size();
        for (std::size_t set = 0; set < used_.size(); ++set) {
            for (auto& probe : signs_[set]) {
                probe.once = apply(products, place++, set);
                vectors.push_back(spread(set, probe.once));
            }
        }
        return vectors;
    }

    void take_second(RelationshipProducts const& products) {
        std::size_t place = 0;
        for (std::size_t set = 0; set < used_.size(); ++set) {
            for (auto& probe : signs_[set]) probe.twice = apply(products, place++, set);
        }
    }

    /// \param t  position in the list of problems.
    HeritabilityEstimate estimate(std::size_t t) const {
        auto const set = set_of_trait_[t];
        return estimate_heritability(designs_.right_side(problems_[t]), trait_products_[t],
                                     signs_[set],
                                     std::ssize(design(set).list()) - design(set).rank());
    }

private:
    RidgeDesign const& design(std::size_t set) const { return designs_.design(used_[set]); }

    RelationshipVector spread(std::size_t set, std::span<double const> some) const {
        return {.set = set, .values = scatter(some, design(set).list(), samples_), .rest = {}};
    }

    std::vector<double> apply(RelationshipProducts const& products, std::size_t vector,
                              std::size_t set) const {
        auto some = gather(products.values[vector], design(set).list());
        design(set).project(some);
        for (double& value : some) value /= static_cast<double>(products.varying[set]);
        return some;
    }

    RidgeDesigns const& designs_;
    std::vector<std::size_t> problems_;
    std::int64_t samples_;
    std::vector<SampleMask const*> sets_;
    std::vector<std::size_t> used_;  // Designs, one per set.
    std::vector<std::size_t> set_of_trait_;
    std::vector<std::vector<double>> trait_products_;
    std::vector<std::vector<SignProducts>> signs_;  // Of each set.
};

}  // namespace

void RidgeFit::estimate() {
    auto const& request = plan_.request();
    if (request.heritability) return;
    auto const count = last_ - state_.first;
    log_.note(fmt::format("heritability of {} by {} random vectors", plural(count, "trait"),
                          sign_vectors));
    EstimateColumns columns{*designs_, batch_problems(), plan_.cohort().samples().size()};
    auto const signs = columns.traits_and_signs(request.split.seed, sign_vectors);
    auto const products = columns.take_first(multiply(columns.sets(), signs));
    columns.take_second(multiply(columns.sets(), products));
    for (std::size_t k = 0; k < count; ++k) {
        auto const trait = state_.first + k;
        auto const& estimate = state_.traits[trait].estimate.emplace(columns.estimate(k));
        log_.note(fmt::format("  {}: {:.3f} (standard error {:.3f})", plan_.traits()[trait].label,
                              estimate.value, estimate.standard_error));
    }
}

}  // namespace maniple
