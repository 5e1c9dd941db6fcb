#include "maniple/simulation/haplotype_copying.hpp"

#include "maniple/core/contract.hpp"
#include "maniple/stats/random_stream.hpp"

namespace maniple {
namespace {

constexpr double bases_per_crossover = 1e8;
constexpr std::uint64_t runs_per_foreign_run = 64;

std::uint16_t draw_founder(FounderPanel const& panel, std::int64_t group, RandomStream& stream) {
    auto const groups = static_cast<std::uint64_t>(panel.groups());
    auto from = static_cast<std::uint64_t>(group);
    if (groups > 1 && stream.below(runs_per_foreign_run) == 0) {
        from = (from + 1 + stream.below(groups - 1)) % groups;
    }
    constexpr std::uint64_t size = founders_per_group;
    return static_cast<std::uint16_t>(from * size + stream.below(size));
}

// Walk the window in runs of exponential length: run(range), then change() at each end of a run.
template <class Run, class Change>
void walk(FounderPanel const& panel, double mean_length, RandomStream& stream, Run const& run,
          Change const& change) {
    auto const end = std::ssize(panel.variants());
    std::int64_t first = 0;
    double position = panel.previous_position();
    while (true) {
        position += stream.exponential() * mean_length;
        auto const last = panel.variants_before(position);
        if (last > first) run({LocalVariantIndex{first}, LocalVariantIndex{last}});
        if (last == end) return;
        first = last;
        change();
    }
}

RandomStream make_stream(FounderPanel const& panel, Purpose purpose, HaplotypeKey key) {
    return {key.seed, purpose, key.haplotype, static_cast<std::uint64_t>(panel.window())};
}

}  // namespace

void copy_run(HaplotypeBits const& from, Range<LocalVariantIndex> run, HaplotypeBits& to) {
    expect(run.first.get() >= 0 && run.first <= run.last && run.last.get() <= window_variants,
           "a run lies in the window");
    if (run.size() == 0) return;
    auto const first_word = run.first.at() / 64, last_word = (run.last.at() - 1) / 64;
    for (auto w = first_word; w <= last_word; ++w) {
        auto mask = ~std::uint64_t{0};
        if (w == first_word) mask &= ~std::uint64_t{0} << run.first.at() % 64;
        if (w == last_word) mask &= ~std::uint64_t{0} >> (63 - (run.last.at() - 1) % 64);
        to[w] = (to[w] & ~mask) | (from[w] & mask);
    }
}

void copy_founders(FounderPanel const& panel, std::int64_t group, HaplotypeKey key,
                   std::uint16_t& founder, HaplotypeBits& haplotype) {
    auto stream = make_stream(panel, Purpose::mosaic, key);
    if (panel.starts_contig()) founder = draw_founder(panel, group, stream);
    walk(
        panel, panel.copy_length(), stream,
        [&](Range<LocalVariantIndex> run) {
            copy_run(panel.haplotype(FounderIndex{founder}), run, haplotype);
        },
        [&] { founder = draw_founder(panel, group, stream); });
}

void inherit(FounderPanel const& panel, HaplotypeBits const& first, HaplotypeBits const& second,
             HaplotypeKey key, std::uint8_t& phase, HaplotypeBits& haplotype) {
    auto stream = make_stream(panel, Purpose::meiosis, key);
    if (panel.starts_contig()) phase = static_cast<std::uint8_t>(stream.below(2));
    walk(
        panel, bases_per_crossover, stream,
        [&](Range<LocalVariantIndex> run) {
            copy_run(phase == 0 ? first : second, run, haplotype);
        },
        [&] { phase ^= 1; });
}

}  // namespace maniple
