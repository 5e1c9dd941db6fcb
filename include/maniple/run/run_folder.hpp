/// \file  The folder of one run.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "maniple/core/writer_lock.hpp"

namespace maniple {

/// Of a finished run, for its command given again: what decided its numbers.
inline constexpr char const* plan_name = ".plan";

/// Work that an unfinished run leaves for the run that goes on from there, by the folder it is in.
enum class RunProgress {
    none,          ///< Such a run starts anew.
    models,        ///< `models`, of evaluations.
    segments,      ///< `segments`, of scans.
    whole_genome,  ///< `whole-genome`, and beside it predictors.h5, of scans that make them.
    shard,         ///< `shard`, of a part of a scan, which stays when it is finished.
};

/// Folders inside a run's folder that may be there, as a merge's shards.
using FolderGuests = std::vector<std::filesystem::path>;

/// A folder that this process alone writes to, from construction until `finish` or destruction.
///
/// A folder without the file that a run writes last (results.h5, scores.tsv, evaluation.json,
/// contributions.tsv, shard.done, or run.json of predictors alone) but with our lock file is an
/// unfinished run and is started again; one that holds anything else is refused. Destroyed before
/// `finish`, it removes every file of this run, and the folders that it made, except the work that
/// a run goes on from; while that is there the folder stays unfinished.
class RunFolder {
public:
    /// \param progress  that this kind of run may leave and find.
    /// \throws UserError when the folder holds a finished run, other files, the work of another
    /// kind
    ///         of run, or is being written to; EnvironmentError when it cannot be made or written.
    explicit RunFolder(std::filesystem::path path, RunProgress progress = RunProgress::none,
                       FolderGuests const& guests = {});
    RunFolder(RunFolder const&) = delete;
    RunFolder& operator=(RunFolder const&) = delete;
    ~RunFolder();

    /// What the constructor says of a folder that is there, without touching it.
    static void require_usable(std::filesystem::path const& path,
                               RunProgress progress = RunProgress::none,
                               FolderGuests const& guests = {});
    /// Does the folder hold what a run makes last?
    static bool holds_finished_run(std::filesystem::path const& path);
    /// A run whose process died when it had all its files still has its progress and its lock:
    /// remove them.
    static void tidy_up_behind_finished_run(std::filesystem::path const& path,
                                            FolderGuests const& guests = {});

    std::filesystem::path const& path() const { return path_; }
    /// Where work to go on from belongs; need not be there. \pre this kind of run leaves some
    std::filesystem::path progress() const;
    /// Everything is there: remove what runs go on from, and release the folder.
    void finish();

private:
    void lock();
    void release();
    void remove_leftovers() const;
    void clear() const;
    void remove_made_folders() const;

    bool has_progress() const;

    std::filesystem::path path_;
    RunProgress kind_;
    std::optional<WriterLock> lock_;
    bool made_ = false;
    std::vector<std::filesystem::path> made_folders_;  // Innermost first.
    bool finished_ = false;
};

}  // namespace maniple
