/// \file  Text files under a temporary name, bgzipped or plain. Private to store.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "maniple/core/durable_file.hpp"

struct BGZF;

namespace maniple {

/// Collects lines and writes them in large pieces. Where the name ends in .gz the file is bgzipped.
class LineWriter {
public:
    /// \param threads  that compress. \pre threads >= 1 \throws EnvironmentError.
    LineWriter(std::filesystem::path const& path, int threads);

    /// Append whole lines here, then call `write_much`.
    fmt::memory_buffer& lines() { return lines_; }
    /// Write what has come together, once it is much. \throws EnvironmentError.
    void write_much();

    bool is_compressed() const { return is_compressed_; }
    int threads() const { return threads_; }
    DurableFile& place() { return place_; }

    /// Write the rest and close; the file still has its temporary name. \throws EnvironmentError.
    void close();

    /// Throw EnvironmentError with errno's reason. \param action  completes "cannot be".
    [[noreturn]] void refuse(char const* action) const;

private:
    struct CloseFile {
        void operator()(BGZF* file) const;
    };

    void write_lines();

    DurableFile place_;
    int threads_;
    bool is_compressed_;
    std::unique_ptr<BGZF, CloseFile> file_;
    fmt::memory_buffer lines_;
};

}  // namespace maniple
