/// \file  `maniple info` and `maniple verify` of what runs leave: results.h5 and predictors.h5.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace maniple {

/// The files of ours that a run's folder holds.
struct RunFiles {
    std::optional<std::filesystem::path> results;
    std::optional<std::filesystem::path> predictors;

    bool is_empty() const { return !results && !predictors; }
};

/// Those of a folder that is no store, or the file itself where `path` is one; else none.
RunFiles find_run_files(std::filesystem::path const& path);

/// A summary for people: traits, variants and model of results; each trait's predictions. No
/// samples' names or values. \throws CorruptInput, EnvironmentError.
std::string describe_text(RunFiles const& files);

/// The same for programs: {results: {file, variants, contigs, traits, model, covariates,
/// missing_genotype, fingerprint}, predictors: {file, samples, contigs, whole_genome, method,
/// covariates, source, fingerprint, traits: [{name, unit, scale, samples, heritability,
/// r_squared}]}}; null where there is no such file, or a number is not known. \throws as
/// describe_text.
std::string describe_json(RunFiles const& files);

/// What a check of a run's files found.
struct RunReport {
    std::vector<std::string> problems;  ///< One message each.
    std::int64_t files = 0;             ///< Checked, good or not.
    std::int64_t bytes = 0;             ///< That they have.
    double seconds = 0;

    /// One line.
    std::string summary() const;
};

/// Read every number and name, and go on where one is damaged. \throws EnvironmentError; damage is
/// in the report instead.
RunReport verify_run(RunFiles const& files);

}  // namespace maniple
