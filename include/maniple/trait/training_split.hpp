/// \file  Who trains a model, who chooses its penalty, and who is kept aside to judge it.
#pragma once

#include <cstdint>
#include <vector>

#include "maniple/trait/samples.hpp"
#include "maniple/trait/table.hpp"

namespace maniple {

enum class SamplePart : std::uint8_t {
    none = 0,        ///< Takes no part.
    training = 1,    ///< Effects are fitted on these.
    validation = 2,  ///< The penalty is chosen on these.
    test = 3,        ///< Never looked at by a fit.
};

/// Shares of the three parts; they add up to 1.
struct SplitShares {
    double training = 0.8;
    double validation = 0.1;
    double test = 0.1;
};

/// Each sample's part by a hash of `seed` and its ID: the same in every store, whatever the order
/// and whoever else is there. Families (an ID that is neither "0" nor the sample's own) stay
/// together, by a hash of theirs. \pre the shares are from 0 to 1 and add up to 1
std::vector<SamplePart> split_by_hash(Samples const& samples, SplitShares shares,
                                      std::uint64_t seed);

/// Parts from a column of a table: the levels training, validation and test of a categorical one
/// (or train, valid, val; in any case), or 1 = training and 0 = test of a binary one. A sample
/// without a value takes no part.
/// \throws UserError where the column says something else.
std::vector<SamplePart> split_by_column(Column const& column);

/// Each sample's fold, 0 to folds - 1, by hash as split_by_hash does and independent of it.
/// \pre folds >= 2
std::vector<std::int32_t> folds_by_hash(Samples const& samples, std::int64_t folds,
                                        std::uint64_t seed);

/// Each sample's fold by a hash of its own ID: relatives fall into different folds as others do, so
/// that what is learnt outside a fold knows of its samples' relatives. \pre folds >= 2
std::vector<std::int32_t> sample_folds_by_hash(Samples const& samples, std::int64_t folds,
                                               std::uint64_t seed);

/// Which half each sample falls into, by hash as split_by_hash does and independent of it: a part
/// of that split has people in both halves.
std::vector<bool> half_by_hash(Samples const& samples, std::uint64_t seed);

/// Samples of the largest family; 1 where there are none.
std::int64_t largest_family(Samples const& samples);

/// Equal for two splits of the same samples alone: hash of the IDs and what each was assigned.
/// \pre parts.size() == samples.size()
std::uint64_t split_fingerprint(Samples const& samples, std::vector<SamplePart> const& parts);

}  // namespace maniple
