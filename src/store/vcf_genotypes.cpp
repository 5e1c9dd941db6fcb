#include "vcf_genotypes.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// BCF stores (allele + 1) << 1 | phased, so that 0 is a missing allele; min + 1 ends a shorter
// vector.
template <class Code>
struct Call {
    static constexpr Code vector_end = std::numeric_limits<Code>::min() + 1;
    static constexpr Code missing_vector = std::numeric_limits<Code>::min();

    static bool ends(Code code) { return code == vector_end; }
    static int allele(Code code) { return code == missing_vector ? -1 : (code >> 1) - 1; }
};

template <class Code>
Code load(std::uint8_t const* bytes, int position) {
    Code code;
    std::memcpy(&code, bytes + static_cast<std::size_t>(position) * sizeof(Code), sizeof(Code));
    return code;
}

template <class Code>
CallCounts count_calls(bcf_fmt_t const& format, std::int64_t samples, int alleles) {
    CallCounts counts;
    for (std::int64_t s = 0; s < samples; ++s) {
        auto const* const calls = format.p + s * format.size;
        int ploidy = 0;
        int missing = 0;
        for (; ploidy < format.n && !Call<Code>::ends(load<Code>(calls, ploidy)); ++ploidy) {
            auto const allele = Call<Code>::allele(load<Code>(calls, ploidy));
            missing += allele < 0;
            if (allele >= alleles) counts.unknown_allele = true;
        }
        if (ploidy > 2) counts.polyploid = true;
        counts.haploid += ploidy == 1 && missing == 0;
        counts.half_missing += ploidy == 2 && missing == 1;
    }
    return counts;
}

template <class Code>
unsigned genotype(std::uint8_t const* calls, int width, int wanted) {
    auto const first = load<Code>(calls, 0);
    if (Call<Code>::ends(first) || Call<Code>::allele(first) < 0) return 3;
    auto const is_wanted = [&](Code code) { return Call<Code>::allele(code) == wanted ? 1U : 0U; };
    if (width == 1) return 2 * is_wanted(first);
    auto const second = load<Code>(calls, 1);
    if (Call<Code>::ends(second)) return 2 * is_wanted(first);
    if (Call<Code>::allele(second) < 0) return 3;
    return is_wanted(first) + is_wanted(second);
}

template <class Code>
void pack_calls(bcf_fmt_t const& format, std::int64_t samples, int allele,
                std::span<std::uint64_t> row) {
    for (std::int64_t first = 0; first < samples; first += 32) {
        std::uint64_t word = 0;
        auto const last = std::min(first + 32, samples);
        for (auto s = first; s < last; ++s) {
            auto const value = genotype<Code>(format.p + s * format.size, format.n, allele);
            word |= std::uint64_t{value} << 2 * (s - first);
        }
        row[static_cast<std::size_t>(first / 32)] = word;
    }
}

}  // namespace

CallCounts count_genotypes(bcf_fmt_t const& format, std::int64_t samples, int alleles) {
    switch (format.type) {
        case BCF_BT_INT8:
            return count_calls<std::int8_t>(format, samples, alleles);
        case BCF_BT_INT16:
            return count_calls<std::int16_t>(format, samples, alleles);
        default:
            return count_calls<std::int32_t>(format, samples, alleles);
    }
}

void pack_genotypes(bcf_fmt_t const& format, std::int64_t samples, int allele,
                    std::span<std::uint64_t> row) {
    expect(std::ssize(row) * 32 >= samples, "a row has room for every sample");
    switch (format.type) {
        case BCF_BT_INT8:
            return pack_calls<std::int8_t>(format, samples, allele, row);
        case BCF_BT_INT16:
            return pack_calls<std::int16_t>(format, samples, allele, row);
        default:
            return pack_calls<std::int32_t>(format, samples, allele, row);
    }
}

}  // namespace maniple
