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
#include "maniple/store/encoded_column.hpp"

namespace maniple {

/// The datasets of variants x traits, in the order in which a writer takes them.
enum class ResultColumn : std::uint8_t {
    beta,                     ///< float64, per ALT allele, in units of the trait.
    standard_error,           ///< float32, of beta.
    neg_log10_p,              ///< float32, -log10 of the two-sided p-value.
    status,                   ///< uint8, a code; 0 = the numbers are there.
    samples,                  ///< int32, samples in the regression.
    effect_allele_frequency,  ///< float32, ALT frequency in these samples.
};
inline constexpr int result_columns = 6;

/// What results.h5 says besides numbers.
struct ResultHeader {
    std::vector<std::string> traits;
    std::vector<std::string> statuses;  ///< Name of each status code, position = code.
    std::string model;                  ///< E.g. "linear".
    std::string covariates;             ///< Covariate columns, comma separated.
    std::string missing_genotype;       ///< "mean" or "drop".
    std::uint64_t fingerprint = 0;      ///< Of the cohort's samples.
    std::int64_t variants = 0;          ///< Rows of every dataset.
    std::vector<std::string> contigs;   ///< Of the variants, each once.
    std::int64_t id_width = 1;          ///< Bytes of the longest variant ID, or more.
    std::int64_t allele_width = 1;      ///< Bytes of the longest allele, or more.
};

/// Rows of a row chunk: the unit of work, compression and checksum; the last one may have fewer. A
/// function of the shape alone, so that equal results have equal bytes. The numbers of one row
/// chunk take at most 17 bytes x rows x traits = 64 MiB, where 64 rows allow it.
/// \pre variants >= 0; traits > 0
std::int64_t result_chunk_rows(std::int64_t variants, std::int64_t traits);

/// Memory in which the results of so many variants and traits are gathered while they are written.
std::int64_t result_writing_bytes(std::int64_t variants, std::int64_t traits);

/// Writes results.h5. Its six datasets are variants x traits, in chunks of one row chunk and one
/// trait; NaN where a row has no number. Equal contents give equal bytes.
class ResultWriter {
public:
    /// \param path  is created; it must not exist. \throws EnvironmentError.
    /// \pre header.traits is not empty; header.variants >= 0
    ResultWriter(std::filesystem::path const& path, ResultHeader header);
    ResultWriter(ResultWriter&&) noexcept;
    ResultWriter& operator=(ResultWriter&&) noexcept;
    ~ResultWriter();

    /// The next variants' names, in row order. They may come early (and wait in memory, deflated),
    /// at the latest before the first column of their row chunk.
    /// \pre contig is one of header.contigs; names fit their widths; no more than header.variants
    void append_variants(std::string const& contig, std::span<Variant const> variants);

    /// Write one column of one row chunk. The order of calls is fixed: row chunks in order; inside
    /// one, traits in order; inside a trait, columns in the order of ResultColumn.
    /// \param first_row  of the row chunk.
    /// \pre it is this column's turn; the column was encoded from its dataset's type, has all rows
    ///      of the row chunk and was padded to result_chunk_rows; these rows have names
    void write(ResultColumn which, std::int64_t first_row, TraitIndex trait, EncodedColumn column);

    /// Close and fsync. \pre every column and name was written.
    void finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Columns of scans that take traits in several batches, on their way to a ResultWriter through a
/// temporary file. The file has no name from the start: it is gone when its process is.
class ResultSpool {
public:
    /// \param folder  where the file's space is taken, of the run. \throws EnvironmentError.
    ResultSpool(std::filesystem::path const& folder, std::int64_t variants, std::int64_t traits);
    ResultSpool(ResultSpool&&) noexcept;
    ResultSpool& operator=(ResultSpool&&) noexcept;
    ~ResultSpool();

    /// Keep one column. Batches are runs of traits, in order; inside a batch, the order is that of
    /// ResultWriter::write. A batch ends with the last row chunk, and its traits are those of its
    /// first row chunk. (With a single row chunk, batches are one.) Equal columns of a row chunk
    /// take space once.
    /// \pre as ResultWriter::write.
    /// \throws EnvironmentError, for instance when the disk is full.
    void write(ResultColumn which, std::int64_t first_row, TraitIndex trait, EncodedColumn column);

    /// Bytes in the file now.
    std::int64_t bytes() const;

    /// Hand the columns of one row chunk to the writer: with row chunks in order, the bytes of
    /// results.h5 are those of a scan in one batch. Holds one batch's row chunk in memory.
    /// \param first_row  of the row chunk.
    /// \pre all columns of all traits were kept
    /// \throws EnvironmentError.
    void copy_chunk(std::int64_t first_row, ResultWriter& writer);

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

/// Names of a run of rows.
struct ResultNames {
    std::vector<std::int32_t> contig;  ///< Per variant: position in header().contigs.
    std::vector<Variant> variants;
};

/// Reads results.h5, no more at once than is asked for. One thread per process may call it.
/// Everything that is read is checked against checksums.
class ResultReader {
public:
    /// \throws UserError when there is no such file; CorruptInput when it is damaged or unfinished.
    explicit ResultReader(std::filesystem::path const& path);
    ResultReader(ResultReader&&) noexcept;
    ResultReader& operator=(ResultReader&&) noexcept;
    ~ResultReader();

    ResultHeader const& header() const;
    std::int64_t chunk_rows() const;  ///< Reading whole row chunks wastes nothing.

    /// \pre the rows are in the file. \throws CorruptInput.
    ResultNames names(Range<GlobalVariantIndex> rows) const;

    /// One column of one trait. T is the dataset's type.
    /// \pre the rows are in the file; trait is one of header().traits. \throws CorruptInput.
    template <class T>
    std::vector<T> read(ResultColumn which, TraitIndex trait, Range<GlobalVariantIndex> rows) const;

    /// All columns and rows of one trait.
    TraitResults read(TraitIndex trait) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace maniple
