/// \file  The datasets that name variants, as partitions and results hold them. Private to store.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "maniple/genotype/variant.hpp"
#include "maniple/hdf5/file.hpp"

namespace maniple {

/// Variants on their way to a file, in a quarter of the memory of a vector<Variant>.
class VariantTable {
public:
    /// The contig's position in contigs(), which gains it where it is new.
    std::int32_t add_contig(std::string const& contig);
    /// \pre contig is from add_contig
    void append(std::int32_t contig, Variant const& variant);

    std::int64_t size() const { return std::ssize(positions_); }
    std::vector<std::string> const& contigs() const { return contigs_; }

    /// Add contig_id, variant_contig, variant_position, variant_id and variant_allele to a file.
    void write(hdf5::File& file) const;

private:
    enum class Text : std::size_t { id, reference, alternate };
    std::string_view text(std::int64_t variant, Text which) const;

    std::vector<std::string> contigs_;
    std::vector<std::int32_t> contig_;
    std::vector<std::int32_t> positions_;
    std::vector<std::int64_t> begins_;  // Of each variant's texts: ID, REF, ALT without gaps.
    std::vector<std::array<std::int32_t, 3>> lengths_;
    std::string texts_;
};

}  // namespace maniple
