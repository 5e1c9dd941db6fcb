#include "maniple/simulation/haplotype_copying.hpp"

#include <array>
#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

bool bit(HaplotypeBits const& bits, std::int64_t v) {
    return (bits[static_cast<std::size_t>(v / 64)] >> v % 64 & 1) != 0;
}

TEST_CASE("copy_run: copies exactly the run", "[simulation]") {
    RandomStream stream{1, Purpose::testing, 0};
    for (int repeat = 0; repeat < 2000; ++repeat) {
        HaplotypeBits from, before;
        for (auto& word : from) word = stream.next();
        for (auto& word : before) word = stream.next();
        auto first = static_cast<std::int64_t>(stream.below(window_variants + 1));
        auto last = static_cast<std::int64_t>(stream.below(window_variants + 1));
        if (repeat % 5 == 0) first = first / 64 * 64;
        if (repeat % 7 == 0) last = last / 64 * 64;
        if (first > last) std::swap(first, last);
        auto to = before;
        copy_run(from, {LocalVariantIndex{first}, LocalVariantIndex{last}}, to);
        for (std::int64_t v = 0; v < window_variants; ++v) {
            REQUIRE(bit(to, v) == bit(v >= first && v < last ? from : before, v));
        }
    }
    HaplotypeBits bits{};
    CHECK_THROWS_AS(
        copy_run(bits, {LocalVariantIndex{0}, LocalVariantIndex{window_variants + 1}}, bits),
        ContractViolation);
}

TEST_CASE("FounderPanel: variants_before agrees with a search", "[simulation]") {
    FounderPanel panel{{.samples = 100, .variants = 1100, .contigs = 2, .ancestries = 1},
                       std::array{1.0}};
    RandomStream stream{2, Purpose::testing, 0};
    while (panel.advance()) {
        auto const& variants = panel.variants();
        for (int repeat = 0; repeat < 500; ++repeat) {
            double position = stream.uniform() * 3e8 - 1e7;
            if (repeat % 2 == 0) position = variants[stream.below(variants.size())].position;
            std::int64_t expected = 0;
            for (auto const& variant : variants) expected += variant.position < position ? 1 : 0;
            REQUIRE(panel.variants_before(position) == expected);
        }
    }
}

TEST_CASE("copy_founders: runs of one founder have the promised mean length", "[simulation]") {
    FounderPanel panel{{.samples = 100, .variants = 20'000, .contigs = 1, .ancestries = 1},
                       std::array{1.0}};
    std::vector<std::uint16_t> founders(100);
    std::vector<double> changes(1);
    double copied = 0;
    std::int64_t windows = 0;
    while (panel.advance()) {
        ++windows;
        for (std::uint64_t h = 0; h < founders.size(); ++h) {
            HaplotypeBits bits{};
            auto const before = founders[h];
            copy_founders(panel, 0, {7, h}, founders[h], bits);
            if (!panel.starts_contig()) changes[0] += before != founders[h] ? 1 : 0;
            REQUIRE(founders[h] < founders_per_group);
            // Every allele is some founder's: the last one's at the end of the window.
            auto const last = std::ssize(panel.variants()) - 1;
            REQUIRE(bit(bits, last) == bit(panel.haplotype(FounderIndex{founders[h]}), last));
            ++copied;
        }
    }
    // Between the ends of two windows the founder stays with probability exp(-distance / length).
    double const distance = panel.contig().spacing * window_variants;
    double const expected = (1 - std::exp(-distance / panel.copy_length())) * 255.0 / 256;
    CHECK(changes[0] / (copied - 100) == Approx(expected).margin(0.03));
    CHECK(windows == 40);
}

TEST_CASE("inherit: half from each side, crossing over once per 100 megabases", "[simulation]") {
    FounderPanel panel{{.samples = 100, .variants = 2000, .contigs = 1, .ancestries = 1},
                       std::array{1.0}};
    HaplotypeBits zeros{}, ones;
    ones.fill(~std::uint64_t{0});
    constexpr std::uint64_t gametes = 400;
    std::vector<std::uint8_t> phases(gametes);
    std::vector<int> previous(gametes, -1);
    double inherited = 0, crossovers = 0;
    while (panel.advance()) {
        for (std::uint64_t g = 0; g < gametes; ++g) {
            HaplotypeBits bits{};
            inherit(panel, zeros, ones, {3, g}, phases[g], bits);
            for (std::int64_t v = 0; v < std::ssize(panel.variants()); ++v) {
                int const side = bit(bits, v) ? 1 : 0;
                inherited += side;
                crossovers += previous[g] >= 0 && previous[g] != side ? 1 : 0;
                previous[g] = side;
            }
        }
    }
    CHECK(inherited / (2000.0 * gametes) == Approx(0.5).margin(0.04));
    CHECK(crossovers / gametes == Approx(genome_length(1) / 1e8).epsilon(0.1));
}

}  // namespace
}  // namespace maniple
