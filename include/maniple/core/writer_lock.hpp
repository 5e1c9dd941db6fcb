/// \file  Who writes: one process at a time.
#pragma once

#include <filesystem>
#include <string>

namespace maniple {

/// An advisory lock on a file of its own, which says who holds it. It ends with the process at the
/// latest; the file stays, empty, unless it is removed. File systems without locks give it to
/// everybody: they lose this protection alone.
class WriterLock {
public:
    /// Where another process holds it nobody waits: `is_ours` tells.
    /// \throws std::system_error where the file cannot be made.
    explicit WriterLock(std::filesystem::path file);
    WriterLock(WriterLock const&) = delete;
    WriterLock& operator=(WriterLock const&) = delete;
    ~WriterLock();

    bool is_ours() const { return descriptor_ >= 0; }
    /// Who else: " (process 77 on node3, since 2026-11-22 07:12:03 UTC)"; empty where the file does
    /// not say. \pre !is_ours()
    std::string const& holder() const { return holder_; }

    /// Remove the file, and unlock. \pre is_ours()
    void remove();

private:
    std::filesystem::path file_;
    int descriptor_ = -1;
    std::string holder_;
};

}  // namespace maniple
