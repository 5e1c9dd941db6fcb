/// \file  results.h5: what a scan found, variants x traits.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
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

/// Takes each column of a row chunk in the order of ResultWriter::write.
using ResultColumnSink = std::function<void(ResultColumn, TraitIndex, EncodedColumn)>;

/// Results, and which of their rows a spool holds.
class ResultExtent {
public:
    /// All rows. \pre variants >= 0; traits > 0
    ResultExtent(std::int64_t variants, std::int64_t traits);
    /// Some. \pre they begin with a row chunk, and end with one, if there are any
    ResultExtent(std::int64_t variants, std::int64_t traits, Range<GlobalVariantIndex> rows);

    std::int64_t traits() const { return traits_; }
    Range<GlobalVariantIndex> rows() const { return rows_; }
    std::int64_t chunk_rows() const { return chunk_rows_; }  ///< Of all row chunks but the last.

private:
    std::int64_t traits_;
    Range<GlobalVariantIndex> rows_;
    std::int64_t chunk_rows_;
};

/// Columns of a scan on their way to a ResultWriter, in a file that a later process can go on from:
/// traits in batches (runs of traits, in order), each over all row chunks. Every row chunk has a
/// checksum. Rows are counted from the first of the results, whichever the spool holds.
class ResultSpool {
public:
    /// Begin with nothing. \param file  is made, or emptied. \throws EnvironmentError.
    ResultSpool(std::filesystem::path const& file, ResultExtent const& extent);
    /// Go on where a file of that extent was sealed; what was written later is forgotten.
    /// \param sealed  bytes(), when `seal` had ended. \throws EnvironmentError; CorruptInput where
    /// that is not how such a file begins. (`read` looks at the columns.)
    static ResultSpool reopen(std::filesystem::path const& file, ResultExtent const& extent,
                              std::int64_t sealed);
    /// Read what is complete, and has `sealed` bytes; nothing can be added.
    /// \throws EnvironmentError; CorruptInput where that is not how the file is.
    static ResultSpool open(std::filesystem::path const& file, ResultExtent const& extent,
                            std::int64_t sealed);
    ResultSpool(ResultSpool&&) noexcept;
    ResultSpool& operator=(ResultSpool&&) noexcept;
    ~ResultSpool();

    /// Keep one column of the row chunk that comes next: that after the last one, of the same
    /// traits; or the first one of the next batch, where the last one was its batch's last. Equal
    /// columns of a row chunk take space once.
    /// \pre as ResultWriter::write; the column's bytes stay until end_row_chunk
    /// \throws EnvironmentError, for instance when the disk is full.
    void write(ResultColumn which, std::int64_t first_row, TraitIndex trait, EncodedColumn column);
    /// The row chunk is complete. \pre all columns of its traits were kept
    /// \throws EnvironmentError, for instance when the disk is full.
    void end_row_chunk();

    /// Wait until complete row chunks are on the disk. \throws EnvironmentError.
    void seal();
    /// Bytes of complete row chunks, at the front of the file.
    std::int64_t bytes() const;
    /// Those of complete batches alone: what `drop_begun` leaves.
    std::int64_t complete_bytes() const;

    /// Traits of the batches that are complete, in order.
    std::vector<Range<TraitIndex>> complete() const;
    /// Traits of a batch that has some of its row chunks only; none: there is no such batch.
    Range<TraitIndex> begun() const;
    /// How many rows of that batch are there.
    std::int64_t rows_begun() const;
    /// Memory that the largest row chunk of a batch takes while it is read.
    std::int64_t most_reading_bytes() const;
    /// Forget that batch. \throws EnvironmentError.
    void drop_begun();

    /// Columns of the batch that begins with this trait, of one row chunk, which is in memory
    /// meanwhile. \pre the row chunk is complete
    /// \throws CorruptInput; EnvironmentError.
    void read(TraitIndex first_trait, std::int64_t first_row, ResultColumnSink const& sink) const;
    /// All columns of one row chunk: handed to a ResultWriter, with row chunks in order, the bytes
    /// of results.h5 are those of a scan in one batch. \pre every batch is complete
    /// \throws as `read`.
    void read_all(std::int64_t first_row, ResultColumnSink const& sink) const;

private:
    ResultSpool();
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

/// The same without texts, for those who read millions.
struct ResultPlaces {
    std::vector<std::int32_t> contig;  ///< Per variant: position in header().contigs.
    std::vector<std::int32_t> position;
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
    /// \pre the rows are in the file. \throws CorruptInput.
    ResultPlaces places(Range<GlobalVariantIndex> rows) const;

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
