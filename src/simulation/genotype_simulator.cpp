#include "maniple/simulation/genotype_simulator.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "bit_transpose.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/simulation/haplotype_copying.hpp"
#include "maniple/stats/random_stream.hpp"

namespace maniple {
namespace {

// Couple of grandparents and two spouses, two haplotypes each; their children and grandchildren.
constexpr std::int64_t mosaics_per_family = 8;
constexpr std::int64_t gametes_per_family = 4 + 2 * family_size;

constexpr std::int64_t samples_per_poor_sample = 20;
constexpr double poor_samples_share_of_missing = 0.2;
constexpr double highest_missing_rate = 0.9;

GenotypePlan const& checked(GenotypePlan const& plan) {
    plan.require_valid();
    return plan;
}

std::vector<double> group_shares(Pedigree const& pedigree) {
    std::vector<double> shares;
    for (auto size : pedigree.group_sizes()) {
        shares.push_back(static_cast<double>(size) /
                         static_cast<double>(pedigree.samples().size()));
    }
    return shares;
}

std::vector<SampleIndex> draw_poor_samples(GenotypePlan const& plan) {
    std::vector<SampleIndex> result;
    for (SampleIndex s{0}; s < SampleIndex{plan.samples}; ++s) {
        RandomStream stream{plan.seed, Purpose::poor_sample, static_cast<std::uint64_t>(s.get())};
        if (stream.below(samples_per_poor_sample) == 0) result.push_back(s);
    }
    return result;
}

constexpr std::int64_t tiles_of(std::int64_t samples) {
    return (samples + tile_samples - 1) / tile_samples;
}

// Visit each of `count` items with probability `rate`, in order, at the cost of those visited.
template <class Visit>
void visit_some(std::int64_t count, double rate, RandomStream& stream, Visit const& visit) {
    if (rate <= 0) return;
    // The gaps are geometric: whole parts of exponential ones.
    double const mean_gap = -1 / std::log1p(-rate);
    auto const gap = [&] { return static_cast<std::int64_t>(stream.exponential() * mean_gap); };
    for (auto i = gap(); i < count; i += 1 + gap()) visit(i);
}

}  // namespace

GenotypeSimulator::GenotypeSimulator(GenotypePlan const& plan)
    : plan_{checked(plan)},
      pedigree_{plan},
      panel_{plan, group_shares(pedigree_)},
      poor_samples_{draw_poor_samples(plan)},
      haplotypes_{2 * tile_samples * tiles_of(plan.samples)} {
    auto const families = pedigree_.families();
    auto const persons = pedigree_.households() - families;
    mosaic_founders_.resize(static_cast<std::size_t>(mosaics_per_family * families + 2 * persons));
    gamete_phases_.resize(static_cast<std::size_t>(gametes_per_family * families));
}

Range<HouseholdIndex> GenotypeSimulator::households() const {
    return {HouseholdIndex{0}, HouseholdIndex{pedigree_.households()}};
}

Range<SampleTileIndex> GenotypeSimulator::tiles() const {
    return {SampleTileIndex{0}, SampleTileIndex{tiles_of(plan_.samples)}};
}

Range<SampleIndex> GenotypeSimulator::samples(Range<SampleTileIndex> tiles) const {
    return {SampleIndex{tiles.first.get() * tile_samples},
            SampleIndex{std::min(tiles.last.get() * tile_samples, plan_.samples)}};
}

HaplotypeBits& GenotypeSimulator::haplotype(SampleIndex sample, std::int64_t which) {
    return haplotypes_[2 * sample.get() + which];
}

void GenotypeSimulator::copy_haplotypes(Range<HouseholdIndex> range) {
    expect(range.first.get() >= 0 && range.last.get() <= pedigree_.households(),
           "households are in the cohort");
    for (auto household = range.first; household < range.last; ++household) {
        if (household.get() < pedigree_.families()) {
            copy_family(household);
        } else {
            copy_person(household);
        }
    }
}

void GenotypeSimulator::copy_mosaic(std::int64_t mosaic, std::int64_t group,
                                    HaplotypeBits& haplotype) {
    copy_founders(panel_, group, {plan_.seed, static_cast<std::uint64_t>(mosaic)},
                  mosaic_founders_[static_cast<std::size_t>(mosaic)], haplotype);
}

void GenotypeSimulator::draw_gamete(std::int64_t gamete, HaplotypeBits const& first,
                                    HaplotypeBits const& second, HaplotypeBits& haplotype) {
    inherit(panel_, first, second, {plan_.seed, static_cast<std::uint64_t>(gamete)},
            gamete_phases_[static_cast<std::size_t>(gamete)], haplotype);
}

void GenotypeSimulator::copy_person(HouseholdIndex household) {
    auto const families = pedigree_.families();
    auto const mosaic = mosaics_per_family * families + 2 * (household.get() - families);
    auto const sample = pedigree_.members(household).front();
    for (std::int64_t which = 0; which < 2; ++which) {
        copy_mosaic(mosaic + which, pedigree_.ancestry(household), haplotype(sample, which));
    }
}

void GenotypeSimulator::copy_family(HouseholdIndex household) {
    auto const group = pedigree_.ancestry(household);
    std::array<HaplotypeBits, mosaics_per_family> elders{};
    for (std::int64_t m = 0; m < mosaics_per_family; ++m) {
        copy_mosaic(household.get() * mosaics_per_family + m, group,
                    elders[static_cast<std::size_t>(m)]);
    }
    auto gamete = household.get() * gametes_per_family;
    auto const members = pedigree_.members(household);
    for (std::size_t couple = 0; couple < 2; ++couple) {
        // The parent who is a child of the grandparents: elders 0 to 3.
        std::array<HaplotypeBits, 2> parent{};
        draw_gamete(gamete++, elders[0], elders[1], parent[0]);
        draw_gamete(gamete++, elders[2], elders[3], parent[1]);
        auto const& spouse_first = elders[4 + 2 * couple];
        auto const& spouse_second = elders[5 + 2 * couple];
        for (std::size_t child = 0; child < 2; ++child) {
            auto const sample = members[2 * couple + child];
            draw_gamete(gamete++, parent[0], parent[1], haplotype(sample, 0));
            draw_gamete(gamete++, spouse_first, spouse_second, haplotype(sample, 1));
        }
    }
}

void GenotypeSimulator::emit_genotypes(Range<SampleTileIndex> range, PackedBlock& genotypes) const {
    expect(range.first.get() >= 0 && range.last <= tiles().last, "tiles are in the cohort");
    expect(genotypes.samples() == plan_.samples &&
               genotypes.variants() == std::ssize(panel_.variants()),
           "the block is the window's");

    constexpr std::uint64_t low_bits = 0x5555'5555'5555'5555U;
    constexpr std::int64_t words_per_tile = tile_samples / 32;
    auto const words_per_row = packed_stride(plan_.samples) / 8;
    auto const variants = genotypes.variants();
    auto const out = genotypes.words();
    // 64 variants at a time, a whole cache line of each row before the next 64.
    for (auto tile = range.first; tile < range.last; ++tile) {
        for (std::int64_t v = 0; v < variants; v += 64) {
            for (std::int64_t w = 0; w < words_per_tile; ++w) {
                auto const word = tile.get() * words_per_tile + w;
                std::array<std::uint64_t, 64> square;
                for (std::int64_t h = 0; h < 64; ++h) {
                    square[static_cast<std::size_t>(h)] =
                        haplotypes_[64 * word + h][static_cast<std::size_t>(v / 64)];
                }
                transpose_bits(square);
                auto const rows = std::min<std::int64_t>(64, variants - v);
                for (std::int64_t r = 0; r < rows; ++r) {
                    // Two haplotypes a sample, side by side: their sum in two bits.
                    auto const both = square[static_cast<std::size_t>(r)];
                    auto const first = both & low_bits, second = both >> 1 & low_bits;
                    out[static_cast<std::size_t>((v + r) * words_per_row + word)] =
                        (first ^ second) | (first & second) << 1;
                }
            }
        }
    }
}

void GenotypeSimulator::remove_genotypes(Range<LocalVariantIndex> range,
                                         PackedBlock& genotypes) const {
    expect(genotypes.samples() == plan_.samples, "the block is the window's");
    expect(range.first.get() >= 0 && range.last.get() <= genotypes.variants(),
           "variants are in the window");
    if (plan_.missing_genotypes == 0) return;

    bool const has_poor = !poor_samples_.empty();
    double const share = has_poor ? poor_samples_share_of_missing : 0;
    double const concentration =
        has_poor ? static_cast<double>(plan_.samples) / static_cast<double>(poor_samples_.size())
                 : 0;
    for (auto v = range.first; v < range.last; ++v) {
        auto const number = static_cast<std::uint64_t>((panel_.range().first + v.get()).get());
        RandomStream rate_stream{plan_.seed, Purpose::genotype_removal_rate, number};
        double const rate = plan_.missing_genotypes * (0.5 + 0.5 * rate_stream.exponential());
        RandomStream stream{plan_.seed, Purpose::genotype_removal, number};
        auto const row = genotypes.row(v);
        auto const remove = [&](SampleIndex s) {
            row[s.at() / 32] |= std::uint64_t{missing_genotype} << s.at() % 32 * 2;
        };
        visit_some(plan_.samples, std::min((1 - share) * rate, highest_missing_rate), stream,
                   [&](std::int64_t s) { remove(SampleIndex{s}); });
        visit_some(std::ssize(poor_samples_),
                   std::min(share * rate * concentration, highest_missing_rate), stream,
                   [&](std::int64_t p) { remove(poor_samples_[static_cast<std::size_t>(p)]); });
    }
}

}  // namespace maniple
