/// \file  predictors.h5: what the rest of the genome predicts of each trait, contig by contig.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "maniple/core/durable_file.hpp"
#include "maniple/core/index.hpp"
#include "maniple/core/matrix_view.hpp"

namespace maniple {

/// Is there a prediction from all contigs, for variants on a contig that had no part in it?
enum class WholeGenome { absent, present };

/// What a prediction is a number of.
enum class PredictionUnit {
    unknown,      ///< Text does not say.
    residual_sd,  ///< SDs of the trait's residual on the covariates: of a linear model.
    log_odds,     ///< Log odds of a binary trait, without the covariates' part: of a logistic one.
};

/// "SD", "log odds"; empty where it is unknown.
std::string_view to_string(PredictionUnit unit);

/// How one trait was predicted. NaN: not known.
struct TraitPrediction {
    PredictionUnit unit = PredictionUnit::unknown;
    /// What predictions are multiplied with to be in units of the model: the residual's SD [trait],
    /// or 1 where they are log odds.
    double scale = std::numeric_limits<double>::quiet_NaN();
    double heritability = std::numeric_limits<double>::quiet_NaN();  ///< That set the penalty.
    /// Squared correlation of the trait's residual on the covariates with the prediction from all
    /// contigs, each sample predicted by models that have not seen it; 0 where log odds pointed the
    /// wrong way, and are 0.
    double r_squared = std::numeric_limits<double>::quiet_NaN();
};

/// What predictors.h5 says besides predictions.
struct PredictorHeader {
    std::vector<std::string> traits;   ///< Unique.
    std::vector<std::string> contigs;  ///< That are left out one at a time; unique by
                                       ///< canonical_contig.
    WholeGenome whole = WholeGenome::absent;
    std::string method;             ///< E.g. "stacked ridge".
    std::string covariates;         ///< That traits were residualised on, comma separated.
    std::string source;             ///< Command line or file that it came from, without folders.
    std::uint64_t fingerprint = 0;  ///< Of the cohort's samples.
    std::int64_t samples = 0;       ///< Of the cohort.

    /// Predictions of one trait: one a contig, in their order, then that from all of them.
    std::int64_t slices() const {
        return std::ssize(contigs) + (whole == WholeGenome::present ? 1 : 0);
    }
    /// The prediction for variants of a contig, whichever way it is spelt; nothing where there is
    /// none.
    std::optional<std::int64_t> slice_of(std::string_view contig) const;
};

/// Writes predictors.h5 trait by trait. Predictions are float32: they are offsets as they stand in
/// the file, so that rounding (6e-8 of a prediction, 1e-8 of a residual's SD in a statistic) is
/// part of the model and of no test. Equal contents give equal bytes. Attributes: `kind` "maniple
/// predictors", `version`, `fingerprint`, counts (`traits`, `contigs`, `samples`), `whole_genome`
/// (0 or 1), `method`, `covariates`, `source`, `checksum` of all but predictions.
///
/// Datasets: `trait_id`, `contig_id`; per trait `trait_unit` ("SD", "log odds": PredictionUnit),
/// `trait_scale`, `trait_heritability`, `trait_r_squared` (float64: TraitPrediction; NaN: not
/// known) and `trait_samples`;
/// `prediction`, (traits x slices) x samples, float32, where row t * slices + c is trait t without
/// contig c, NaN where a sample of the trait has none; `prediction_checksum`, XXH3 of each row.
class PredictorWriter {
public:
    /// \param path  appears with `finish`; its folder exists. \throws EnvironmentError.
    /// \pre there are traits, slices and samples; names are unique
    PredictorWriter(std::filesystem::path const& path, PredictorHeader header);
    PredictorWriter(PredictorWriter&&) noexcept;
    PredictorWriter& operator=(PredictorWriter&&) noexcept;
    ~PredictorWriter();

    /// All predictions of one trait; traits in any order. \param slices  x samples of the cohort.
    /// \pre the trait was not written; what is NaN in one slice is so in all; none is infinite;
    ///      the unit is known; the scale is positive, or NaN, and 1 of log odds
    void write(TraitIndex trait, TraitPrediction const& how, MatrixView<float const> slices);

    /// fsync and rename. \pre every trait was written
    /// \throws EnvironmentError, also where the file exists and `existing` is refuse.
    void finish(ExistingFile existing);

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Does the file say that it holds predictors? False where it cannot be read.
bool is_predictor_file(std::filesystem::path const& path);

/// Reads predictors.h5, one prediction at a time. One thread per process may call it. Everything
/// that is read is checked against checksums.
class PredictorReader {
public:
    /// \throws UserError where there is no such file; CorruptInput where it is damaged or none of
    ///         ours; EnvironmentError.
    explicit PredictorReader(std::filesystem::path const& path);
    PredictorReader(PredictorReader&&) noexcept;
    PredictorReader& operator=(PredictorReader&&) noexcept;
    ~PredictorReader();

    PredictorHeader const& header() const;
    TraitPrediction const& how(TraitIndex trait) const;
    std::int64_t trait_samples(TraitIndex trait) const;  ///< With a prediction.

    /// One value per sample of the cohort, NaN where there is none.
    /// \pre trait and slice are in the file. \throws CorruptInput.
    std::vector<float> read(TraitIndex trait, std::int64_t slice) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace maniple
