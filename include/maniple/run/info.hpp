/// \file  `maniple info`: what a store holds.
#pragma once

#include <string>

#include "maniple/store/cohort.hpp"

namespace maniple {

/// A summary for people: samples, contigs with their ranges, size on disk, tables and their
/// columns, models and their scores. Reads cohort.h5, variants' positions and the descriptions of
/// tables and models. No sample IDs.
/// \throws CorruptInput, EnvironmentError.
std::string describe_text(Cohort const& cohort);

/// The same for programs: {samples, variants, block_variants, fingerprint, partitions: [{file,
/// contig, variants, blocks, bytes, codec, chunks, packed_chunks,
/// stored_genotype_bytes, plain_genotype_bytes, checksum}], contigs: [{name, variants}], tables:
/// [{name, source, columns: [{name, type, observed, levels}]}], models: [{name, kind, genome_build,
/// source, variants, trained_on, scores: [{name, variants, trait, reported_trait, outcome, method,
/// training_samples, training_cases, penalty, mixing, heritability, validation_performance,
/// converged, recalibrated}]}]}; levels only where the column is categorical; of kind
/// "simulated_effects" a model has no more than these two; what is not known is null. Checksums are
/// hexadecimal. \throws CorruptInput, EnvironmentError.
std::string describe_json(Cohort const& cohort);

}  // namespace maniple
