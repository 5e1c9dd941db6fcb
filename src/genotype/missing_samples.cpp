#include "maniple/genotype/missing_samples.hpp"

#include "maniple/core/contract.hpp"
#include "missing_samples_forms.hpp"

namespace maniple {

static_assert(sizeof(SampleIndex) == sizeof(std::int64_t), "the forms write bare positions");

FindMissing* find_missing_form(InstructionSet set) {
    switch (set) {
#if defined(__x86_64__)
        case InstructionSet::avx512:
        case InstructionSet::amx:
            return find_missing_avx512;
        case InstructionSet::avx2:
            return find_missing_avx2;
#endif
        default:
            return find_missing_scalar;
    }
}

std::int64_t find_missing(std::span<std::uint64_t const> row, std::span<std::uint64_t const> mask,
                          std::span<SampleIndex> room) {
    expect(mask.size() == row.size() && row.size() % 8 == 0, "row and mask are packed alike");
    expect(room.size() >= 32 * row.size(), "there is room for every sample");
    static auto* const find = find_missing_form(instruction_set());
    return find(row.data(), mask.data(), std::ssize(row),
                reinterpret_cast<std::int64_t*>(room.data()));
}

}  // namespace maniple
