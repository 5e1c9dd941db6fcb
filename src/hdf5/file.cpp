#include "maniple/hdf5/file.hpp"

#include <cstdlib>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "element.hpp"
#include "gathering_driver.hpp"
#include "maniple/core/contract.hpp"

namespace maniple::hdf5 {
namespace {

// Attributes are short descriptions; a longer one is damage.
constexpr std::size_t longest_attribute = std::size_t{1} << 26;

bool prepare_library() {
#if !H5_VERSION_GE(1, 10, 7)  // No property for it yet: the library reads the environment.
    setenv("HDF5_USE_FILE_LOCKING", "FALSE", 0);
#endif
    H5dont_atexit();
    H5open();
    // Errors reach people as exceptions; the library would print them as well.
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    return true;
}

// HDF5 (1.10) crashes in its clean-up at the end of the process when a file could not be closed,
// for instance on a full disk. Ours are closed before, so there is nothing to clean up. The
// parallel library starts it from MPI_Finalize as well unless it was itself started before
// MPI_Init, hence before main.
bool const library_is_prepared = prepare_library();

PropertiesHandle access_properties(Origin const& origin) {
    PropertiesHandle properties{H5Pcreate(H5P_FILE_ACCESS)};
    // The 1.10 format is compact and has a checksum on every piece of structure.
    if (!properties.valid() ||
        H5Pset_libver_bounds(properties.get(), H5F_LIBVER_V110, H5F_LIBVER_V110) < 0 ||
        H5Pset_fclose_degree(properties.get(), H5F_CLOSE_STRONG) < 0) {
        fail(origin, "prepare to open the file");
    }
#if H5_VERSION_GE(1, 10, 7)
    // Locks fail on some cluster file systems, and nobody needs them: files appear by rename.
    if (H5Pset_file_locking(properties.get(), 0, 1) < 0) fail(origin, "switch file locks off");
#endif
    return properties;
}

PropertiesHandle without_times(hid_t kind, Origin const& origin) {
    PropertiesHandle properties{H5Pcreate(kind)};
    if (!properties.valid() || H5Pset_obj_track_times(properties.get(), 0) < 0) {
        fail(origin, "prepare to create an object");
    }
    return properties;
}

PropertiesHandle layout(DatasetPlan const& plan, Origin const& origin) {
    auto properties = without_times(H5P_DATASET_CREATE, origin);
    auto const id = properties.get();
    bool done = true;
    if (plan.chunk_rows > 0) {
        hsize_t const chunk[2] = {static_cast<hsize_t>(plan.chunk_rows),
                                  static_cast<hsize_t>(plan.chunk_columns)};
        done = H5Pset_chunk(id, plan.columns == 0 ? 1 : 2, chunk) >= 0 &&
               H5Pset_fill_time(id, H5D_FILL_TIME_NEVER) >= 0;
    }
    if (done && plan.filter == Filter::shuffle_deflate) done = H5Pset_shuffle(id) >= 0;
    if (done && plan.filter == Filter::zstd) {
        // Optional: HDF5 itself need not have the filter to create the dataset.
        auto const level = static_cast<unsigned>(plan.level);
        done = H5Pset_filter(id, zstd_filter, H5Z_FLAG_OPTIONAL, 1, &level) >= 0;
    } else if (done && plan.filter != Filter::none) {
        done = H5Pset_deflate(id, 1) >= 0;
    }
    if (!done) fail(origin, "describe a dataset");
    return properties;
}

template <class T>
void write_number(hid_t file, Origin const& origin, std::string const& name, T value) {
    SpaceHandle space{H5Screate(H5S_SCALAR)};
    AttributeHandle attribute{H5Acreate2(file, name.c_str(), stored_type(element_of<T>),
                                         space.get(), H5P_DEFAULT, H5P_DEFAULT)};
    if (!attribute.valid() || H5Awrite(attribute.get(), memory_type(element_of<T>), &value) < 0) {
        fail(origin, fmt::format("write attribute '{}'", name));
    }
}

template <class T>
T read_number(hid_t attribute, Origin const& origin, std::string const& name) {
    TypeHandle type{H5Aget_type(attribute)};
    SpaceHandle space{H5Aget_space(attribute)};
    if (!type.valid() || !space.valid()) fail(origin, fmt::format("read attribute '{}'", name));
    if (H5Tequal(type.get(), stored_type(element_of<T>)) <= 0 ||
        H5Sget_simple_extent_npoints(space.get()) != 1) {
        reject(origin, fmt::format("attribute '{}' is not one number of its type", name));
    }
    T value{};
    if (H5Aread(attribute, memory_type(element_of<T>), &value) < 0) {
        fail(origin, fmt::format("read attribute '{}'", name));
    }
    return value;
}

}  // namespace

File::File(FileHandle handle, Origin origin)
    : handle_{std::move(handle)}, origin_{std::make_shared<Origin const>(std::move(origin))} {}

File& File::operator=(File&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(origin_, other.origin_);
    std::swap(failed_before_, other.failed_before_);
    return *this;
}

File::~File() { dispose(); }

// HDF5 (1.10) frees a file that it fails to close but keeps its identifier. On a full disk a file
// is therefore left open.
void File::dispose() noexcept {
    if (!handle_.valid() || origin_->access == Access::read) return;
    if (H5Fflush(handle_.get(), H5F_SCOPE_LOCAL) < 0) handle_.abandon();
}

File File::create(std::filesystem::path const& path, Caching caching) {
    expect(library_is_prepared, "HDF5 is not used before main");
    Origin origin{.path = path, .access = Access::write};
    auto const access = access_properties(origin);
    if (gather_writes(access.get(), caching) < 0) fail(origin, "prepare to write the file");
    auto const creation = without_times(H5P_FILE_CREATE, origin);
    FileHandle handle{H5Fcreate(path.c_str(), H5F_ACC_EXCL, creation.get(), access.get())};
    if (!handle.valid()) fail(origin, "create the file");
    return File{std::move(handle), std::move(origin)};
}

std::int64_t File::writing_bytes(std::int64_t file_bytes, Caching caching) {
    return gathered_bytes(file_bytes, caching);
}

File File::open(std::filesystem::path const& path) {
    expect(library_is_prepared, "HDF5 is not used before main");
    Origin origin{.path = path};
    std::error_code ignored;  // The open that follows says what is wrong.
    auto const bytes = std::filesystem::file_size(path, ignored);
    if (!ignored) origin.bytes = static_cast<std::int64_t>(bytes);
    auto const access = access_properties(origin);
    FileHandle handle{H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get())};
    if (!handle.valid()) fail(origin, "open the file");
    return File{std::move(handle), std::move(origin)};
}

