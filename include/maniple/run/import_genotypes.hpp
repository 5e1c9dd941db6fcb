/// \file  maniple import: foreign genotype files into a store.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/run/import_table.hpp"
#include "maniple/run/ingest.hpp"
#include "maniple/store/plink_reader.hpp"

namespace maniple {

enum class GenotypeFormat { plink, vcf };

struct GenotypeImport {
    GenotypeFormat format = GenotypeFormat::plink;
    std::vector<std::filesystem::path> files;  ///< Prefixes of PLINK files; in the order of import.
    SampleIdSource ids = SampleIdSource::individual;  ///< PLINK only.
    std::optional<std::int64_t> block_variants;       ///< An existing store may have no other; 512.
    Compression compression = Compression::automatic;
    int threads = 1;
    std::optional<TableImport> table;  ///< Written together with the genotypes, or not at all.
};

/// Check every file, then copy all of them into a new store, or add them to an existing one.
/// \pre    plan.files is not empty; plan.block_variants > 0 where given; plan.threads > 0
/// \throws UserError when the store has blocks of another size than asked for; UserError,
///         EnvironmentError as the readers, `prepare_table` and `ingest`.
void import_genotypes(std::filesystem::path const& store, GenotypeImport const& plan, Log& log);

}  // namespace maniple
