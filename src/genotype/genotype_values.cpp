#include "maniple/genotype/genotype_values.hpp"

#include <algorithm>

#include "genotype_value_forms.hpp"
#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// Rows read side by side: few enough that the processor follows each.
constexpr std::size_t rows_at_once = 8;

}  // namespace

AddValues* add_values_form(InstructionSet set) {
    switch (set) {
#if defined(__x86_64__)
        case InstructionSet::avx512:
        case InstructionSet::amx:
            return add_values_avx512;
        case InstructionSet::avx2:
            return add_values_avx2;
#endif
        default:
            return add_values_scalar;
    }
}

void add_genotype_values(PackedView genotypes, std::span<LocalVariantIndex const> rows,
                         std::span<GenotypeValues const> values, std::span<double> sums) {
    expect(values.size() == rows.size(), "each row has values");
    expect(std::ssize(sums) == genotypes.samples(), "one sum per sample");
    static auto* const add = add_values_form(instruction_set());
    std::array<std::uint64_t const*, rows_at_once> starts{};
    auto const words = genotypes.samples() / 32;
    for (std::size_t first = 0; first < rows.size(); first += rows_at_once) {
        auto const count = std::min(rows_at_once, rows.size() - first);
        for (std::size_t i = 0; i < count; ++i) starts[i] = genotypes.row(rows[first + i]).data();
        add({.rows = starts.data(),
             .values = values[first].data(),
             .variants = static_cast<std::int64_t>(count),
             .words = words,
             .sums = sums.data()});
        for (auto s = words * 32; s < genotypes.samples(); ++s) {
            auto& sum = sums[static_cast<std::size_t>(s)];
            for (std::size_t i = 0; i < count; ++i) {
                sum += values[first + i][starts[i][words] >> (s % 32 * 2) & 3U];
            }
        }
    }
}

}  // namespace maniple
