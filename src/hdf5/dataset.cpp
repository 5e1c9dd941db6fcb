#include "maniple/hdf5/dataset.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "element.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"

namespace maniple::hdf5 {
namespace {

std::int64_t elements(Region region) { return region.rows * region.columns; }

}  // namespace

Dataset::Dataset(DatasetHandle handle, std::shared_ptr<Origin const> origin, std::string name)
    : handle_{std::move(handle)}, origin_{std::move(origin)}, name_{std::move(name)} {
    SpaceHandle space{H5Dget_space(handle_.get())};
    if (!space.valid()) fail(*origin_, action("read the extent of"));
    hsize_t extent[2] = {0, 0};
    auto const dimensions = H5Sget_simple_extent_ndims(space.get());
    if (dimensions < 1 || dimensions > 2) {
        reject(*origin_, fmt::format("dataset '{}' has neither one nor two dimensions", name_));
    }
    H5Sget_simple_extent_dims(space.get(), extent, nullptr);
    constexpr hsize_t most = hsize_t{1} << 40;
    if (extent[0] > most || extent[1] > most || (dimensions == 2 && extent[1] == 0)) {
        reject(*origin_, fmt::format("dataset '{}' has an impossible extent", name_));
    }
    rows_ = static_cast<std::int64_t>(extent[0]);
    columns_ = static_cast<std::int64_t>(extent[1]);
}

std::string Dataset::action(std::string_view verb) const {
    return fmt::format("{} dataset '{}'", verb, name_);
}

std::int64_t Dataset::text_bytes() const {
    TypeHandle type{H5Dget_type(handle_.get())};
    if (!type.valid()) fail(*origin_, action("read the type of"));
    if (H5Tget_class(type.get()) != H5T_STRING || H5Tis_variable_str(type.get()) != 0 ||
        H5Tget_strpad(type.get()) != H5T_STR_NULLPAD || H5Tget_size(type.get()) == 0) {
        reject(*origin_, fmt::format("dataset '{}' does not hold texts of fixed length", name_));
    }
    return static_cast<std::int64_t>(H5Tget_size(type.get()));
}

void Dataset::require_extent(std::int64_t rows, std::int64_t columns) const {
    if (rows_ == rows && columns_ == columns) return;
    reject(*origin_, fmt::format("dataset '{}' is {} x {} (must be {} x {})", name_, rows_,
                                 columns_, rows, columns));
}

void Dataset::require_chunk(std::int64_t rows, std::int64_t columns) const {
    PropertiesHandle properties{H5Dget_create_plist(handle_.get())};
    hsize_t chunk[2] = {0, 1};
    auto const wanted = columns_ == 0 ? 1 : 2;
    if (!properties.valid() || H5Pget_chunk(properties.get(), 2, chunk) != wanted ||
        chunk[0] != static_cast<hsize_t>(rows) || chunk[1] != static_cast<hsize_t>(columns)) {
        H5Eclear2(H5E_DEFAULT);
        reject(*origin_, fmt::format("dataset '{}' is not stored in chunks of {} x {}", name_, rows,
                                     columns));
    }
}

std::int64_t Dataset::chunk_rows() const {
    PropertiesHandle properties{H5Dget_create_plist(handle_.get())};
    hsize_t chunk[2] = {0, 1};
    auto const wanted = columns_ == 0 ? 1 : 2;
    if (!properties.valid() || H5Pget_chunk(properties.get(), 2, chunk) != wanted ||
        chunk[0] == 0 || (columns_ > 0 && chunk[1] != static_cast<hsize_t>(columns_))) {
        H5Eclear2(H5E_DEFAULT);
        reject(*origin_, fmt::format("dataset '{}' is not stored in chunks of whole rows", name_));
    }
    return static_cast<std::int64_t>(chunk[0]);
}

Filter Dataset::filter() const {
    PropertiesHandle properties{H5Dget_create_plist(handle_.get())};
    if (!properties.valid()) fail(*origin_, action("read the filters of"));
    std::vector<H5Z_filter_t> filters;
    auto const count = H5Pget_nfilters(properties.get());
    for (int i = 0; i < count; ++i) {
        unsigned flags = 0;
        std::size_t values = 0;
        filters.push_back(H5Pget_filter2(properties.get(), static_cast<unsigned>(i), &flags,
                                         &values, nullptr, 0, nullptr, nullptr));
    }
    if (filters.empty() && count == 0) return Filter::none;
    if (filters == std::vector{H5Z_FILTER_DEFLATE}) return Filter::deflate;
    if (filters == std::vector{H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE}) {
        return Filter::shuffle_deflate;
    }
    if (filters == std::vector{zstd_filter}) return Filter::zstd;
    reject(*origin_, fmt::format("dataset '{}' has unknown filters", name_));
}

std::int64_t Dataset::element_bytes() const {
    TypeHandle type{H5Dget_type(handle_.get())};
    if (!type.valid()) fail(*origin_, action("read the type of"));
    return static_cast<std::int64_t>(H5Tget_size(type.get()));
}

void Dataset::require_element(Element element) const {
    if (element == Element::text) {
        text_bytes();
        return;
    }
    require_type(stored_type(element));
}

void Dataset::require_type(hid_t type) const {
    TypeHandle own{H5Dget_type(handle_.get())};
    if (!own.valid()) fail(*origin_, action("read the type of"));
    if (H5Tequal(own.get(), type) <= 0) {
        reject(*origin_, fmt::format("dataset '{}' holds another type of values", name_));
    }
}

void Dataset::require_possible(std::int64_t element_bytes, std::int64_t largest_ratio) const {
    auto const wide = static_cast<double>(element_bytes) * static_cast<double>(rows_) *
                      static_cast<double>(std::max<std::int64_t>(columns_, 1));
    if (wide > static_cast<double>(largest_ratio) * static_cast<double>(origin_->bytes)) {
        reject(*origin_,
               fmt::format("dataset '{}' claims more values than the file can hold", name_));
    }
}

void Dataset::require_plain() const {
    if (filter() == Filter::none) return;
    reject(*origin_, fmt::format("dataset '{}' is compressed (it must not be)", name_));
}

SpaceHandle Dataset::select(Region region) const {
    expect(region.first_row >= 0 && region.rows >= 0 && region.first_row + region.rows <= rows_,
           "rows are inside the dataset");
    expect(region.first_column >= 0 && region.columns >= 1 &&
               region.first_column + region.columns <= std::max<std::int64_t>(columns_, 1),
           "columns are inside the dataset");

    SpaceHandle space{H5Dget_space(handle_.get())};
    hsize_t const start[2] = {static_cast<hsize_t>(region.first_row),
                              static_cast<hsize_t>(region.first_column)};
    hsize_t const count[2] = {static_cast<hsize_t>(region.rows),
                              static_cast<hsize_t>(region.columns)};
    if (!space.valid() ||
        H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start, nullptr, count, nullptr) < 0) {
        fail(*origin_, action("select rows of"));
    }
    return space;
}

