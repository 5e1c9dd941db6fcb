/// \file  What identifies a variant.
#pragma once

#include <cstdint>
#include <string>

namespace maniple {

/// One biallelic variant. The effect allele of every result is ALT.
struct Variant {
    std::int32_t position = 0;  ///< 1-based, first base of REF.
    std::string id;             ///< As in the source; "." where it has none.
    std::string reference;      ///< REF allele.
    std::string alternate;      ///< ALT allele: the one that genotypes count.

    friend bool operator==(Variant const&, Variant const&) = default;
};

}  // namespace maniple
