#include "table_file.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "columns.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/durable_file.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/folder_like.hpp"
#include "maniple/hdf5/file.hpp"
#include "maniple/store/table_reader.hpp"
#include "shuffled_chunk.hpp"

namespace maniple {
namespace {

constexpr std::int64_t table_version = 1;
constexpr std::int64_t longest_chunk = 131'072;  // 1 MiB of float64.

std::int64_t table_chunk_rows(std::int64_t samples) { return std::min(samples, longest_chunk); }

std::filesystem::path table_path(std::filesystem::path const& store, std::string const& name) {
    return store / "tables" / (name + ".h5");
}

bool is_table_name(std::string const& name) {
    constexpr std::string_view others = "._-";
    auto const allowed = [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               others.find(c) != std::string_view::npos;
    };
    return !name.empty() && name.size() <= 200 && name.front() != '.' &&
           std::ranges::all_of(name, allowed);
}

// Descriptions of a table's columns, as they lie in the file.
struct Description {
    TableSummary summary;
    std::vector<std::uint64_t> checksums;  // Of each column's values.
};

std::uint64_t description_checksum(Description const& description, PartitionFormat const& format) {
    Checksum sum;
    auto const number = [&sum](std::int64_t value) {
        sum.add_values(std::span{static_cast<std::int64_t const*>(&value), 1});
    };
    auto const& summary = description.summary;
    sum.add_values(std::span{&format.fingerprint, 1});
    number(format.samples);
    sum.add(summary.source);
    number(summary.rows.file_rows);
    number(summary.rows.matched);
    number(std::ssize(summary.columns));
    for (auto const& column : summary.columns) {
        sum.add(column.name);
        sum.add(to_string(column.type));
        number(column.observed);
        number(std::ssize(column.levels));
        for (auto const& level : column.levels) sum.add(level);
    }
    sum.add_values(std::span{description.checksums});
    return sum.value();
}

std::uint64_t checksum_of(std::vector<double> const& values) {
    return checksum(std::as_bytes(std::span{values}));
}

void write_values(hdf5::File& file, Table const& table, std::int64_t samples,
                  std::vector<std::uint64_t>& checksums) {
    if (table.columns.empty()) return;
    auto const rows_per_chunk = table_chunk_rows(samples);
    auto dataset = file.create_dataset("values", {.element = hdf5::Element::float64,
                                                  .rows = samples,
                                                  .columns = std::ssize(table.columns),
                                                  .chunk_rows = rows_per_chunk,
                                                  .filter = hdf5::Filter::shuffle_deflate});
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
        auto const values = with_one_nan(table.columns[c].values);
        checksums.push_back(checksum_of(values));
        for (std::int64_t first = 0; first < samples; first += rows_per_chunk) {
            auto const rows = std::min(rows_per_chunk, samples - first);
            write_shuffled_chunk(dataset, first, static_cast<std::int64_t>(c),
                                 std::span{values}.subspan(static_cast<std::size_t>(first),
                                                           static_cast<std::size_t>(rows)),
                                 rows_per_chunk);
        }
    }
}

void write_description(hdf5::File& file, Description const& description,
                       PartitionFormat const& format) {
    auto const& summary = description.summary;
    std::vector<std::string> names;
    std::vector<std::string> types;
    std::vector<std::int64_t> observed;
    std::vector<std::string> levels;
    std::vector<std::int32_t> level_columns;
    for (auto const& column : summary.columns) {
        auto const position = static_cast<std::int32_t>(names.size());
        names.push_back(column.name);
        types.emplace_back(to_string(column.type));
        observed.push_back(column.observed);
        levels.insert(levels.end(), column.levels.begin(), column.levels.end());
        level_columns.resize(levels.size(), position);
    }
    file.write_attribute("format_version", table_version);
    file.write_attribute("fingerprint", format.fingerprint);
    file.write_attribute("samples", format.samples);
    file.write_attribute("source", std::string_view{summary.source});
    file.write_attribute("file_rows", summary.rows.file_rows);
    file.write_attribute("matched", summary.rows.matched);
    file.write_attribute("checksum", description_checksum(description, format));
    write_texts(file, "column_id", names);
    write_texts(file, "column_type", types);
    write_numbers(file, "column_observed", std::span<std::int64_t const>{observed});
    write_numbers(file, "column_checksum", std::span<std::uint64_t const>{description.checksums});
    write_texts(file, "level_id", levels);
    write_numbers(file, "level_column", std::span<std::int32_t const>{level_columns});
}

hdf5::File open_table(std::filesystem::path const& store, std::string const& name) {
    auto const path = table_path(store, name);
    std::error_code error;
    if (!is_table_name(name) || (!std::filesystem::exists(path, error) && !error)) {
        auto const names = list_tables(store);
        throw UserError{
            fmt::format("store '{}' has no table '{}' (it has: {})", store.string(), name,
                        names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", ")))};
    }
    return hdf5::File::open(path);
}