template <class T>
void Dataset::write(Region region, std::span<T const> values) {
    expect(std::ssize(values) == elements(region), "a region has one value per element");

    require_type(stored_type(element_of<T>));
    if (values.empty()) return;
    auto const space = select(region);
    auto const size = static_cast<hsize_t>(values.size());
    SpaceHandle memory{H5Screate_simple(1, &size, nullptr)};
    if (H5Dwrite(handle_.get(), memory_type(element_of<T>), memory.get(), space.get(), H5P_DEFAULT,
                 values.data()) < 0) {
        fail(*origin_, action("write"));
    }
}

template <class T>
void Dataset::read(Region region, std::span<T> values) const {
    expect(std::ssize(values) == elements(region), "a region has one value per element");

    require_type(stored_type(element_of<T>));
    if (values.empty()) return;
    auto const space = select(region);
    require_plain();
    auto const size = static_cast<hsize_t>(values.size());
    SpaceHandle memory{H5Screate_simple(1, &size, nullptr)};
    if (H5Dread(handle_.get(), memory_type(element_of<T>), memory.get(), space.get(), H5P_DEFAULT,
                values.data()) < 0) {
        fail(*origin_, action("read"));
    }
}

template <class T>
void Dataset::write_all(std::span<T const> values) {
    write(Region{.rows = rows_, .columns = std::max<std::int64_t>(columns_, 1)}, values);
}

template <class T>
std::vector<T> Dataset::read_all() const {
    require_possible(sizeof(T));
    Region const all{.rows = rows_, .columns = std::max<std::int64_t>(columns_, 1)};
    std::vector<T> values(static_cast<std::size_t>(elements(all)));
    read(all, std::span{values});
    return values;
}

void Dataset::write_texts(Region region, std::span<std::string_view const> texts) {
    expect(std::ssize(texts) == elements(region), "a region has one text per element");

    if (texts.empty()) return;
    auto const width = static_cast<std::size_t>(text_bytes());
    std::vector<char> padded(texts.size() * width);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        expect(texts[i].size() <= width, "a text fits its dataset");
        // The padding would hide it from the reader.
        if (texts[i].find('\0') != std::string_view::npos) {
            throw UserError{fmt::format(
                "a value for '{}' holds a NUL byte (texts end there); remove it from the input",
                name_)};
        }
        std::memcpy(padded.data() + i * width, texts[i].data(), texts[i].size());
    }
    auto const space = select(region);
    auto const type = text_type(static_cast<std::int64_t>(width));
    auto const size = static_cast<hsize_t>(texts.size());
    SpaceHandle memory{H5Screate_simple(1, &size, nullptr)};
    if (H5Dwrite(handle_.get(), type.get(), memory.get(), space.get(), H5P_DEFAULT, padded.data()) <
        0) {
        fail(*origin_, action("write"));
    }
}

