/// \file  Contigs one after the other on one axis.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace maniple {

/// Where a variant is: contig is a position in a list of contigs.
struct GenomePlace {
    std::int32_t contig = 0;
    std::int32_t position = 0;  ///< 1-based.

    friend auto operator<=>(GenomePlace const&, GenomePlace const&) = default;
};

struct ContigStretch {
    std::string name;
    std::int64_t offset = 0;  ///< Of its first base on the axis [base pairs].
    std::int64_t length = 0;  ///< Up to the last variant [base pairs].
};

/// Contigs in the order of exports (1 to 22, X, Y, XY, MT, others by name), with gaps between them.
class GenomeAxis {
public:
    /// \param names    of contigs, in any order.
    /// \param lengths  position of each one's last variant; 0: it has none, and is left out.
    /// \pre equal sizes
    GenomeAxis(std::vector<std::string> const& names, std::vector<std::int32_t> const& lengths);

    std::vector<ContigStretch> const& contigs() const { return contigs_; }
    std::int64_t length() const { return length_; }  ///< Of the axis, at least 1.

    /// Position of a contig of the constructor's list in `contigs()`. \pre it has variants
    std::int32_t order_of(std::int32_t contig) const;
    /// Place on the axis, from 0; positions under 0 are at their contig's begin. \param place  by
    /// the constructor's list.
    std::int64_t coordinate(GenomePlace const& place) const;

private:
    std::vector<ContigStretch> contigs_;
    std::vector<std::int32_t> order_;
    std::int64_t length_ = 1;
};

}  // namespace maniple
