/// \file  How a person's haplotypes arise from founders' and parents', one window at a time.
#pragma once

#include <cstdint>

#include "maniple/core/index.hpp"
#include "maniple/simulation/founder_panel.hpp"

namespace maniple {

/// Which of many haplotypes; its random numbers are its own.
struct HaplotypeKey {
    std::uint64_t seed = 0;
    std::uint64_t haplotype = 0;
};

/// Copy a run of variants. \pre 0 <= run.first <= run.last <= window_variants
void copy_run(HaplotypeBits const& from, Range<LocalVariantIndex> run, HaplotypeBits& to);

/// A haplotype as a mosaic of founders, mainly of ancestry `group` (Li and Stephens 2003 without
/// mutation): runs of exponential length. `founder` is the one copied last and is carried from
/// window to window; it is drawn anew where a contig starts. Threads: safe on different haplotypes.
void copy_founders(FounderPanel const& panel, std::int64_t group, HaplotypeKey key,
                   std::uint16_t& founder, HaplotypeBits& haplotype);

/// The haplotype that a child inherits of a parent's two: crossovers at one per 100 megabases.
/// `phase` (0 or 1) says which one is being passed on and is carried from window to window.
/// Threads: safe on different haplotypes.
void inherit(FounderPanel const& panel, HaplotypeBits const& first, HaplotypeBits const& second,
             HaplotypeKey key, std::uint8_t& phase, HaplotypeBits& haplotype);

}  // namespace maniple
