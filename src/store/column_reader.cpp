#include "column_reader.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "byte_planes.hpp"
#include "deflate.hpp"
#include "maniple/core/contract.hpp"

namespace maniple {

ColumnReader::ColumnReader(hdf5::File const& file, std::string const& name, hdf5::Element element,
                           std::int64_t rows, std::int64_t columns)
    : file_{file}, dataset_{file.open_dataset(name)}, filter_{dataset_.filter()} {
    dataset_.require_extent(rows, columns);
    dataset_.require_element(element);
    if (element == hdf5::Element::text && filter_ == hdf5::Filter::shuffle_deflate) {
        hdf5::reject(file.origin(),
                     fmt::format("dataset '{}' holds texts that are shuffled", name));
    }
    element_bytes_ = dataset_.element_bytes();
    row_bytes_ = element_bytes_ * std::max<std::int64_t>(columns, 1);
    chunk_rows_ = dataset_.chunk_rows();
    dataset_.require_possible(element_bytes_);
    // A chunk may be larger than its dataset.
    if (static_cast<double>(chunk_rows_) * static_cast<double>(row_bytes_) >
        static_cast<double>(hdf5::largest_deflate_ratio) *
            static_cast<double>(file.origin().bytes)) {
        hdf5::reject(file.origin(),
                     fmt::format("dataset '{}' claims more values than the file can hold", name));
    }
}

std::string unpadded(std::span<std::byte const> text) {
    std::string_view const padded{reinterpret_cast<char const*>(text.data()), text.size()};
    return std::string{padded.substr(0, padded.find_last_not_of('\0') + 1)};
}

void ColumnReader::load(std::int64_t chunk) {
    loaded_ = -1;
    auto const row = chunk * chunk_rows_;
    auto const bad = [&](char const* problem) {
        hdf5::reject(file_.origin(),
                     fmt::format("dataset '{}', row {}: {}", dataset_.name(), row, problem));
    };
    auto const bytes = dataset_.chunk_bytes(row, 0);
    if (bytes <= 0 || bytes > file_.origin().bytes) bad("a chunk has an impossible size");
    stored_.resize(static_cast<std::size_t>(bytes));
    auto const skipped = dataset_.read_chunk(row, 0, stored_);
    chunk_.resize(static_cast<std::size_t>(chunk_rows_ * row_bytes_));

    // Bit i of `skipped`: filter i was not applied.
    bool const shuffles = filter_ == hdf5::Filter::shuffle_deflate;
    bool const shuffled = shuffles && (skipped & 1) == 0;
    auto const inflate_bit = shuffles ? 2U : 1U;
    bool const deflated = filter_ != hdf5::Filter::none && (skipped & inflate_bit) == 0;
    if (!deflated) {
        if (stored_.size() != chunk_.size()) bad("a chunk has another size than it should");
        std::swap(chunk_, stored_);
    } else if (!inflate(stored_, chunk_)) {
        bad("a chunk cannot be inflated");
    }
    if (shuffled) {
        stored_.resize(chunk_.size());
        from_planes(chunk_, static_cast<int>(element_bytes_), stored_);
        std::swap(chunk_, stored_);
    }
    loaded_ = chunk;
}

void ColumnReader::read(std::int64_t first, std::int64_t rows, std::vector<std::byte>& bytes) {
    expect(first >= 0 && rows >= 0 && first + rows <= dataset_.rows(),
           "rows are inside the dataset");

    bytes.clear();
    for (auto const last = first + rows; first < last;) {
        auto const chunk = first / chunk_rows_;
        if (chunk != loaded_) load(chunk);
        auto const begin = first - chunk * chunk_rows_;
        auto const taken = std::min(last - first, chunk_rows_ - begin);
        auto const part = std::span{chunk_}.subspan(static_cast<std::size_t>(begin * row_bytes_),
                                                    static_cast<std::size_t>(taken * row_bytes_));
        bytes.insert(bytes.end(), part.begin(), part.end());
        first += taken;
    }
}

}  // namespace maniple