ColumnType column_type(hdf5::File const& file, std::string const& text) {
    for (auto type : {ColumnType::quantitative, ColumnType::binary, ColumnType::categorical}) {
        if (text == to_string(type)) return type;
    }
    hdf5::reject(file.origin(), "a column has an unknown type");
}

void read_columns(hdf5::File const& file, TableSummary& summary) {
    auto const size = file.open_dataset("column_id").rows();
    auto names = read_texts(file, "column_id", size);
    auto const types = read_texts(file, "column_type", size);
    auto const observed = read_numbers<std::int64_t>(file, "column_observed", size);
    for (std::size_t c = 0; c < names.size(); ++c) {
        summary.columns.push_back({.name = std::move(names[c]),
                                   .type = column_type(file, types[c]),
                                   .levels = {},
                                   .observed = observed[c]});
    }
    auto const level_count = file.open_dataset("level_id").rows();
    auto levels = read_texts(file, "level_id", level_count);
    auto const level_columns = read_numbers<std::int32_t>(file, "level_column", level_count);
    for (std::size_t i = 0; i < levels.size(); ++i) {
        if (level_columns[i] < 0 || level_columns[i] >= size) {
            hdf5::reject(file.origin(), "a level belongs to no column");
        }
        summary.columns[static_cast<std::size_t>(level_columns[i])].levels.push_back(
            std::move(levels[i]));
    }
}

Description read_description(hdf5::File const& file, PartitionFormat const& format,
                             std::string const& name) {
    if (auto const version = file.read_integer("format_version"); version != table_version) {
        hdf5::reject(file.origin(), fmt::format("format version {} is unknown", version));
    }
    if (file.read_unsigned("fingerprint") != format.fingerprint ||
        file.read_integer("samples") != format.samples) {
        throw CorruptInput{fmt::format(
            "'{}' belongs to another cohort (its samples are not those of cohort.h5); import the "
            "table into this store",
            file.path().string())};
    }
    Description description;
    auto& summary = description.summary;
    summary.name = name;
    summary.source = file.read_text("source");
    summary.rows = {.file_rows = file.read_integer("file_rows"),
                    .matched = file.read_integer("matched")};
    read_columns(file, summary);
    description.checksums =
        read_numbers<std::uint64_t>(file, "column_checksum", std::ssize(summary.columns));
    if (description_checksum(description, format) != file.read_unsigned("checksum")) {
        hdf5::reject(file.origin(), "the checksum of its column descriptions differs");
    }
    return description;
}

// Names of a folder's *.h5, sorted.
std::vector<std::string> list_files(std::filesystem::path const& folder) {
    std::vector<std::string> names;
    std::error_code error;
    if (!std::filesystem::exists(folder, error) && !error) return names;
    for (auto entry = std::filesystem::directory_iterator{folder, error};
         !error && entry != std::filesystem::directory_iterator{}; entry.increment(error)) {
        auto const& path = entry->path();
        if (path.extension() == ".h5" && is_table_name(path.stem().string())) {
            names.push_back(path.stem().string());
        }
    }
    if (error) {
        throw EnvironmentError{fmt::format("'{}' cannot be read ({}); check permissions",
                                           folder.string(), error.message())};
    }
    std::ranges::sort(names);
    return names;
}

}  // namespace

std::vector<std::string> list_tables(std::filesystem::path const& store) {
    return list_files(store / "tables");
}

std::vector<std::string> list_models(std::filesystem::path const& store) {
    return list_files(store / "models");
}

void require_name(std::string const& name, std::string_view what) {
    if (is_table_name(name)) return;
    throw UserError{
        fmt::format("{} name '{}' is not allowed (letters, digits, '.', '_' and '-', the first not "
                    "'.', at most 200); choose another with --name",
                    what, name)};
}

