/// \file  Where a scan's offsets come from: predictors.h5, or REGENIE's text files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/store/cohort.hpp"
#include "maniple/store/predictor_file.hpp"

namespace maniple {

/// What is predicted of traits without each of some contigs. One thread of a process may use it.
class PredictorSource {
public:
    virtual ~PredictorSource() = default;

    /// predictors.h5, or the _pred.list.
    std::filesystem::path const& file() const { return file_; }
    std::vector<std::string> const& contigs() const { return contigs_; }  ///< As asked for.
    std::vector<std::string> const& traits() const { return traits_; }    ///< That it predicts.

    /// Covariates that traits were residualised on, comma separated; empty where it is not known.
    virtual std::string covariates() const { return {}; }

    /// Make predictions of these traits available, and forget others. Traits are positions in
    /// traits(). \throws UserError where a contig or anybody is missing; CorruptInput.
    virtual void prepare(std::span<std::size_t const> traits) = 0;

    /// Has every sample of the cohort a prediction? \pre prepared
    virtual bool is_complete(std::size_t trait) const = 0;

    /// How a trait was predicted. A scale that is not known is the SD of the trait's residual where
    /// predictions are used.
    virtual TraitPrediction how(std::size_t trait) const = 0;

    /// Samples that it was predicted of; nothing where that is not known.
    virtual std::optional<std::int64_t> trait_samples(std::size_t trait) const = 0;

    /// Without contig number `contig` of contigs(): one value per sample, NaN where there is none,
    /// which is so for all contigs alike. \pre prepared \throws CorruptInput.
    virtual std::vector<float> read(std::size_t trait, std::size_t contig) const = 0;

    /// Memory that a prepared trait takes.
    virtual std::int64_t bytes_per_trait() const = 0;

    /// Checksums of the files that predictions of `traits` are in, for run.json.
    virtual std::vector<std::filesystem::path> files(std::span<std::size_t const> traits) const = 0;

protected:
    PredictorSource(std::filesystem::path file, std::vector<std::string> contigs)
        : file_{std::move(file)}, contigs_{std::move(contigs)} {}

    std::filesystem::path file_;
    std::vector<std::string> contigs_;
    std::vector<std::string> traits_;
};

/// \param path    predictors.h5, a folder with one, or a _pred.list of REGENIE's.
/// \param contigs of the variants that offsets are for. A contig that no prediction leaves out has
///                that from all contigs, where the file has one: then nothing of it was in the
///                model.
/// \throws UserError where there is no such file, it is of another cohort, or has nothing for a
///         contig; CorruptInput.
std::unique_ptr<PredictorSource> open_predictors(std::filesystem::path const& path,
                                                 Cohort const& cohort,
                                                 std::vector<std::string> contigs, Log& log);

/// \param path  predictors.h5, or a folder with one. \throws as open_predictors.
PredictorReader read_predictors(std::filesystem::path const& path, Cohort const& cohort);

/// Which of the source's traits has one of these names; the first name that fits decides.
/// \param label  of the trait, for the message.
/// \throws UserError that lists the traits there are.
std::size_t find_predictor(PredictorSource const& source, std::string const& label,
                           std::span<std::string const> names);

}  // namespace maniple
