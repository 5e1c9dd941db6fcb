/// \file  Cox's partial likelihood in the effect of one genotype, as a cumulant function.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/model/risk_sets.hpp"
#include "maniple/stats/saddlepoint.hpp"

namespace maniple {

/// The log partial likelihood of log hazard = null model + beta G is beta U - K(beta) with
///
///     K(beta) = sum over events of log(sum of p exp(beta G)) - beta (sum of p G),
///
/// p being each sample's share in the hazards that the event faces, and U the sum of G times the
/// null model's residuals. K is also the cumulant function of U where each event falls on any of
/// those at risk by its share. So both U's tail (stats/saddlepoint.hpp) and Firth's regression
/// (firth_effect.hpp) follow from it.
///
/// Memory of one thread, reused from variant to variant.
class HazardCumulants {
public:
    /// For risk sets of at most so many samples and events.
    HazardCumulants(std::int64_t most_samples, std::int64_t most_events);

    /// Every sample has a value. \param genotypes  G, one per sample of the cohort.
    /// O(samples + events).
    void set_all(RiskSets const& sets, std::span<double const> genotypes);

    /// All but some samples have one value.
    /// \param carriers   positions in the cohort, in any order, all of them in `sets`; reordered.
    /// \param genotypes  of carriers less that of the others; reordered alike.
    /// O(carriers log carriers + events).
    void set_carriers(RiskSets const& sets, std::span<std::int64_t> carriers,
                      std::span<double> genotypes);

    /// U of the genotype set, by its definition: that of the others being 0.
    double score() const { return score_; }

    /// Of the genotype set. Another part of G's spread, of this variance, is added as a normal one.
    /// The function is valid until the next genotype is set.
    CumulantFunction function(double other_variance = 0) const;

    std::int64_t bytes() const;
    static std::int64_t bytes(std::int64_t most_samples, std::int64_t most_events);

private:
    struct Member {
        std::int32_t place;
        std::int32_t position;
        double genotype;
    };

    void finish(RiskSets const& sets);
    CumulantPoint sum(double tilt) const;

    RiskSets const* sets_ = nullptr;
    std::int64_t members_ = 0;
    AlignedBuffer<double> values_;  // Of members in the order of their places.
    AlignedBuffer<double> hazards_;
    mutable AlignedBuffer<double> weighted_;
    std::vector<Member> sorted_;
    std::vector<EventTime> event_times_;  // In members.
    AlignedBuffer<double> others_;        // Per event: hazards it faces that are not of members.
    double reach_ = 0;
    double slope_ = 0;  // Sum over events of the mean of G among those at risk.
    double score_ = 0;
    CumulantPoint origin_;
};

}  // namespace maniple
