#include "hostile_file.hpp"

#include <hdf5.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace maniple::fuzz {
namespace {

namespace fs = std::filesystem;

enum class Edit : std::uint8_t {
    set_integer,
    set_text,
    remove_attribute,
    set_element,
    replace_dataset,
    remove_dataset,
    write_chunk,
    overwrite_bytes,
};
constexpr std::uint64_t edits = 8;

herr_t add_name(hid_t, char const* name, H5L_info_t const*, void* names) {
    static_cast<std::vector<std::string>*>(names)->emplace_back(name);
    return 0;
}

herr_t add_attribute(hid_t, char const* name, H5A_info_t const*, void* names) {
    static_cast<std::vector<std::string>*>(names)->emplace_back(name);
    return 0;
}

/// Sizes and numbers at which things go wrong, or any.
std::uint64_t odd_number(Cursor& input) {
    constexpr std::array<std::uint64_t, 16> odd{0,
                                                1,
                                                2,
                                                3,
                                                63,
                                                64,
                                                65,
                                                4096,
                                                std::uint64_t{1} << 20,
                                                (std::uint64_t{1} << 31) - 1,
                                                std::uint64_t{1} << 31,
                                                std::uint64_t{1} << 32,
                                                std::uint64_t{1} << 40,
                                                ~std::uint64_t{0} >> 1,
                                                std::uint64_t{1} << 63,
                                                ~std::uint64_t{0}};
    auto const which = input.number(1);
    if (which < odd.size()) return odd[which];
    return input.number(which % 2 == 0 ? 1 : 8);
}

class OpenFile {
public:
    explicit OpenFile(fs::path const& path)
        : file_{H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT)} {
        if (file_ < 0) return;
        H5Literate(file_, H5_INDEX_NAME, H5_ITER_INC, nullptr, add_name, &datasets_);
        H5Aiterate2(file_, H5_INDEX_NAME, H5_ITER_INC, nullptr, add_attribute, &attributes_);
    }
    OpenFile(OpenFile const&) = delete;
    OpenFile& operator=(OpenFile const&) = delete;
    ~OpenFile() {
        if (file_ >= 0) H5Fclose(file_);
    }

    bool is_open() const { return file_ >= 0 && !datasets_.empty() && !attributes_.empty(); }

    void apply(Edit edit, Cursor& input) {
        auto const which = input.number(1);
        auto const& attribute = attributes_[which % attributes_.size()];
        auto const& dataset = datasets_[which % datasets_.size()];
        switch (edit) {
            case Edit::set_integer:
                return set_integer(attribute, input);
            case Edit::set_text:
                return set_text(attribute, input);
            case Edit::remove_attribute:
                H5Adelete(file_, attribute.c_str());
                return;
            case Edit::set_element:
                return set_element(dataset, input);
            case Edit::replace_dataset:
                return replace_dataset(dataset, input);
            case Edit::remove_dataset:
                H5Ldelete(file_, dataset.c_str(), H5P_DEFAULT);
                return;
            case Edit::write_chunk:
                return write_chunk(dataset, input);
            case Edit::overwrite_bytes:
                return;
        }
    }

private:
    // Of the type that it has.
    void set_integer(std::string const& name, Cursor& input) {
        auto const attribute = H5Aopen(file_, name.c_str(), H5P_DEFAULT);
        if (attribute < 0) return;
        auto const type = H5Aget_type(attribute);
        auto const value = odd_number(input);
        if (H5Tget_class(type) == H5T_INTEGER && H5Tget_size(type) == sizeof value) {
            H5Awrite(attribute, type, &value);
        }
        H5Tclose(type);
        H5Aclose(attribute);
    }

    void set_text(std::string const& name, Cursor& input) {
        auto text = std::string{text_of(input.bytes(input.number(1) % 64))};
        auto const type = H5Tcopy(H5T_C_S1);
        H5Tset_size(type, std::max<std::size_t>(1, text.size()));
        H5Tset_strpad(type, H5T_STR_NULLPAD);
        text.push_back('\0');
        auto const space = H5Screate(H5S_SCALAR);
        H5Adelete(file_, name.c_str());
        auto const attribute =
            H5Acreate2(file_, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT);
        if (attribute >= 0) {
            H5Awrite(attribute, type, text.data());
            H5Aclose(attribute);
        }
        H5Sclose(space);
        H5Tclose(type);
    }

    void set_element(std::string const& name, Cursor& input) {
        // HDF5 1.10 reads on behind a chunk that turns out too short.
        if (has_raw_chunks_.contains(name)) return;
        auto const dataset = H5Dopen2(file_, name.c_str(), H5P_DEFAULT);
        if (dataset < 0) return;
        auto const type = H5Dget_type(dataset);
        auto const space = H5Dget_space(dataset);
        auto const bytes =
            static_cast<std::size_t>(std::max<hssize_t>(0, H5Sget_simple_extent_npoints(space))) *
            H5Tget_size(type);
        constexpr std::size_t most = 1 << 20;
        std::vector<std::uint8_t> values(std::min(bytes, most));
        auto const place = input.number(2);
        auto const width = std::size_t{1} << input.number(1) % 4;
        auto const value = odd_number(input);
        if (bytes > 0 && bytes <= most && grid_of(dataset).chunks() <= most_chunks &&
            H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0) {
            auto const first = place * width % bytes;
            for (std::size_t i = 0; i < width && first + i < bytes; ++i) {
                values[first + i] = static_cast<std::uint8_t>(value >> 8 * i);
            }
            H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
        }
        H5Sclose(space);
        H5Tclose(type);
        H5Dclose(dataset);
    }

