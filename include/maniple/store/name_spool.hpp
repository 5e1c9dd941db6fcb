/// \file  Names of variants on their way to results.h5, beside the columns of a ResultSpool.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>

#include "maniple/store/result_file.hpp"

namespace maniple {

/// What a NameSpoolWriter wrote, for who reads it.
struct NameSpoolSize {
    std::int64_t bytes = 0;
    std::int64_t most_bytes = 0;  ///< Of one piece.

    friend bool operator==(NameSpoolSize, NameSpoolSize) = default;
};

/// Writes names in pieces, each with a checksum, to a file that is not durable by itself.
class NameSpoolWriter {
public:
    /// \param file  is made, or emptied. \throws EnvironmentError.
    explicit NameSpoolWriter(std::filesystem::path file);

    /// The next piece: some rows' contigs and variants. \pre as many of both
    /// \throws EnvironmentError.
    void append(ResultNames const& names);
    /// Everything was appended. \throws EnvironmentError.
    NameSpoolSize finish();

private:
    [[noreturn]] void refuse() const;

    std::filesystem::path path_;
    std::ofstream out_;
    NameSpoolSize size_;
};

/// Reads them again, piece by piece.
class NameSpoolReader {
public:
    /// \param size  as it was written. \throws CorruptInput where the file has not that many bytes;
    /// EnvironmentError.
    NameSpoolReader(std::filesystem::path file, NameSpoolSize size);

    /// The next piece. \throws CorruptInput where there is none, or its checksum is wrong.
    ResultNames next();

    /// Memory that a piece of `rows` rows takes while it is read.
    static std::int64_t reading_bytes(NameSpoolSize size, std::int64_t rows);

private:
    [[noreturn]] void throw_damaged() const;

    std::filesystem::path path_;
    std::ifstream in_;
    std::int64_t left_;  // Bytes.
};

}  // namespace maniple
