/// \file  `maniple info`: what a store holds.
#pragma once

#include <string>

#include "maniple/store/cohort.hpp"

namespace maniple {

/// A summary for people: samples, contigs with their ranges, size on disk, tables and their
/// columns. Reads cohort.h5, variants' positions and the descriptions of tables. No sample IDs.
/// \throws CorruptInput, EnvironmentError.
std::string describe_text(Cohort const& cohort);

/// The same for programs: {samples, variants, block_variants, fingerprint, partitions: [{file,
/// contig, variants, blocks, bytes, codec, chunks, packed_chunks,
/// stored_genotype_bytes, plain_genotype_bytes, checksum}], contigs: [{name, variants}], tables:
/// [{name, source, columns: [{name, type, observed, levels}]}]}; levels only where the column is
/// categorical. Checksums are hexadecimal. \throws CorruptInput, EnvironmentError.
std::string describe_json(Cohort const& cohort);

}  // namespace maniple
