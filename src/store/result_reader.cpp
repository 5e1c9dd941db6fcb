#include <algorithm>
#include <limits>
#include <system_error>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "byte_planes.hpp"
#include "columns.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/hdf5/file.hpp"
#include "maniple/store/result_file.hpp"
#include "packed_chunk.hpp"
#include "result_layout.hpp"
#include "result_names.hpp"

namespace maniple {

struct ResultReader::State {
    hdf5::File file;
    ResultHeader header;
    ResultShape shape;
    ResultNamesReader names;
    std::vector<hdf5::Dataset> datasets;
    hdf5::Dataset checksums;
};

namespace {

hdf5::File open_results(std::filesystem::path const& path) {
    std::error_code error;
    if (!std::filesystem::exists(path, error) && !error) {
        throw UserError{
            fmt::format("'{}' does not exist; check the path, or let `maniple scan` finish first",
                        path.string())};
    }
    auto file = hdf5::File::open(path);
    if (!file.has_attribute("checksum")) {
        hdf5::reject(file.origin(), "it was never finished, or holds no results");
    }
    if (auto const version = file.read_integer("format_version"); version != result_version) {
        hdf5::reject(file.origin(), fmt::format("format version {} is unknown", version));
    }
    return file;
}

std::vector<std::string> read_list(hdf5::File const& file, std::string const& name) {
    return read_texts(file, name, file.open_dataset(name).rows());
}

ResultHeader read_header(hdf5::File const& file) {
    return {.traits = read_list(file, "trait_id"),
            .statuses = read_list(file, "status_id"),
            .model = file.read_text("model"),
            .covariates = file.read_text("covariates"),
            .missing_genotype = file.read_text("missing_genotype"),
            .fingerprint = file.read_unsigned("fingerprint"),
            .variants = file.read_integer("variants"),
            .contigs = read_list(file, "contig_id"),
            .id_width = file.read_integer("id_width"),
            .allele_width = file.read_integer("allele_width")};
}

// A checksum cannot tell an odd writer from ours.
void require_plausible(hdf5::File const& file, ResultHeader const& header,
                       ResultShape const& shape) {
    auto const is_length = [](std::int64_t length) {
        return length > 0 && length <= std::numeric_limits<std::int32_t>::max();
    };
    if (header.traits.empty() || header.variants < 0 || !is_length(header.id_width) ||
        !is_length(header.allele_width) || !is_length(shape.chunk_rows) ||
        !is_length(shape.name_rows)) {
        hdf5::reject(file.origin(), "its header does not describe results");
    }
}

std::vector<hdf5::Dataset> open_datasets(hdf5::File const& file, ResultHeader const& header,
                                         ResultShape const& shape) {
    std::vector<hdf5::Dataset> datasets;
    for (auto const& [name, element, value_bytes] : result_datasets) {
        auto const& dataset = datasets.emplace_back(file.open_dataset(std::string{name}));
        dataset.require_extent(header.variants, std::ssize(header.traits));
        dataset.require_possible(value_bytes);
        if (header.variants > 0) dataset.require_chunk(shape.chunk_rows, 1);
    }
    return datasets;
}

// Rows of a chunk, read and checked.
struct Piece {
    std::int64_t first_row;
    std::int64_t rows;
    std::uint64_t checksum;
};

std::vector<std::byte> read_piece(hdf5::Dataset const& dataset, hdf5::Origin const& origin,
                                  std::int64_t trait, Piece const& piece, std::int64_t chunk_rows,
                                  int value_bytes) {
    auto planes =
        read_packed_chunk(dataset, origin, piece.first_row, trait, chunk_rows * value_bytes);
    if (piece.rows < chunk_rows) planes = without_padding(planes, value_bytes, piece.rows);
    if (checksum(std::span<std::byte const>{planes}) != piece.checksum) {
        hdf5::reject(origin, fmt::format("the checksum of '{}' differs (trait number {}, rows {} "
                                         "to {})",
                                         dataset.name(), trait + 1, piece.first_row,
                                         piece.first_row + piece.rows - 1));
    }
    return planes;
}

template <class T>
constexpr hdf5::Element element_of_type() {
    if constexpr (std::is_same_v<T, double>) return hdf5::Element::float64;
    if constexpr (std::is_same_v<T, float>) return hdf5::Element::float32;
    if constexpr (std::is_same_v<T, std::int32_t>) return hdf5::Element::int32;
    if constexpr (std::is_same_v<T, std::uint8_t>) return hdf5::Element::uint8;
}

}  // namespace

ResultReader::ResultReader(std::filesystem::path const& path) {
    auto file = open_results(path);
    auto header = read_header(file);
    ResultShape const shape{.chunk_rows = file.read_integer("chunk_rows"),
                            .name_rows = file.read_integer("name_rows")};
    if (checksum_of(header, shape) != file.read_unsigned("checksum")) {
        hdf5::reject(file.origin(), "the checksum of its header differs");
    }
    require_plausible(file, header, shape);
    ResultNamesReader names{file, header, shape};
    auto datasets = open_datasets(file, header, shape);
    auto checksums = file.open_dataset(column_checksum);
    checksums.require_extent(pieces(header.variants, shape.chunk_rows),
                             std::ssize(header.traits) * result_columns);
    checksums.require_possible(sizeof(std::uint64_t));
    state_ =
        std::make_unique<State>(State{std::move(file), std::move(header), shape, std::move(names),
                                      std::move(datasets), std::move(checksums)});
}

ResultReader::ResultReader(ResultReader&&) noexcept = default;
ResultReader& ResultReader::operator=(ResultReader&&) noexcept = default;
ResultReader::~ResultReader() = default;

ResultHeader const& ResultReader::header() const { return state_->header; }

std::int64_t ResultReader::chunk_rows() const { return state_->shape.chunk_rows; }

namespace {

void expect_rows(Range<GlobalVariantIndex> rows, std::int64_t variants) {
    expect(rows.first.get() >= 0 && rows.first <= rows.last && rows.last.get() <= variants,
           "the rows are in the results");
}

}  // namespace

ResultNames ResultReader::names(Range<GlobalVariantIndex> rows) const {
    expect_rows(rows, state_->header.variants);

    return state_->names.read(state_->file, rows);
}

ResultPlaces ResultReader::places(Range<GlobalVariantIndex> rows) const {
    expect_rows(rows, state_->header.variants);

    return state_->names.read_places(state_->file, rows);
}

template <class T>
std::vector<T> ResultReader::read(ResultColumn which, TraitIndex trait,
                                  Range<GlobalVariantIndex> rows) const {
    auto const& [file, header, shape, names, datasets, checksums] = *state_;
    auto const place = static_cast<std::size_t>(which);
    expect_rows(rows, header.variants);
    expect(trait.get() >= 0 && trait.get() < std::ssize(header.traits), "trait is in the results");
    expect(result_datasets[place].element == element_of_type<T>(), "T is the dataset's type");

    std::vector<T> values;
    if (rows.size() == 0) return values;
    values.reserve(static_cast<std::size_t>(rows.size()));
    auto const first_chunk = rows.first.get() / shape.chunk_rows;
    std::vector<std::uint64_t> sums(
        static_cast<std::size_t>(pieces(rows.last.get(), shape.chunk_rows) - first_chunk));
    checksums.read({.first_row = first_chunk,
                    .rows = std::ssize(sums),
                    .first_column = trait.get() * result_columns + static_cast<int>(which)},
                   std::span{sums});
    std::vector<T> piece_values;
    for (std::size_t i = 0; i < sums.size(); ++i) {
        auto const first = (first_chunk + static_cast<std::int64_t>(i)) * shape.chunk_rows;
        Piece const piece{.first_row = first,
                          .rows = std::min(shape.chunk_rows, header.variants - first),
                          .checksum = sums[i]};
        auto const planes = read_piece(datasets[place], file.origin(), trait.get(), piece,
                                       shape.chunk_rows, sizeof(T));
        piece_values.resize(static_cast<std::size_t>(piece.rows));
        from_planes(planes, sizeof(T), std::as_writable_bytes(std::span{piece_values}));
        auto const begin = std::max(rows.first.get(), first) - first;
        auto const end = std::min(rows.last.get(), first + piece.rows) - first;
        values.insert(values.end(), piece_values.begin() + begin, piece_values.begin() + end);
    }
    return values;
}

template std::vector<double> ResultReader::read(ResultColumn, TraitIndex,
                                                Range<GlobalVariantIndex>) const;
template std::vector<float> ResultReader::read(ResultColumn, TraitIndex,
                                               Range<GlobalVariantIndex>) const;
template std::vector<std::int32_t> ResultReader::read(ResultColumn, TraitIndex,
                                                      Range<GlobalVariantIndex>) const;
template std::vector<std::uint8_t> ResultReader::read(ResultColumn, TraitIndex,
                                                      Range<GlobalVariantIndex>) const;

TraitResults ResultReader::read(TraitIndex trait) const {
    Range<GlobalVariantIndex> const all{GlobalVariantIndex{0},
                                        GlobalVariantIndex{state_->header.variants}};
    return {
        .beta = read<double>(ResultColumn::beta, trait, all),
        .standard_error = read<float>(ResultColumn::standard_error, trait, all),
        .neg_log10_p = read<float>(ResultColumn::neg_log10_p, trait, all),
        .status = read<std::uint8_t>(ResultColumn::status, trait, all),
        .samples = read<std::int32_t>(ResultColumn::samples, trait, all),
        .effect_allele_frequency = read<float>(ResultColumn::effect_allele_frequency, trait, all)};
}

}  // namespace maniple
