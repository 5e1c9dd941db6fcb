#include "columns.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "column_reader.hpp"

namespace maniple {
namespace {

constexpr std::int64_t chunk_bytes = std::int64_t{1} << 20;

// Chunks hold no more rows than there are; a dataset without rows has no chunks.
std::int64_t rows_of_chunk(std::int64_t row_bytes, std::int64_t rows) {
    return std::min(rows, std::max<std::int64_t>(1, chunk_bytes / row_bytes));
}

template <class T>
constexpr hdf5::Element element() {
    if constexpr (std::is_same_v<T, std::uint8_t>) return hdf5::Element::uint8;
    if constexpr (std::is_same_v<T, std::int32_t>) return hdf5::Element::int32;
    if constexpr (std::is_same_v<T, std::int64_t>) return hdf5::Element::int64;
    if constexpr (std::is_same_v<T, std::uint64_t>) return hdf5::Element::uint64;
    if constexpr (std::is_same_v<T, double>) return hdf5::Element::float64;
}

}  // namespace

template <class T>
void write_numbers(hdf5::File& file, std::string const& name, std::span<T const> values) {
    auto const rows = std::ssize(values);
    auto dataset = file.create_dataset(
        name, {.element = element<T>(),
               .rows = rows,
               .chunk_rows = rows_of_chunk(sizeof(T), rows),
               .filter = rows > 0 ? hdf5::Filter::shuffle_deflate : hdf5::Filter::none});
    dataset.write_all(values);
}

template <class T>
std::vector<T> read_numbers(hdf5::File const& file, std::string const& name, std::int64_t rows) {
    std::vector<T> values;
    if (rows == 0) {
        auto const dataset = file.open_dataset(name);
        dataset.require_extent(rows);
        dataset.require_element(element<T>());
        return values;
    }
    ColumnReader column{file, name, element<T>(), rows};
    auto const batch = rows_of_chunk(sizeof(T), rows);
    values.resize(static_cast<std::size_t>(rows));
    std::vector<std::byte> bytes;
    for (std::int64_t first = 0; first < rows; first += batch) {
        column.read(first, std::min(batch, rows - first), bytes);
        std::memcpy(values.data() + first, bytes.data(), bytes.size());
    }
    return values;
}

std::vector<double> with_one_nan(std::vector<double> values) {
    for (auto& value : values) {
        if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
    }
    return values;
}

void write_texts(hdf5::File& file, std::string const& name, std::int64_t rows, std::int64_t columns,
                 std::function<std::string_view(std::int64_t)> const& text_at) {
    auto const width = std::max<std::int64_t>(columns, 1);
    std::int64_t longest = 1;
    for (std::int64_t i = 0; i < rows * width; ++i) {
        longest = std::max(longest, std::ssize(text_at(i)));
    }
    auto const batch = rows_of_chunk(longest * width, rows);
    auto dataset = file.create_dataset(
        name, {.element = hdf5::Element::text,
               .text_bytes = longest,
               .rows = rows,
               .columns = columns,
               .chunk_rows = batch,
               .chunk_columns = width,
               .filter = rows > 0 ? hdf5::Filter::deflate : hdf5::Filter::none});
    std::vector<std::string_view> texts;
    for (std::int64_t first = 0; first < rows; first += batch) {
        auto const last = std::min(first + batch, rows);
        texts.clear();
        for (auto i = first * width; i < last * width; ++i) texts.push_back(text_at(i));
        dataset.write_texts({.first_row = first, .rows = last - first, .columns = width}, texts);
    }
}

void write_texts(hdf5::File& file, std::string const& name, std::span<std::string const> texts) {
    write_texts(file, name, std::ssize(texts), 0, [&](std::int64_t i) -> std::string_view {
        return texts[static_cast<std::size_t>(i)];
    });
}

void read_texts(hdf5::File const& file, std::string const& name, std::int64_t rows,
                std::int64_t columns,
                std::function<void(std::int64_t, std::string&&)> const& take) {
    if (rows == 0) {
        file.open_dataset(name).require_extent(rows, columns);
        return;
    }
    ColumnReader column{file, name, hdf5::Element::text, rows, columns};
    auto const width = static_cast<std::size_t>(column.element_bytes());
    auto const per_row = std::max<std::int64_t>(columns, 1);
    auto const batch = rows_of_chunk(column.element_bytes() * per_row, rows);
    std::vector<std::byte> bytes;
    for (std::int64_t first = 0; first < rows; first += batch) {
        column.read(first, std::min(batch, rows - first), bytes);
        for (std::size_t i = 0; i < bytes.size() / width; ++i) {
            take(first * per_row + static_cast<std::int64_t>(i),
                 unpadded(std::span{bytes}.subspan(i * width, width)));
        }
    }
}

std::vector<std::string> read_texts(hdf5::File const& file, std::string const& name,
                                    std::int64_t rows) {
    std::vector<std::string> texts;
    read_texts(file, name, rows, 0,
               [&](std::int64_t, std::string&& text) { texts.push_back(std::move(text)); });
    return texts;
}

template void write_numbers(hdf5::File&, std::string const&, std::span<std::uint8_t const>);
template void write_numbers(hdf5::File&, std::string const&, std::span<std::int32_t const>);
template void write_numbers(hdf5::File&, std::string const&, std::span<std::int64_t const>);
template void write_numbers(hdf5::File&, std::string const&, std::span<std::uint64_t const>);
template void write_numbers(hdf5::File&, std::string const&, std::span<double const>);
template std::vector<std::uint8_t> read_numbers(hdf5::File const&, std::string const&,
                                                std::int64_t);
template std::vector<std::int32_t> read_numbers(hdf5::File const&, std::string const&,
                                                std::int64_t);
template std::vector<std::int64_t> read_numbers(hdf5::File const&, std::string const&,
                                                std::int64_t);
template std::vector<std::uint64_t> read_numbers(hdf5::File const&, std::string const&,
                                                 std::int64_t);
template std::vector<double> read_numbers(hdf5::File const&, std::string const&, std::int64_t);

}  // namespace maniple
