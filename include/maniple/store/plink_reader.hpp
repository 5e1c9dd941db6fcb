/// \file  PLINK 1 files (bed, bim, fam) as a genotype source.
#pragma once

#include <filesystem>
#include <memory>

#include "maniple/store/variant_block.hpp"

namespace maniple {

/// What becomes the sample ID of PLINK files.
enum class SampleIdSource {
    individual,             ///< IID.
    family_and_individual,  ///< FID_IID.
};

/// Reads PREFIX.bed/.bim/.fam. ALT is A1 (column 5 of .bim), REF is A2. Contig names, IDs and
/// alleles are kept as they stand; a position may be 0 or negative (remarked).
class PlinkReader : public GenotypeSource {
public:
    /// \param prefix  with or without ".bed".
    /// \throws UserError naming file and line where one of the three is missing, malformed, or of
    ///         another size than the others say; EnvironmentError when it cannot be read.
    PlinkReader(std::filesystem::path const& prefix, SampleIdSource ids);
    PlinkReader(PlinkReader&&) noexcept;
    PlinkReader& operator=(PlinkReader&&) noexcept;
    ~PlinkReader() override;

    std::string name() const override;
    Samples const& samples() const override;
    std::optional<std::int64_t> variants() const override;
    std::optional<VariantBlock> next(std::int64_t max_variants) override;
    void recycle(PackedBlock&& genotypes) override;
    std::string stamp() const override;
    SourcePlace place() const override;
    void go_on_from(SourcePlace const& place) override;
    std::vector<std::string> remarks() const override;

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Recode 64-bit words of a .bed row (32 samples each) to counts of A1 with missing = 3: 00 -> 2,
/// 01 -> 3, 10 -> 1, 11 -> 0.
constexpr std::uint64_t recode_from_bed(std::uint64_t word) {
    constexpr std::uint64_t low_bits = 0x5555'5555'5555'5555;
    auto const high = word >> 1 & low_bits;
    auto const low = word & low_bits;
    // new high bit: not the old one (00, 01 -> 1x); new low bit: set when the old bits differ.
    return (high ^ low_bits) << 1 | (high ^ low);
}

/// The inverse of `recode_from_bed`.
constexpr std::uint64_t recode_to_bed(std::uint64_t word) {
    constexpr std::uint64_t low_bits = 0x5555'5555'5555'5555;
    auto const high = (word >> 1 & low_bits) ^ low_bits;
    auto const low = (word & low_bits) ^ high;
    return high << 1 | low;
}

}  // namespace maniple
