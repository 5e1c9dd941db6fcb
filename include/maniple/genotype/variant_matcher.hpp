/// \file  Finds the variants of scores among those of a cohort.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "maniple/core/index.hpp"
#include "maniple/genotype/allele_match.hpp"
#include "maniple/genotype/score_weights.hpp"
#include "maniple/genotype/variant.hpp"

namespace maniple {

/// What became of a scored variant.
enum class MatchOutcome : std::uint8_t {
    same,             ///< As AlleleFit; used.
    swapped,          ///< As AlleleFit; used.
    flipped,          ///< As AlleleFit; used.
    flipped_swapped,  ///< As AlleleFit; used.
    ambiguous,        ///< A/T or C/G on an unknown strand; left out.
    several,          ///< No other allele given, and variants with different ones fit; left out.
    other_alleles,    ///< There are only other alleles at its position; left out.
    other_position,   ///< The cohort has nothing at its position, or of its ID; left out.
    other_contig,     ///< The cohort has nothing of its contig; left out.
    no_genotypes,     ///< Everybody's genotype is missing; left out.
};

inline constexpr std::int64_t match_outcomes = 10;

/// "same", "swapped", ...
std::string_view to_string(MatchOutcome outcome);

/// Are genotypes of the cohort counted for it?
constexpr bool is_used(MatchOutcome outcome) { return outcome <= MatchOutcome::flipped_swapped; }

/// Does a genotype g count 2 - g effect alleles?
constexpr bool counts_reference(MatchOutcome outcome) {
    return outcome == MatchOutcome::swapped || outcome == MatchOutcome::flipped_swapped;
}

struct VariantMatch {
    MatchOutcome outcome = MatchOutcome::other_contig;
    bool by_id = false;           ///< The source has no position.
    bool has_duplicates = false;  ///< Later variants of the cohort fit as well; the first counts.
    GlobalVariantIndex variant{-1};  ///< Of the cohort; that which fits, or the nearest to it.
    double alternate_frequency = 0;  ///< Of that variant in the cohort; NaN where nobody is called.
};

/// Takes the variants of a cohort, in any number of parts, and decides for each scored variant by
/// contig, position and alleles; by ID where the source has no position ("." is no ID). Where
/// several variants fit
/// (those of a split multi-allelic record, both strands), alleles as they stand go before swapped
/// ones, and these before the other strand; of equal ones the first counts.
class VariantMatcher {
public:
    /// \param scored   outlives this object.
    /// \param contigs  of the cohort.
    VariantMatcher(std::span<ScoredVariant const> scored, std::span<std::string const> contigs,
                   AmbiguousStrand rule);

    /// Could a scored variant be on this contig?
    bool wants(std::string_view contig) const;
    /// Could it be among variants at these positions of the contig?
    bool wants(std::string_view contig, std::span<std::int32_t const> positions) const;

    /// Some variants of the cohort. Each is given at most once; those of which `wants` was false
    /// need not be.
    /// \param first  position of the first in the cohort.
    /// \param alternate_frequencies  one per variant; NaN where not known.
    void add(std::string_view contig, GlobalVariantIndex first, std::span<Variant const> variants,
             std::span<double const> alternate_frequencies);

    /// Scored variants whose match the last call of `add` set or changed; may repeat.
    std::span<std::int32_t const> changed() const { return changed_; }

    /// One per scored variant, in order, for what was given so far.
    std::vector<VariantMatch> const& matches() const { return matches_; }

private:
    struct Place {
        std::int32_t position;
        std::int32_t scored;
        friend bool operator<(Place a, Place b) {
            return a.position != b.position ? a.position < b.position : a.scored < b.scored;
        }
    };
    // A scored variant without position. Those of equal hash lie side by side.
    struct NamedPlace {
        std::uint64_t hash;
        std::int32_t scored;
        friend bool operator<(NamedPlace a, NamedPlace b) {
            return a.hash != b.hash ? a.hash < b.hash : a.scored < b.scored;
        }
    };

    bool is_single(std::int32_t scored, MatchOutcome outcome, Variant const& variant);
    void judge(std::int32_t scored, GlobalVariantIndex index, Variant const& variant,
               double alternate_frequency);
    std::vector<Place> const* places_of(std::string_view contig) const;
    void index_names();
    std::span<NamedPlace const> named(std::uint64_t hash) const;

    std::span<ScoredVariant const> scored_;
    AmbiguousStrand rule_;
    std::unordered_map<std::string, std::vector<Place>> by_contig_;  // Ascending.
    std::vector<NamedPlace> by_id_;                                  // Ascending.
    std::vector<std::int32_t> id_starts_;  // In by_id_, of each value of a hash's upper bits; end.
    int id_shift_ = 0;                     // Of a hash, to these.
    std::vector<VariantMatch> matches_;
    std::vector<std::int32_t> changed_;
    // Where the score does not say its other allele: that of the variant that fits best.
    struct FoundOther {
        MatchOutcome outcome = MatchOutcome::other_contig;
        std::string allele;
    };
    std::vector<FoundOther> found_others_;  // One per scored variant, or none.
};

}  // namespace maniple
