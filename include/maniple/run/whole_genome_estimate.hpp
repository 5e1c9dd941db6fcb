/// \file  What a whole-genome regression will cost: from its extents and what this machine does.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace maniple {

/// How large a whole-genome regression is, and what it is given.
struct WholeGenomeShape {
    std::int64_t cohort = 0;         ///< Samples of the store.
    std::int64_t samples = 0;        ///< Of them, those with every covariate.
    std::int64_t variants = 0;       ///< That predict,
    std::int64_t read_variants = 0;  ///< and those they are chosen from.
    std::int64_t blocks = 0;
    std::int64_t block_variants = 512;
    std::int64_t contigs = 22;
    std::int64_t columns = 1;  ///< Of the covariates' basis, with the intercept.
    std::int64_t traits = 1;
    std::int64_t lacking_traits = 0;   ///< That lack some of the samples,
    std::int64_t lacked = 0;           ///< so many of them on average.
    std::int64_t logistic_traits = 0;  ///< Whose level 1 is a logistic regression.
    std::int64_t scored_variants =
        0;  ///< That a score of each trait has, before filters; 0: no scores.
    std::int64_t folds = 5;
    std::int64_t heritabilities = 5;
    std::int64_t ranks = 1;
    std::int64_t threads = 1;  ///< Of a rank.
    std::int64_t memory = 0;   ///< That a rank may use [bytes].
    std::int64_t resting = 0;  ///< That a rank holds before it begins [bytes].

    std::int64_t own_blocks() const { return (blocks + ranks - 1) / ranks; }  ///< Of a rank.
    std::int64_t own_traits() const { return (traits + ranks - 1) / ranks; }
    std::int64_t predictors() const { return blocks * heritabilities; }  ///< Of a trait.
};

/// What one thread does while all threads of its rank are busy.
struct WholeGenomeRates {
    double block_seconds = 0;         ///< Of a block of level 0, however many samples,
    double block_sample_seconds = 0;  ///< and of each sample of it.
    double gram = 0;        ///< Multiply-adds of level 1 a second: products of predictors,
    double cholesky = 0;    ///< factors,
    double predict = 0;     ///< and predictions.
    double read = 1e9;      ///< Bytes a second of a rank's disk, and
    double exchange = 1e9;  ///< of its network, in each direction.
};

/// A figure, and the product that it is: "98 blocks x 512 variants = 50,176".
struct EstimateTerm {
    std::string name;
    std::string arithmetic;
    double value = 0;
};

/// Where predictors are between the levels.
enum class PredictorPlace {
    memory,
    scratch,  ///< In a file of each rank.
};

/// What a rank needs.
struct WholeGenomeMemory {
    PredictorPlace place = PredictorPlace::memory;
    std::int64_t level_zero = 0;  ///< Peak [bytes].
    std::int64_t level_one = 0;
    std::int64_t weighing = 0;        ///< For scores: of rank 0, which has all weights in the end.
    std::int64_t scratch = 0;         ///< Of a rank's file, where there is one [bytes].
    std::int64_t traits_at_once = 1;  ///< In level 1 of a rank; at most its threads.

    std::int64_t levels() const { return level_zero > level_one ? level_zero : level_one; }
    std::int64_t peak() const { return weighing > levels() ? weighing : levels(); }
};

/// With as many traits at once in level 1 as fit the shape's memory, at least one. It may need more
/// than there is.
WholeGenomeMemory estimate_memory(WholeGenomeShape const& shape, PredictorPlace place);

/// Predictors in memory if both levels fit with them, else in a file.
WholeGenomeMemory choose_place(WholeGenomeShape const& shape);

struct WholeGenomeEstimate {
    WholeGenomeMemory memory;
    std::vector<EstimateTerm> bytes;       ///< Of a rank's memory, larger ones.
    std::vector<EstimateTerm> moved;       ///< Bytes read, exchanged, and spilled, of a rank.
    std::vector<EstimateTerm> operations;  ///< Multiply-adds of all ranks.
    std::vector<EstimateTerm> seconds;     ///< One after the other.
    double exchanged = 0;                  ///< Bytes that a rank sends.
    double total_seconds = 0;
};

/// From extents and rates alone. \pre extents and rates are positive
WholeGenomeEstimate estimate_whole_genome(WholeGenomeShape const& shape,
                                          WholeGenomeRates const& rates);

/// \name Lines for people: every term with its arithmetic.
/// @{
/// What each rank needs and does.
std::vector<std::string> describe(WholeGenomeShape const& shape,
                                  WholeGenomeEstimate const& estimate);
/// What the work is, and how fast it is done.
std::vector<std::string> describe_work(WholeGenomeRates const& rates,
                                       WholeGenomeEstimate const& estimate);
/// @}

}  // namespace maniple
