/// \file  VCF and BCF files, plain or bgzipped, as a genotype source.
#pragma once

#include <filesystem>
#include <memory>

#include "maniple/store/variant_block.hpp"

namespace maniple {

/// Reads the GT field of every record; all filters and other fields are ignored.
///
/// - A record of several ALT alleles becomes one variant for each; the others count as not this
/// ALT.
/// - The placeholders '*', '<*>' and '<NON_REF>' become no variant. Other symbolic alleles
/// ('<DEL>')
///   do. A record without ALT becomes a variant with ALT '.', of which nobody has a copy.
/// - A genotype with a missing allele ('./1') is missing. A haploid one counts 0 or 2.
/// - A record without GT is skipped. Each of these is counted in `remarks`.
class VcfReader : public GenotypeSource {
public:
    /// \param threads  that inflate bgzipped input besides the calling one; 0: none.
    /// \throws UserError when the file is missing, no VCF, cut off, without samples, or repeats a
    ///         sample; EnvironmentError when it cannot be opened.
    VcfReader(std::filesystem::path const& path, int threads);
    VcfReader(VcfReader&&) noexcept;
    VcfReader& operator=(VcfReader&&) noexcept;
    ~VcfReader() override;

    std::string name() const override;
    Samples const& samples() const override;
    /// \throws UserError naming the record that is malformed or has a ploidy over 2; at the end
    /// when
    ///         the file had no records, or none with GT.
    std::optional<VariantBlock> next(std::int64_t max_variants) override;
    std::vector<std::string> remarks() const override;
    std::string stamp() const override;
    SourcePlace place() const override;
    /// Seeks in files of BGZF blocks; others are read up to there.
    void go_on_from(SourcePlace const& place) override;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace maniple
