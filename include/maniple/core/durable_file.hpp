/// \file  Files that appear under their name only when they are complete and on the disk.
#pragma once

#include <filesystem>

namespace maniple {

enum class ExistingFile { refuse, replace };

/// Who may read a file: whoever may look into its folder, or, where it is about people one by one,
/// its owner alone.
enum class FileReaders { of_folder, owner };

/// A temporary name beside a file's final one. Destroyed before `commit`, it removes what was
/// written.
class DurableFile {
public:
    /// \param final_path  where the file shall appear; its folder exists.
    explicit DurableFile(std::filesystem::path final_path);
    DurableFile(DurableFile&& other) noexcept;
    DurableFile& operator=(DurableFile&& other) noexcept;
    ~DurableFile();

    /// Write here. Starts as no file.
    std::filesystem::path const& temporary() const { return temporary_; }
    std::filesystem::path const& final_path() const { return final_; }

    /// Give the file its readers, fsync it, rename it and fsync the folder. \throws
    /// EnvironmentError, also where a file exists and `existing` is refuse. A file that is new is
    /// not there then; one that replaces another may be.
    void commit(ExistingFile existing, FileReaders readers = FileReaders::of_folder);

private:
    void discard() noexcept;

    std::filesystem::path final_;
    std::filesystem::path temporary_;  // Empty: nothing to remove.
};

/// Remove what writers of this file left behind when their processes died: temporary names with
/// numbers of no process of this machine, of one that is dead but not yet waited for, or of one
/// that began after the file was written. (Two machines do not write one file at a time.)
void remove_leftovers(std::filesystem::path const& final_path);

/// Is this the name of a file that a writer left behind when its process died?
bool is_temporary_name(std::filesystem::path const& path);

/// Wait until a file or folder is on the disk. \throws EnvironmentError.
void sync_to_disk(std::filesystem::path const& path);

}  // namespace maniple