struct TableReader::State {
    hdf5::File file;
    Description description;
    std::optional<hdf5::Dataset> values;  // None: the table has no columns.
    std::int64_t samples;
    ShuffledChunk buffers = {};
};

TableReader::TableReader(std::filesystem::path const& store, PartitionFormat const& format,
                         std::string const& name) {
    auto file = open_table(store, name);
    auto description = read_description(file, format, name);
    std::optional<hdf5::Dataset> values;
    if (!description.summary.columns.empty()) {
        values = file.open_dataset("values");
        values->require_extent(format.samples, std::ssize(description.summary.columns));
        values->require_element(hdf5::Element::float64);
        values->require_chunk(table_chunk_rows(format.samples), 1);
    }
    state_ = std::make_unique<State>(
        State{std::move(file), std::move(description), std::move(values), format.samples});
}

TableReader::TableReader(TableReader&&) noexcept = default;
TableReader& TableReader::operator=(TableReader&&) noexcept = default;
TableReader::~TableReader() = default;

TableSummary const& TableReader::summary() const { return state_->description.summary; }

void TableReader::read(std::size_t column, std::span<double> values) const {
    expect(column < summary().columns.size(), "column is inside the table");
    expect(std::ssize(values) == state_->samples, "a column has all samples");

    auto const& dataset = *state_->values;
    auto const rows_per_chunk = table_chunk_rows(state_->samples);
    auto& buffers = state_->buffers;
    buffers.planes.resize(static_cast<std::size_t>(rows_per_chunk) * sizeof(double));
    buffers.chunk.resize(static_cast<std::size_t>(rows_per_chunk));
    for (std::int64_t row = 0; row < state_->samples; row += rows_per_chunk) {
        if (!read_shuffled_chunk(dataset, row, static_cast<std::int64_t>(column), buffers)) {
            hdf5::reject(state_->file.origin(),
                         fmt::format("values, column '{}': a chunk cannot be inflated",
                                     summary().columns[column].name));
        }
        std::copy_n(buffers.chunk.begin(), std::min(rows_per_chunk, state_->samples - row),
                    values.begin() + row);
    }
    if (checksum(std::as_bytes(values)) != state_->description.checksums[column]) {
        hdf5::reject(state_->file.origin(), fmt::format("the checksum of column '{}' differs",
                                                        summary().columns[column].name));
    }
}

Table read_table_file(std::filesystem::path const& store, PartitionFormat const& format,
                      std::string const& name) {
    TableReader const reader{store, format, name};
    auto const& summary = reader.summary();
    Table table{.name = name, .source = summary.source, .rows = summary.rows, .columns = {}};
    for (std::size_t c = 0; c < summary.columns.size(); ++c) {
        auto const& column = summary.columns[c];
        std::vector<double> values(static_cast<std::size_t>(format.samples));
        reader.read(c, values);
        table.columns.push_back({.name = column.name,
                                 .type = column.type,
                                 .levels = column.levels,
                                 .values = std::move(values)});
    }
    return table;
}

void write_table(std::filesystem::path const& store, CohortIndex const& index, Table const& table,
                 ExistingTable existing) {
    require_name(table.name, "table");
    auto const path = table_path(store, table.name);
    if (existing == ExistingTable::refuse && std::filesystem::exists(path)) {
        throw UserError{
            fmt::format("table '{}' exists already in store '{}'; choose another name with --name",
                        table.name, store.string())};
    }
    for (auto const& column : table.columns) {
        expect(std::ssize(column.values) == index.samples.size(), "a column has all samples");
    }

    std::error_code error;
    // With the store's own permissions.
    make_folder_like(path.parent_path(), store, error);
    if (error) {
        throw EnvironmentError{fmt::format("'{}' cannot be made ({}); check permissions",
                                           path.parent_path().string(), error.message())};
    }
    Description description;
    description.summary = {
        .name = table.name, .source = table.source, .rows = table.rows, .columns = {}};
    for (auto const& column : table.columns) {
        description.summary.columns.push_back({.name = column.name,
                                               .type = column.type,
                                               .levels = column.levels,
                                               .observed = column.observed()});
    }
    DurableFile place{path};
    auto file = hdf5::File::create(place.temporary());
    write_values(file, table, index.samples.size(), description.checksums);
    write_description(file, description, index.format());
    file.close();
    place.commit(existing == ExistingTable::replace ? ExistingFile::replace : ExistingFile::refuse);
}

}  // namespace maniple
