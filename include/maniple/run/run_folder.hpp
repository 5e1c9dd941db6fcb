/// \file  The folder of one run.
#pragma once

#include <filesystem>

namespace maniple {

/// A folder that this process alone writes to, from construction until `finish` or destruction.
///
/// A folder without results.h5 but with our lock file is an unfinished run and is started again;
/// one that holds anything else is refused. Destroyed before `finish`, it removes every
/// file of this run, and the folder itself where it made it.
class RunFolder {
public:
    /// \throws UserError when the folder holds a finished run, other files, or is being written to;
    ///         EnvironmentError when it cannot be made or written.
    explicit RunFolder(std::filesystem::path path);
    RunFolder(RunFolder const&) = delete;
    RunFolder& operator=(RunFolder const&) = delete;
    ~RunFolder();

    std::filesystem::path const& path() const { return path_; }
    /// Where a result file is written before it has its name.
    std::filesystem::path partial(std::string_view name) const;
    /// Give a partial file its name, after fsync. \throws EnvironmentError.
    void publish(std::string_view name);
    /// Everything is there: release the folder.
    void finish();

private:
    void lock();
    void clear() const;

    std::filesystem::path path_;
    int lock_ = -1;
    bool made_ = false;
    bool finished_ = false;
};

}  // namespace maniple
