#include "maniple/run/unit_arrays.hpp"

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// Rows of every array start on a cache line, so that threads do not share one.
std::int64_t padded(std::int64_t rows) { return (rows + 63) / 64 * 64; }

constexpr std::int64_t trait_bytes = 8 + 4 + 4 + 1;
constexpr std::int64_t pattern_bytes = 4 + 4;

}  // namespace

UnitArrays::UnitArrays(std::int64_t traits, std::int64_t patterns, std::int64_t rows)
    : traits_{traits},
      patterns_{patterns},
      stride_{padded(rows)},
      beta_{traits * stride_},
      standard_error_{traits * stride_},
      neg_log10_p_{traits * stride_},
      status_{traits * stride_},
      alternate_frequency_{patterns * stride_},
      samples_{patterns * stride_} {
    expect(traits > 0 && patterns > 0 && rows > 0, "a unit has traits, patterns and rows");
}

std::int64_t UnitArrays::bytes(std::int64_t traits, std::int64_t patterns, std::int64_t rows) {
    return padded(rows) * (trait_bytes * traits + pattern_bytes * patterns);
}

LinearTests UnitArrays::tests(std::int64_t first, std::int64_t rows) {
    expect(first >= 0 && rows >= 0 && first + rows <= stride_, "the rows are in the unit");
    auto const view = [&](auto& array, std::int64_t count) {
        return MatrixView{array.data() + first, count, rows, stride_};
    };
    return {.beta = view(beta_, traits_),
            .standard_error = view(standard_error_, traits_),
            .neg_log10_p = view(neg_log10_p_, traits_),
            .status = view(status_, traits_),
            .alternate_frequency = view(alternate_frequency_, patterns_),
            .samples = view(samples_, patterns_)};
}

}  // namespace maniple
