#include "maniple/simulation/founder_panel.hpp"

#include <algorithm>
#include <cmath>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// r2 falls to a tenth over about 50,000 bases, people share runs of about a megabase with a
// founder; both stretch where variants are sparse, so that a small simulation has correlated
// neighbours too.
constexpr double shortest_decay = 5e4;
constexpr double shortest_copy = 1e6;
constexpr double decay_variants = 10;
constexpr double copy_variants = 50;
constexpr double recombinations_per_decay = 3;

constexpr double old_allele_is_alternate = 0.15;
constexpr double copies_to_be_seen = 5;
constexpr double rare_below = 0.01;
constexpr int most_tries = 1000;

}  // namespace

FounderPanel::FounderPanel(GenotypePlan const& plan, std::span<double const> group_shares)
    : plan_{plan}, contigs_{share_variants(plan.variants, plan.contigs)} {
    expect(std::ssize(group_shares) == plan.ancestries, "every ancestry group has a share");

    for (double share : group_shares) {
        founder_weights_.insert(founder_weights_.end(), founders_per_group,
                                share / static_cast<double>(founders_per_group));
    }
    lowest_frequency_ = std::min(0.25, copies_to_be_seen / (2 * static_cast<double>(plan.samples)));
    double const spacing = genome_length(plan.contigs) / static_cast<double>(plan.variants);
    decay_length_ = std::max(shortest_decay, decay_variants * spacing);
    copy_length_ = std::max(shortest_copy, copy_variants * spacing);
    bits_.resize(founder_weights_.size());
}

bool FounderPanel::advance() {
    if (window_ >= 0) {
        if (range_.last == GlobalVariantIndex{plan_.variants}) return false;
        if (range_.last == contig().variants.last) ++contig_;
        previous_position_ = variants_.back().position;
    }
    ++window_;
    range_.first = range_.last;
    range_.last = std::min(contig().variants.last, range_.first + window_variants);
    variants_ = draw_variants(contig(), range_, plan_.seed);
    positions_.clear();
    for (auto const& variant : variants_) positions_.push_back(variant.position);
    if (starts_contig()) enter_contig();

    frequencies_.assign(variants_.size(), 0);
    std::ranges::fill(bits_, HaplotypeBits{});
    std::vector<FounderIndex> carriers;
    double position = previous_position_;
    for (std::size_t v = 0; v < variants_.size(); ++v) {
        double const next = variants_[v].position;
        genealogy_->advance((next - position) / decay_length_ * recombinations_per_decay);
        position = next;
        draw_alleles(static_cast<std::int64_t>(v), carriers);
    }
    return true;
}

// Fst of two groups isolated for T is T / (T + 1): lineages of one group meet after 1 on average.
void FounderPanel::enter_contig() {
    auto const number = static_cast<std::uint64_t>(contig().number);
    genealogy_.emplace(plan_.ancestries, founders_per_group, plan_.fst / (1 - plan_.fst),
                       RandomStream{plan_.seed, Purpose::genealogy, number});
    previous_position_ = variants_.front().position;
}

double FounderPanel::frequency_of(std::span<FounderIndex const> carriers) const {
    double frequency = 0;
    for (auto founder : carriers) frequency += founder_weights_[founder.at()];
    return frequency;
}

// Draws from the stream only where the plan asks for a share of rare variants.
FounderPanel::MinorFrequency FounderPanel::wanted_frequency(RandomStream& stream) const {
    constexpr double any = 1;
    if (!plan_.rare_variants) return {lowest_frequency_, any};
    if (stream.uniform() < *plan_.rare_variants) {
        return {lowest_frequency_, rare_below};
    }
    return {std::max(lowest_frequency_, rare_below), any};
}

void FounderPanel::draw_alleles(std::int64_t variant, std::vector<FounderIndex>& carriers) {
    auto const number = static_cast<std::uint64_t>(range_.first.get() + variant);
    RandomStream stream{plan_.seed, Purpose::mutation, number};
    auto const wanted = wanted_frequency(stream);
    double frequency = 0;
    for (int tries = 0; tries < most_tries; ++tries) {
        genealogy_->drop_mutation(stream, carriers);
        frequency = frequency_of(carriers);
        double const minor = std::min(frequency, 1 - frequency);
        if (minor >= wanted.lowest && minor < wanted.below) break;
    }
    auto const word = static_cast<std::size_t>(variant / 64);
    auto const bit = std::uint64_t{1} << variant % 64;
    for (auto founder : carriers) bits_[founder.at()][word] |= bit;
    if (stream.uniform() < old_allele_is_alternate) {
        for (auto& haplotype : bits_) haplotype[word] ^= bit;
        frequency = 1 - frequency;
    }
    frequencies_[static_cast<std::size_t>(variant)] = frequency;
}

std::int64_t FounderPanel::variants_before(double position) const {
    // Variants lie one in each equal step: the step of `position` is right to within one.
    auto const count = std::ssize(positions_);
    auto const skipped = static_cast<double>(range_.first - contig().variants.first);
    double const guess = (position - 1) / contig().spacing - skipped;
    auto result = static_cast<std::int64_t>(std::clamp(guess, 0.0, static_cast<double>(count)));
    auto const place = [&](std::int64_t v) { return positions_[static_cast<std::size_t>(v)]; };
    while (result > 0 && place(result - 1) >= position) --result;
    while (result < count && place(result) < position) ++result;
    return result;
}

}  // namespace maniple
