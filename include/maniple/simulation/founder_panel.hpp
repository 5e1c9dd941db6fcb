/// \file  Founder haplotypes of a simulated cohort, one window of the genome at a time.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "maniple/core/index.hpp"
#include "maniple/genotype/variant.hpp"
#include "maniple/simulation/contig_map.hpp"
#include "maniple/simulation/genealogy.hpp"
#include "maniple/simulation/simulation_plan.hpp"

namespace maniple {

/// Variants of a window. Random numbers are keyed by windows, so this constant is part of every
/// seeded result.
inline constexpr std::int64_t window_variants = 512;
inline constexpr std::int64_t window_words = window_variants / 64;
inline constexpr std::int64_t founders_per_group = 256;

/// ALT alleles of one haplotype in one window: bit i of word w is variant 64 * w + i.
using HaplotypeBits = std::array<std::uint64_t, window_words>;

/// Walks along the genome and holds the founders' alleles of the current window.
///
/// Alleles are mutations on a Genealogy, so that frequencies follow the neutral spectrum and
/// correlations between variants fall with distance. ALT is the new allele for most variants and
/// the old one for some, as in real data. Mutations too rare to be seen in the cohort are drawn
/// again.
class FounderPanel {
public:
    /// \param group_shares  share of each ancestry group in the cohort; they add up to 1.
    FounderPanel(GenotypePlan const& plan, std::span<double const> group_shares);

    /// Go to the next window: at most `window_variants` of one contig. False after the last one.
    bool advance();

    // Of the current window:
    std::int64_t window() const { return window_; }  ///< 0, 1, ... over the genome.
    bool starts_contig() const { return range_.first == contig().variants.first; }
    ContigShare const& contig() const { return contigs_[contig_]; }
    Range<GlobalVariantIndex> range() const { return range_; }
    std::vector<Variant> const& variants() const { return variants_; }
    /// ALT frequency that the cohort's group sizes lead to, per variant; inside (0, 1).
    std::span<double const> alternate_frequencies() const { return frequencies_; }
    HaplotypeBits const& haplotype(FounderIndex founder) const { return bits_[founder.at()]; }

    /// Position just before the window: the last variant's of the window before it.
    double previous_position() const { return previous_position_; }
    /// First variant of the window at `position` or after it; their number when there is none.
    std::int64_t variants_before(double position) const;

    std::int64_t groups() const { return plan_.ancestries; }
    /// Mean length of the runs that people copy from one founder [bases].
    double copy_length() const { return copy_length_; }

private:
    void enter_contig();
    struct MinorFrequency {
        double lowest;
        double below;
    };
    MinorFrequency wanted_frequency(RandomStream& stream) const;
    void draw_alleles(std::int64_t variant, std::vector<FounderIndex>& carriers);
    double frequency_of(std::span<FounderIndex const> carriers) const;

    GenotypePlan plan_;
    std::vector<double> founder_weights_;
    std::vector<ContigShare> contigs_;
    double lowest_frequency_;
    double decay_length_;
    double copy_length_;

    std::size_t contig_ = 0;
    std::int64_t window_ = -1;
    Range<GlobalVariantIndex> range_;
    std::optional<Genealogy> genealogy_;
    std::vector<Variant> variants_;
    std::vector<double> positions_;  // Of the variants, close together for fast searches.
    std::vector<double> frequencies_;
    std::vector<HaplotypeBits> bits_;
    double previous_position_ = 0;
};

}  // namespace maniple