bool File::has_dataset(std::string const& name) const {
    auto const found = H5Lexists(handle_.get(), name.c_str(), H5P_DEFAULT);
    if (found < 0) fail(*origin_, fmt::format("look for dataset '{}'", name));
    return found > 0;
}

bool File::has_attribute(std::string const& name) const {
    auto const found = H5Aexists(handle_.get(), name.c_str());
    if (found < 0) fail(*origin_, fmt::format("look for attribute '{}'", name));
    return found > 0;
}

Dataset File::create_dataset(std::string const& name, DatasetPlan const& plan) {
    expect(plan.filter == Filter::none || plan.chunk_rows > 0, "a filter needs chunks");
    expect(plan.growth == Rows::fixed || plan.chunk_rows > 0, "growing needs chunks");

    hsize_t const extent[2] = {static_cast<hsize_t>(plan.rows), static_cast<hsize_t>(plan.columns)};
    hsize_t const most[2] = {plan.growth == Rows::growing ? H5S_UNLIMITED : extent[0], extent[1]};
    SpaceHandle space{H5Screate_simple(plan.columns == 0 ? 1 : 2, extent, most)};
    auto const text = plan.element == Element::text;
    auto const made = text ? text_type(plan.text_bytes) : TypeHandle{};
    auto const properties = layout(plan, *origin_);
    DatasetHandle handle{H5Dcreate2(handle_.get(), name.c_str(),
                                    text ? made.get() : stored_type(plan.element), space.get(),
                                    H5P_DEFAULT, properties.get(), H5P_DEFAULT)};
    if (!handle.valid()) fail(*origin_, fmt::format("create dataset '{}'", name));
    return Dataset{std::move(handle), origin_, name};
}

