#include "missing_samples_forms.hpp"
#include "missing_samples_loops.hpp"

namespace maniple {
namespace {

std::int64_t list_words(std::uint64_t const* row, std::uint64_t const* mask, std::int64_t words,
                        std::int32_t* list) {
    std::int64_t count = 0;
    for (std::int64_t w = 0; w < words; w += 8) {
        std::uint64_t any = 0;
        for (int i = 0; i < 8; ++i) any |= hits_of(row[w + i], mask[w + i]);
        if (any == 0) continue;
        for (int i = 0; i < 8; ++i) {
            list[count] = static_cast<std::int32_t>(w + i);
            count += hits_of(row[w + i], mask[w + i]) != 0 ? 1 : 0;
        }
    }
    return count;
}

}  // namespace

std::int64_t find_missing_scalar(std::uint64_t const* row, std::uint64_t const* mask,
                                 std::int64_t words, std::int64_t* room) {
    return find_in_row(row, mask, words, room, list_words);
}

}  // namespace maniple
