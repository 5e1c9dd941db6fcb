#include "maniple/genotype/variant_matcher.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <functional>
#include <numeric>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

MatchOutcome outcome_of(AlleleFit fit) {
    switch (fit) {
        case AlleleFit::same:
            return MatchOutcome::same;
        case AlleleFit::swapped:
            return MatchOutcome::swapped;
        case AlleleFit::flipped:
            return MatchOutcome::flipped;
        case AlleleFit::flipped_swapped:
            return MatchOutcome::flipped_swapped;
        case AlleleFit::ambiguous:
            return MatchOutcome::ambiguous;
        default:
            return MatchOutcome::other_alleles;
    }
}

// Where the source says neither, there is no other way.
bool goes_by_id(ScoredVariant const& scored) {
    return scored.position <= 0 || scored.contig.empty();
}

std::uint64_t hash_of(std::string_view name) { return std::hash<std::string_view>{}(name); }

}  // namespace

std::string_view to_string(MatchOutcome outcome) {
    constexpr std::array<std::string_view, match_outcomes> names{
        "same",    "swapped",       "flipped",        "flipped_swapped", "ambiguous",
        "several", "other_alleles", "other_position", "other_contig",    "no_genotypes"};
    return names[static_cast<std::size_t>(outcome)];
}

VariantMatcher::VariantMatcher(std::span<ScoredVariant const> scored,
                               std::span<std::string const> contigs, AmbiguousStrand rule)
    : scored_{scored}, rule_{rule}, matches_(scored.size()) {
    // Names of contigs repeat: the last one's places are at hand.
    std::string_view last;
    std::vector<Place>* places = nullptr;
    for (std::size_t i = 0; i < scored.size(); ++i) {
        auto const number = static_cast<std::int32_t>(i);
        if (goes_by_id(scored[i])) {
            matches_[i].by_id = true;
            matches_[i].outcome = MatchOutcome::other_position;
            if (scored[i].id != ".") by_id_.push_back({hash_of(scored[i].id), number});
            continue;
        }
        if (places == nullptr || scored[i].contig != last) {
            last = scored[i].contig;
            places = &by_contig_[canonical_contig(last)];
        }
        places->push_back({scored[i].position, number});
    }
    if (std::ranges::any_of(scored, [](auto const& v) { return v.other_allele.empty(); })) {
        found_others_.resize(scored.size());
    }
    index_names();
    for (auto& [contig, all] : by_contig_) std::sort(all.begin(), all.end());
    for (auto const& contig : contigs) {
        auto const found = by_contig_.find(canonical_contig(contig));
        if (found == by_contig_.end()) continue;
        for (auto const& place : found->second) {
            matches_[static_cast<std::size_t>(place.scored)].outcome = MatchOutcome::other_position;
        }
    }
}

// About one start per scored variant.
void VariantMatcher::index_names() {
    if (by_id_.empty()) return;
    std::sort(by_id_.begin(), by_id_.end());
    auto const bits = std::clamp(static_cast<int>(std::bit_width(by_id_.size())), 1, 30);
    id_shift_ = 64 - bits;
    id_starts_.assign((std::size_t{1} << bits) + 1, 0);
    for (auto const& place : by_id_) ++id_starts_[(place.hash >> id_shift_) + 1];
    std::partial_sum(id_starts_.begin(), id_starts_.end(), id_starts_.begin());
}

std::span<VariantMatcher::NamedPlace const> VariantMatcher::named(std::uint64_t hash) const {
    auto const slot = hash >> id_shift_;
    auto next = static_cast<std::size_t>(id_starts_[slot]);
    auto const end = static_cast<std::size_t>(id_starts_[slot + 1]);
    while (next < end && by_id_[next].hash < hash) ++next;
    auto last = next;
    while (last < end && by_id_[last].hash == hash) ++last;
    return std::span{by_id_}.subspan(next, last - next);
}

std::vector<VariantMatcher::Place> const* VariantMatcher::places_of(std::string_view contig) const {
    auto const found = by_contig_.find(canonical_contig(contig));
    return found == by_contig_.end() ? nullptr : &found->second;
}

bool VariantMatcher::wants(std::string_view contig) const {
    return !by_id_.empty() || places_of(contig) != nullptr;
}

bool VariantMatcher::wants(std::string_view contig, std::span<std::int32_t const> positions) const {
    if (!by_id_.empty()) return true;
    auto const* const places = places_of(contig);
    if (places == nullptr || positions.empty()) return false;
    auto const [least, most] = std::ranges::minmax(positions);
    auto const next = std::ranges::lower_bound(*places, least, {}, &Place::position);
    return next != places->end() && next->position <= most;
}

void VariantMatcher::add(std::string_view contig, GlobalVariantIndex first,
                         std::span<Variant const> variants,
                         std::span<double const> alternate_frequencies) {
    expect(variants.size() == alternate_frequencies.size(), "one frequency per variant");
    changed_.clear();
    auto const* const places = places_of(contig);
    auto next = places != nullptr ? places->begin() : std::vector<Place>::const_iterator{};
    std::int32_t last_position = 0;
    for (std::size_t v = 0; v < variants.size(); ++v) {
        auto const& variant = variants[v];
        auto const index = first + static_cast<std::int64_t>(v);
        if (places != nullptr) {
            // Positions mostly ascend, but need not.
            auto const from = variant.position >= last_position && v > 0 ? next : places->begin();
            next = std::ranges::lower_bound(from, places->end(), variant.position, {},
                                            &Place::position);
            last_position = variant.position;
            for (auto p = next; p != places->end() && p->position == variant.position; ++p) {
                judge(p->scored, index, variant, alternate_frequencies[v]);
            }
        }
        if (by_id_.empty()) continue;
        for (auto const& place : named(hash_of(variant.id))) {
            if (scored_[static_cast<std::size_t>(place.scored)].id != variant.id) continue;
            judge(place.scored, index, variant, alternate_frequencies[v]);
        }
    }
}

// False where a variant with another allele fits as well or better.
bool VariantMatcher::is_single(std::int32_t number, MatchOutcome outcome, Variant const& variant) {
    auto& match = matches_[static_cast<std::size_t>(number)];
    auto const& other = counts_reference(outcome) ? variant.alternate : variant.reference;
    auto& best = found_others_[static_cast<std::size_t>(number)];
    if (outcome < best.outcome) {
        best = {outcome, other};
        return true;
    }
    if (outcome == best.outcome && other != best.allele) match.outcome = MatchOutcome::several;
    return match.outcome != MatchOutcome::several;
}

void VariantMatcher::judge(std::int32_t number, GlobalVariantIndex index, Variant const& variant,
                           double alternate_frequency) {
    auto const& scored = scored_[static_cast<std::size_t>(number)];
    auto& match = matches_[static_cast<std::size_t>(number)];
    auto const outcome = outcome_of(fit_alleles(scored, variant, alternate_frequency, rule_));
    if (scored.other_allele.empty() && is_used(outcome) && !is_single(number, outcome, variant))
        return;
    if (match.variant.get() >= 0 && outcome >= match.outcome) {
        match.has_duplicates |= is_used(outcome) && outcome == match.outcome;
        return;
    }
    changed_.push_back(number);
    match.outcome = outcome;
    match.variant = index;
    match.alternate_frequency = alternate_frequency;
    match.has_duplicates = false;
}

}  // namespace maniple