Dataset File::open_dataset(std::string const& name) const {
    DatasetHandle handle{H5Dopen2(handle_.get(), name.c_str(), H5P_DEFAULT)};
    if (!handle.valid()) fail(*origin_, fmt::format("open dataset '{}'", name));
    return Dataset{std::move(handle), origin_, name};
}

void File::write_attribute(std::string const& name, std::int64_t value) {
    write_number(handle_.get(), *origin_, name, value);
}

void File::write_attribute(std::string const& name, std::uint64_t value) {
    write_number(handle_.get(), *origin_, name, value);
}

void File::write_attribute(std::string const& name, std::string_view value) {
    expect(value.size() <= longest_attribute, "an attribute is short");
    auto const type = text_type(static_cast<std::int64_t>(value.size()));
    SpaceHandle space{H5Screate(H5S_SCALAR)};
    AttributeHandle attribute{
        H5Acreate2(handle_.get(), name.c_str(), type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT)};
    std::string padded{value};
    if (padded.empty()) padded.push_back('\0');
    if (!attribute.valid() || H5Awrite(attribute.get(), type.get(), padded.data()) < 0) {
        fail(*origin_, fmt::format("write attribute '{}'", name));
    }
}

AttributeHandle File::open_attribute(std::string const& name) const {
    AttributeHandle attribute{H5Aopen(handle_.get(), name.c_str(), H5P_DEFAULT)};
    if (!attribute.valid()) fail(*origin_, fmt::format("read attribute '{}'", name));
    return attribute;
}

std::int64_t File::read_integer(std::string const& name) const {
    return read_number<std::int64_t>(open_attribute(name).get(), *origin_, name);
}

std::uint64_t File::read_unsigned(std::string const& name) const {
    return read_number<std::uint64_t>(open_attribute(name).get(), *origin_, name);
}

std::string File::read_text(std::string const& name) const {
    auto const attribute = open_attribute(name);
    TypeHandle type{H5Aget_type(attribute.get())};
    SpaceHandle space{H5Aget_space(attribute.get())};
    if (!type.valid() || !space.valid()) fail(*origin_, fmt::format("read attribute '{}'", name));
    if (H5Tget_class(type.get()) != H5T_STRING || H5Tis_variable_str(type.get()) != 0 ||
        H5Sget_simple_extent_npoints(space.get()) != 1 || H5Tget_size(type.get()) == 0 ||
        H5Tget_size(type.get()) > longest_attribute) {
        reject(*origin_, fmt::format("attribute '{}' is not one text of fixed length", name));
    }
    auto const length = H5Tget_size(type.get());
    std::string text(length, '\0');
    auto const memory = text_type(static_cast<std::int64_t>(length));
    if (H5Aread(attribute.get(), memory.get(), text.data()) < 0) {
        fail(*origin_, fmt::format("read attribute '{}'", name));
    }
    text.resize(text.find_last_not_of('\0') + 1);
    return text;
}

void File::check_structure() const {
    // What an object takes up in the file is only known from all that it consists of.
    auto const go_on = [](hid_t, char const*, auto const*, void*) -> herr_t { return 0; };
    if (H5Ovisit1(handle_.get(), H5_INDEX_NAME, H5_ITER_NATIVE, go_on, nullptr) < 0) {
        fail(*origin_, "read all of its structure");
    }
}

void File::close() {
    expect(handle_.valid(), "a file is closed once");
    if (origin_->access == Access::write) {
        bool const lost = failed_closes > failed_before_;  // In a dataset, perhaps of this file.
        if (H5Fflush(handle_.get(), H5F_SCOPE_LOCAL) < 0 || lost) fail(*origin_, "write the file");
    }
    if (handle_.reset() < 0) fail(*origin_, "close the file");
}

}  // namespace maniple::hdf5
