#include "maniple/genotype/score_weights.hpp"

#include <array>
#include <span>
#include <string_view>

#include "maniple/core/checksum.hpp"

namespace maniple {

std::uint64_t name_checksum(ScoredVariant const& variant) {
    // Of checksums: they tell where one text ends, and nothing is allocated.
    auto const part = [](std::string_view text) {
        return checksum(std::as_bytes(std::span{text}));
    };
    std::array const parts{part(variant.contig), static_cast<std::uint64_t>(variant.position),
                           part(variant.effect_allele), part(variant.other_allele),
                           variant.position == 0 ? part(variant.id) : 0};
    return checksum(std::as_bytes(std::span{parts}));
}

}  // namespace maniple
