/// \file  results.h5: what a scan found, variants x traits.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "maniple/core/index.hpp"
#include "maniple/genotype/variant.hpp"

namespace maniple {

/// Rows of one trait, structure of arrays; all spans have one element per variant.
struct ResultRows {
    std::span<double const> beta;                    ///< Per ALT allele, in units of the trait.
    std::span<float const> standard_error;           ///< Of beta.
    std::span<float const> neg_log10_p;              ///< -log10 of the two-sided p-value.
    std::span<std::uint8_t const> status;            ///< Code; 0 = the numbers are there.
    std::span<std::int32_t const> samples;           ///< Samples in the regression.
    std::span<float const> effect_allele_frequency;  ///< ALT frequency in these samples.
};

/// What results.h5 says besides numbers.
struct ResultHeader {
    std::vector<std::string> traits;
    std::vector<std::string> statuses;  ///< Name of each status code, position = code.
    std::string model;                  ///< E.g. "linear".
    std::string covariates;             ///< Covariate columns, comma separated.
    std::string missing_genotype;       ///< "mean" or "drop".
    std::uint64_t fingerprint = 0;      ///< Of the cohort's samples.
    std::int64_t variants = 0;          ///< Rows of every dataset.
};

/// Writes results.h5. Datasets `beta` (float64), `standard_error`, `neg_log10_p`,
/// `effect_allele_frequency` (float32), `samples` (int32), `status` (uint8) are variants x traits,
/// in chunks of one trait; NaN where a row has no number. Equal calls give equal bytes.
class ResultWriter {
public:
    /// \param path  is created; it must not exist. \throws EnvironmentError.
    ResultWriter(std::filesystem::path const& path, ResultHeader header);
    ResultWriter(ResultWriter&&) noexcept;
    ResultWriter& operator=(ResultWriter&&) noexcept;
    ~ResultWriter();

    /// The next variants, in order: their names, and per trait (in header order) their rows.
    /// \pre   rows.size() == traits; every span has variants.size() elements
    void append(std::string const& contig, std::span<Variant const> variants,
                std::span<ResultRows const> rows);

    /// Write what is buffered, checksum and close; fsync. \pre header.variants rows were appended.
    void finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Numbers of one trait over all variants.
struct TraitResults {
    std::vector<double> beta;
    std::vector<float> standard_error;
    std::vector<float> neg_log10_p;
    std::vector<std::uint8_t> status;
    std::vector<std::int32_t> samples;
    std::vector<float> effect_allele_frequency;
};

class ResultReader {
public:
    /// \throws UserError when there is no such file; CorruptInput when it is damaged or unfinished.
    explicit ResultReader(std::filesystem::path const& path);
    ResultReader(ResultReader&&) noexcept;
    ResultReader& operator=(ResultReader&&) noexcept;
    ~ResultReader();

    ResultHeader const& header() const;
    std::vector<std::string> const& contigs() const;       ///< Names of the contigs.
    std::span<std::int32_t const> variant_contig() const;  ///< Per variant: position in contigs().
    std::vector<Variant> const& variants() const;

    /// \pre trait is one of header().traits. \throws CorruptInput.
    TraitResults read(TraitIndex trait) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace maniple
