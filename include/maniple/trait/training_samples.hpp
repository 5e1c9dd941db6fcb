/// \file  Whom a model was trained on, and who of another cohort that was.
#pragma once

#include <cstdint>
#include <vector>

#include "maniple/trait/samples.hpp"

namespace maniple {

/// Whom a model was trained on. No sample ID is in it, and it never leaves a store: exports omit
/// it.
///
/// `hashed_ids` lets another cohort find its members among the training samples. The key follows
/// from the samples used: lists of models with other samples cannot be compared, and nobody reads
/// IDs off a list. It does not protect against somebody who has the file and guesses
/// IDs: the key lies beside the hashes, and whoever has or can enumerate the IDs learns who was
/// used. Model files are as confidential as the cohort's list of samples.
struct TrainingSamples {
    std::uint64_t fingerprint = 0;  ///< Of the cohort's samples; 0: not known (imported weights).
    std::vector<bool> is_used;      ///< One per sample of that cohort; empty where not known.
    std::uint64_t key = 0;          ///< Of the hashes; 0 where there are none.
    /// Of the IDs of the samples used, ascending; those of `is_used` and maybe of other cohorts.
    std::vector<std::uint64_t> hashed_ids;
    /// Of the split of that cohort into training, validation and test samples; 0: there was none.
    std::uint64_t split_fingerprint = 0;

    bool is_known() const { return fingerprint != 0; }

    friend bool operator==(TrainingSamples const&, TrainingSamples const&) = default;
};

/// What a model says of the samples it was trained on. \pre one element per sample
TrainingSamples describe_training(Samples const& samples, std::vector<bool> is_used);

/// The samples that were used in training, one element per sample: by position in the cohort the
/// model was trained on, by ID (without family) in others. None where training is not known.
std::vector<bool> find_trained(Samples const& samples, TrainingSamples const& training);

/// Count more samples as used, those of a correction fitted later: in the cohort the model was
/// trained on by position, of another cohort by ID alone. A model that does not know whom it was
/// trained on does not know it afterwards either.
/// \pre one element per sample
void add_trained(Samples const& samples, std::vector<bool> const& is_used,
                 TrainingSamples& training);

}  // namespace maniple
