/// \file  The folder of one run.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace maniple {

/// A folder that this process alone writes to, from construction until `finish` or destruction.
///
/// A folder without the file that a run writes last (results.h5, scores.tsv, contributions.tsv) but
/// with our lock file is an unfinished run and is started again;
/// one that holds anything else is refused. Destroyed before `finish`, it removes every
/// file of this run, and the folders that it made. What lies in its folder `models` is kept, as the
/// work of an unfinished run that goes on from there.
class RunFolder {
public:
    /// \throws UserError when the folder holds a finished run, other files, or is being written to;
    ///         EnvironmentError when it cannot be made or written.
    explicit RunFolder(std::filesystem::path path);
    RunFolder(RunFolder const&) = delete;
    RunFolder& operator=(RunFolder const&) = delete;
    ~RunFolder();

    /// What the constructor says of a folder that is there, without touching it.
    static void require_usable(std::filesystem::path const& path);

    std::filesystem::path const& path() const { return path_; }
    /// Everything is there: release the folder.
    void finish();

private:
    void lock();
    void release();
    void remove_leftovers() const;
    void clear() const;
    void remove_made_folders() const;

    std::filesystem::path path_;
    int lock_ = -1;
    bool made_ = false;
    std::vector<std::filesystem::path> made_folders_;  // Innermost first.
    bool finished_ = false;
};

}  // namespace maniple