void Dataset::read_texts(Region region, std::vector<std::string>& texts) const {
    auto const width = static_cast<std::size_t>(text_bytes());
    require_possible(static_cast<std::int64_t>(width));
    auto const count = static_cast<std::size_t>(elements(region));
    if (count == 0) return;
    require_plain();
    std::vector<char> padded(count * width);
    auto const space = select(region);
    auto const type = text_type(static_cast<std::int64_t>(width));
    require_type(type.get());
    auto const size = static_cast<hsize_t>(count);
    SpaceHandle memory{H5Screate_simple(1, &size, nullptr)};
    if (H5Dread(handle_.get(), type.get(), memory.get(), space.get(), H5P_DEFAULT, padded.data()) <
        0) {
        fail(*origin_, action("read"));
    }
    for (std::size_t i = 0; i < count; ++i) {
        std::string_view const text{padded.data() + i * width, width};
        texts.emplace_back(text.substr(0, text.find_last_not_of('\0') + 1));
    }
}

void Dataset::resize(std::int64_t rows) {
    hsize_t const extent[2] = {static_cast<hsize_t>(rows), static_cast<hsize_t>(columns_)};
    if (H5Dset_extent(handle_.get(), extent) < 0) fail(*origin_, action("enlarge"));
    rows_ = rows;
}

void Dataset::write_chunk(std::int64_t row, std::int64_t column, std::uint32_t skipped_filters,
                          std::span<std::byte const> bytes) {
    hsize_t const offset[2] = {static_cast<hsize_t>(row), static_cast<hsize_t>(column)};
    if (H5Dwrite_chunk(handle_.get(), H5P_DEFAULT, skipped_filters, offset, bytes.size(),
                       bytes.data()) < 0) {
        fail(*origin_, action("write"));
    }
}

std::int64_t Dataset::chunk_bytes(std::int64_t row, std::int64_t column) const {
    hsize_t const offset[2] = {static_cast<hsize_t>(row), static_cast<hsize_t>(column)};
    hsize_t bytes = 0;
    if (H5Dget_chunk_storage_size(handle_.get(), offset, &bytes) < 0) {
        fail(*origin_, fmt::format("find row {} of dataset '{}'", row, name_));
    }
    return static_cast<std::int64_t>(bytes);
}

std::uint32_t Dataset::read_chunk(std::int64_t row, std::int64_t column,
                                  std::span<std::byte> bytes) const {
    expect(!bytes.empty(), "a chunk has bytes");
    hsize_t const offset[2] = {static_cast<hsize_t>(row), static_cast<hsize_t>(column)};
    std::uint32_t skipped_filters = 0;
    if (H5Dread_chunk(handle_.get(), H5P_DEFAULT, offset, &skipped_filters, bytes.data()) < 0) {
        fail(*origin_, fmt::format("read row {} of dataset '{}'", row, name_));
    }
    return skipped_filters;
}

template void Dataset::write(Region, std::span<std::uint8_t const>);
template void Dataset::write(Region, std::span<std::int32_t const>);
template void Dataset::write(Region, std::span<std::int64_t const>);
template void Dataset::write(Region, std::span<std::uint64_t const>);
template void Dataset::write(Region, std::span<float const>);
template void Dataset::write(Region, std::span<double const>);
template void Dataset::read(Region, std::span<std::uint8_t>) const;
template void Dataset::read(Region, std::span<std::int32_t>) const;
template void Dataset::read(Region, std::span<std::int64_t>) const;
template void Dataset::read(Region, std::span<std::uint64_t>) const;
template void Dataset::read(Region, std::span<float>) const;
template void Dataset::read(Region, std::span<double>) const;
template void Dataset::write_all(std::span<std::uint8_t const>);
template void Dataset::write_all(std::span<std::int32_t const>);
template void Dataset::write_all(std::span<std::int64_t const>);
template void Dataset::write_all(std::span<std::uint64_t const>);
template void Dataset::write_all(std::span<float const>);
template void Dataset::write_all(std::span<double const>);
template std::vector<std::uint8_t> Dataset::read_all() const;
template std::vector<std::int32_t> Dataset::read_all() const;
template std::vector<std::int64_t> Dataset::read_all() const;
template std::vector<std::uint64_t> Dataset::read_all() const;
template std::vector<float> Dataset::read_all() const;
template std::vector<double> Dataset::read_all() const;

}  // namespace maniple::hdf5
