/// \file  HDF5 files that hold arrays and attributes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "maniple/hdf5/dataset.hpp"
#include "maniple/hdf5/failure.hpp"
#include "maniple/hdf5/handle.hpp"

namespace maniple::hdf5 {

/// One open file. Files that are made by equal calls have equal bytes: no time stamps, no
/// addresses. Their structure carries HDF5's own checksums; their values do not. Works with and
/// without MPI_Init. One thread per process may use this module at a time.
/// What of a new file the operating system is asked to keep in memory.
enum class Caching {
    all,    ///< It is read again soon.
    start,  ///< Beyond 16 MiB it goes straight to the disk, if the file system lets it.
};

class File {
public:
    /// \param path  must not exist. \throws EnvironmentError.
    static File create(std::filesystem::path const& path, Caching caching = Caching::all);
    /// Memory of ours in which a new file of so many bytes is gathered while it is written.
    static std::int64_t writing_bytes(std::int64_t file_bytes, Caching caching);
    /// For reading, without file locks: file systems may lack them, and our files never change.
    /// \throws EnvironmentError where it is missing or unreadable; CorruptInput where it is no HDF5
    ///         file or a damaged one.
    static File open(std::filesystem::path const& path);
    File(File&&) noexcept = default;
    File& operator=(File&& other) noexcept;
    ~File();

    std::filesystem::path const& path() const { return origin_->path; }
    Origin const& origin() const { return *origin_; }

    bool has_dataset(std::string const& name) const;
    bool has_attribute(std::string const& name) const;
    Dataset create_dataset(std::string const& name, DatasetPlan const& plan);
    Dataset open_dataset(std::string const& name) const;

    void write_attribute(std::string const& name, std::int64_t value);
    void write_attribute(std::string const& name, std::uint64_t value);
    void write_attribute(std::string const& name, std::string_view value);
    std::int64_t read_integer(std::string const& name) const;
    std::uint64_t read_unsigned(std::string const& name) const;
    std::string read_text(std::string const& name) const;

    /// Read every piece of structure, those too that no value is found by: they have checksums.
    /// \throws CorruptInput.
    void check_structure() const;

    /// Write everything out and close. Datasets of this file must not be used afterwards.
    void close();

private:
    File(FileHandle handle, Origin origin);
    AttributeHandle open_attribute(std::string const& name) const;
    void dispose() noexcept;

    FileHandle handle_;
    std::shared_ptr<Origin const> origin_;
    std::int64_t failed_before_ = failed_closes;
};

}  // namespace maniple::hdf5
