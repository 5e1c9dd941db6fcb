/// \file  A run of variants on its way into a store, and the sources it comes from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "maniple/genotype/packed_block.hpp"
#include "maniple/genotype/variant.hpp"
#include "maniple/trait/samples.hpp"

namespace maniple {

/// Consecutive variants of one contig with their genotypes.
/// variants.size() == genotypes.variants().
struct VariantBlock {
    std::string contig;
    std::vector<Variant> variants;
    PackedBlock genotypes;
};

/// Where a reader stands in its files, as numbers for a later reader of the same ones; none: at the
/// beginning.
using SourcePlace = std::vector<std::int64_t>;

/// Where genotypes come from: a foreign file or a simulation. Read once, front to back, by one
/// thread.
class GenotypeSource {
public:
    virtual ~GenotypeSource() = default;

    /// For messages: the file's name, or what is simulated.
    virtual std::string name() const = 0;
    virtual Samples const& samples() const = 0;
    /// How many `next` will give in all; nothing where that is not known before.
    virtual std::optional<std::int64_t> variants() const { return std::nullopt; }

    /// The next at most `max_variants` variants of one contig; nothing at the end.
    /// \throws UserError naming file and line or record where the source is malformed.
    virtual std::optional<VariantBlock> next(std::int64_t max_variants) = 0;

    /// Take back the memory of a block that `next` gave: a source that fills it again spares the
    /// system many pages. May do nothing. \pre genotypes.samples() is the source's
    virtual void recycle(PackedBlock&& genotypes) { PackedBlock const gone{std::move(genotypes)}; }

    /// Sizes, times of change and some bytes of its files, to tell whether they still are the same.
    /// Empty: it is no file, and can only be read from the beginning.
    virtual std::string stamp() const { return {}; }
    /// What `next` gives now is what another reader gives after `go_on_from`.
    virtual SourcePlace place() const { return {}; }
    /// \pre nothing was read yet; `place` is of a reader of files with the same stamp
    /// \throws UserError where the files have no such place; as `next`.
    virtual void go_on_from(SourcePlace const& place);

    /// What a person should know about how the records became variants (multi-allelic records that
    /// were split, records skipped and why), complete after the end. Holds no sample IDs.
    virtual std::vector<std::string> remarks() const { return {}; }
};

}  // namespace maniple
