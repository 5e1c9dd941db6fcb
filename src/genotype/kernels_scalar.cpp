#include "kernel_forms.hpp"
#include "kernel_loops.hpp"

namespace maniple {
namespace {

std::int64_t sum_scalar(std::uint64_t const* genotypes, std::int16_t const* remainders,
                        std::int64_t samples) {
    std::int64_t sum = 0;
    for (std::int64_t s = 0; s < samples; s += 32) {
        auto const left = samples - s;
        sum += sum_word(genotypes[s / 32], remainders + s, left < 32 ? left : 32);
    }
    return sum;
}

}  // namespace

constinit Kernels const scalar_kernels{
    .count = count_row<16>, .count_all = count_whole_row<16>, .sum_remainders = sum_scalar};

}  // namespace maniple