    // Another extent, type or layout. Chunks are there where `write_chunk` puts them.
    void replace_dataset(std::string const& name, Cursor& input) {
        auto const old = H5Dopen2(file_, name.c_str(), H5P_DEFAULT);
        auto type = old < 0 ? H5Tcopy(H5T_STD_I64LE) : H5Dget_type(old);
        if (old >= 0) H5Dclose(old);
        auto const how = input.number(1);
        if (how % 4 == 3) {
            H5Tclose(type);
            type = H5Tcopy(how % 8 == 3 ? H5T_C_S1 : H5T_IEEE_F32LE);
            if (how % 8 == 3) {
                H5Tset_size(type,
                            std::max<std::size_t>(1, odd_number(input) % (std::size_t{1} << 34)));
                H5Tset_strpad(type, H5T_STR_NULLPAD);
            }
        }
        int const dimensions = how & 8 ? 2 : 1;
        std::array<hsize_t, 2> const extent{odd_number(input), odd_number(input)};
        std::array<hsize_t, 2> const chunk{std::max<hsize_t>(1, odd_number(input)),
                                           std::max<hsize_t>(1, odd_number(input))};
        auto const properties = H5Pcreate(H5P_DATASET_CREATE);
        if (how & 16) {
            H5Pset_chunk(properties, dimensions, chunk.data());
            H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER);
            if (how & 32) H5Pset_shuffle(properties);
            if (how & 64) H5Pset_deflate(properties, 1);
        }
        auto const space = H5Screate_simple(dimensions, extent.data(), nullptr);
        if (space >= 0) {
            H5Ldelete(file_, name.c_str(), H5P_DEFAULT);
            auto const made =
                H5Dcreate2(file_, name.c_str(), type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
            if (made >= 0) H5Dclose(made);
            H5Sclose(space);
        }
        H5Pclose(properties);
        H5Tclose(type);
    }

    // HDF5 makes an index of all chunks when the first one is written, and takes memory for each
    // that is selected.
    static constexpr double most_chunks = 1 << 16;

    struct Grid {
        std::array<hsize_t, 2> chunk{1, 1};
        std::array<hsize_t, 2> extent{1, 1};
        bool is_cut = false;

        double chunks() const {
            auto const along = [&](std::size_t i) {
                return static_cast<double>(extent[i]) / static_cast<double>(chunk[i]) + 1;
            };
            return along(0) * along(1);
        }
    };

    static Grid grid_of(hid_t dataset) {
        Grid grid;
        auto const properties = H5Dget_create_plist(dataset);
        auto const space = H5Dget_space(dataset);
        grid.is_cut = H5Sget_simple_extent_ndims(space) <= 2 &&
                      H5Pget_chunk(properties, 2, grid.chunk.data()) > 0;
        if (grid.is_cut) H5Sget_simple_extent_dims(space, grid.extent.data(), nullptr);
        H5Sclose(space);
        H5Pclose(properties);
        return grid;
    }

    void write_chunk(std::string const& name, Cursor& input) {
        auto const dataset = H5Dopen2(file_, name.c_str(), H5P_DEFAULT);
        if (dataset < 0) return;
        auto const skipped = static_cast<std::uint32_t>(input.number(1) % 4);
        std::array<hsize_t, 2> offset{odd_number(input), odd_number(input)};
        auto const bytes = input.bytes(input.number(2) % 2048);
        auto const grid = grid_of(dataset);
        // HDF5 1.10 looks for chunks beyond the extent outside of its index.
        for (std::size_t i = 0; i < offset.size(); ++i) {
            offset[i] %= std::max<hsize_t>(1, grid.extent[i]);
        }
        bool const has_chunks = grid.is_cut && grid.extent[0] > 0 && grid.extent[1] > 0;
        if (!bytes.empty() && has_chunks && grid.chunks() <= most_chunks) {
            has_raw_chunks_.insert(name);
            H5Dwrite_chunk(dataset, H5P_DEFAULT, skipped, offset.data(), bytes.size(),
                           bytes.data());
        }
        H5Dclose(dataset);
    }

    hid_t file_;
    std::vector<std::string> datasets_;
    std::vector<std::string> attributes_;
    std::set<std::string> has_raw_chunks_;
};

void overwrite(fs::path const& path, Cursor input) {
    std::fstream file{path, std::ios::binary | std::ios::in | std::ios::out};
    auto const size = static_cast<std::uint64_t>(fs::file_size(path));
    while (!input.at_end()) {
        file.seekp(static_cast<std::streamoff>(input.number(3) % size));
        auto const bytes = text_of(input.bytes(1 + input.number(1) % 8));
        file.write(bytes.data(), std::ssize(bytes));
    }
}

}  // namespace

fs::path write_hostile_file(fs::path const& good, std::string_view name, Input input) {
    auto path = scratch_path(name);
    // fs::copy_file gives up where libFuzzer's clock interrupts it.
    std::ofstream{path, std::ios::binary | std::ios::trunc}
        << std::ifstream{good, std::ios::binary}.rdbuf();
    Cursor cursor{input};
    if (cursor.at_end()) return path;
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    // Else each file that is opened asks the system for megabytes anew, for HDF5's cache of
    // metadata.
    H5set_free_list_limits(-1, -1, -1, -1, -1, -1);
    bool bytes_follow = false;
    {
        OpenFile file{path};
        while (file.is_open() && !cursor.at_end() && !bytes_follow) {
            auto const edit = static_cast<Edit>(cursor.number(1) % edits);
            bytes_follow = edit == Edit::overwrite_bytes;
            if (!bytes_follow) file.apply(edit, cursor);
        }
    }
    if (bytes_follow) overwrite(path, cursor);
    H5Eclear2(H5E_DEFAULT);
    return path;
}

}  // namespace maniple::fuzz
