#include "maniple/store/cohort.hpp"

#include <algorithm>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "columns.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/durable_file.hpp"
#include "maniple/core/error.hpp"
#include "maniple/hdf5/file.hpp"
#include "table_file.hpp"

namespace maniple {
namespace {

constexpr std::int64_t cohort_version = 1;
constexpr char const* index_name = "cohort.h5";

std::uint64_t index_checksum(CohortIndex const& index) {
    Checksum sum;
    auto const number = [&sum](auto value) {
        sum.add_values(std::span{static_cast<decltype(value) const*>(&value), 1});
    };
    number(index.samples.size());
    for (auto const& id : index.samples.ids) sum.add(id);
    for (auto const& family : index.samples.families) sum.add(family);
    sum.add_values(std::span{index.samples.sexes});
    number(index.fingerprint);
    number(index.block_variants);
    for (auto const& contig : index.contigs()) sum.add(contig);
    number(std::ssize(index.partitions));
    for (auto const& entry : index.partitions) {
        sum.add(entry.file);
        sum.add(entry.contig);
        number(entry.variants);
        number(entry.blocks);
        number(entry.bytes);
        number(entry.checksum);
    }
    return sum.value();
}

template <class T>
void write_field(hdf5::File& file, char const* name, CohortIndex const& index,
                 T PartitionEntry::*field) {
    std::vector<T> values;
    for (auto const& entry : index.partitions) values.push_back(entry.*field);
    if constexpr (std::is_same_v<T, std::string>) {
        write_texts(file, name, values);
    } else {
        write_numbers(file, name, std::span<T const>{values});
    }
}

template <class T>
void read_field(hdf5::File const& file, char const* name, CohortIndex& index,
                T PartitionEntry::*field) {
    auto const rows = std::ssize(index.partitions);
    std::vector<T> values;
    if constexpr (std::is_same_v<T, std::string>) {
        values = read_texts(file, name, rows);
    } else {
        values = read_numbers<T>(file, name, rows);
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
        index.partitions[i].*field = std::move(values[i]);
    }
}

void read_samples(hdf5::File const& file, Samples& samples) {
    auto const size = file.open_dataset("sample_id").rows();
    samples.ids = read_texts(file, "sample_id", size);
    samples.families = read_texts(file, "sample_family", size);
    for (auto sex : read_numbers<std::uint8_t>(file, "sample_sex", size)) {
        if (sex > 2) hdf5::reject(file.origin(), "dataset 'sample_sex' holds an unknown code");
        samples.sexes.push_back(static_cast<Sex>(sex));
    }
}

// A checksum cannot tell an odd writer from ours: what others rely on is checked as well.
void require_plausible(hdf5::File const& file, CohortIndex const& index) {
    constexpr auto most = std::int64_t{1} << 31;
    auto const size = index.block_variants;
    auto const plausible = [size](PartitionEntry const& entry) {
        return entry.file.starts_with("genotypes/") && entry.file.find("..") == std::string::npos &&
               entry.variants >= 0 && entry.variants <= most &&
               entry.blocks == (entry.variants + size - 1) / size;
    };
    if (index.samples.size() == 0 || size <= 0 || size > most ||
        index.fingerprint != fingerprint(index.samples) ||
        !std::ranges::all_of(index.partitions, plausible)) {
        hdf5::reject(file.origin(), "it does not describe a cohort");
    }
}

CohortIndex read_index(std::filesystem::path const& path) {
    auto const file = hdf5::File::open(path);
    if (auto const version = file.read_integer("format_version"); version != cohort_version) {
        hdf5::reject(file.origin(), fmt::format("format version {} is unknown", version));
    }
    CohortIndex index;
    index.fingerprint = file.read_unsigned("fingerprint");
    index.block_variants = file.read_integer("block_variants");
    read_samples(file, index.samples);
    auto const partitions = file.open_dataset("partition_variants");
    partitions.require_possible(sizeof(std::int64_t));
    index.partitions.resize(static_cast<std::size_t>(partitions.rows()));
    read_field(file, "partition_file", index, &PartitionEntry::file);
    read_field(file, "partition_contig", index, &PartitionEntry::contig);
    read_field(file, "partition_variants", index, &PartitionEntry::variants);
    read_field(file, "partition_blocks", index, &PartitionEntry::blocks);
    read_field(file, "partition_bytes", index, &PartitionEntry::bytes);
    read_field(file, "partition_checksum", index, &PartitionEntry::checksum);
    auto const contigs = read_texts(file, "contig_id", file.open_dataset("contig_id").rows());
    if (contigs != index.contigs() || index_checksum(index) != file.read_unsigned("checksum")) {
        hdf5::reject(file.origin(), "its checksum differs");
    }
    require_plausible(file, index);
    return index;
}

CohortIndex open_index(std::filesystem::path const& path) {
    std::error_code error;
    auto const status = std::filesystem::status(path, error);
    if (status.type() == std::filesystem::file_type::not_found) {
        throw UserError{
            fmt::format("store '{}' does not exist; check the path, or make it with `maniple "
                        "import --store {}`",
                        path.string(), path.string())};
    }
    if (error) {
        throw EnvironmentError{fmt::format("store '{}' cannot be read ({}); check permissions",
                                           path.string(), error.message())};
    }
    auto const present = std::filesystem::exists(path / index_name, error);
    if (error && error != std::errc::not_a_directory) {
        throw EnvironmentError{fmt::format("store '{}' cannot be read ({}); check permissions",
                                           path.string(), error.message())};
    }
    if (!present) {
        throw UserError{
            fmt::format("'{}' is not a cohort store (it holds no {}); give the folder that "
                        "`maniple import` made",
                        path.string(), index_name)};
    }
    return read_index(path / index_name);
}

}  // namespace

std::int64_t CohortIndex::variants() const {
    std::int64_t sum = 0;
    for (auto const& entry : partitions) sum += entry.variants;
    return sum;
}

std::vector<std::string> CohortIndex::contigs() const {
    std::vector<std::string> names;
    for (auto const& entry : partitions) {
        if (std::ranges::find(names, entry.contig) == names.end()) names.push_back(entry.contig);
    }
    return names;
}

PartitionFormat CohortIndex::format() const {
    return {
        .samples = samples.size(), .fingerprint = fingerprint, .block_variants = block_variants};
}

Cohort::Cohort(std::filesystem::path path) : path_{std::move(path)}, index_{open_index(path_)} {}

PartitionReader Cohort::open_partition(std::size_t number) const {
    expect(number < index_.partitions.size(), "partition is inside the cohort");

    return PartitionReader{path_, index_.partitions[number], index_.format()};
}

std::vector<std::string> Cohort::table_names() const { return list_tables(path_); }

std::vector<std::string> Cohort::model_names() const { return list_models(path_); }

TableReader Cohort::open_table(std::string const& name) const {
    return TableReader{path_, index_.format(), name};
}

TableSummary Cohort::summarize_table(std::string const& name) const {
    return open_table(name).summary();
}

Table Cohort::read_table(std::string const& name) const {
    return read_table_file(path_, index_.format(), name);
}

void write_cohort_index(std::filesystem::path const& store, CohortIndex const& index) {
    expect(index.samples.size() > 0, "a cohort has samples");
    expect(std::ssize(index.samples.families) == index.samples.size() &&
               std::ssize(index.samples.sexes) == index.samples.size(),
           "every sample has a family and a sex");
    expect(index.block_variants > 0, "a block has variants");
    expect(index.fingerprint == fingerprint(index.samples), "the fingerprint is the samples' own");

    DurableFile place{store / index_name};
    auto file = hdf5::File::create(place.temporary());
    file.write_attribute("format_version", cohort_version);
    file.write_attribute("fingerprint", index.fingerprint);
    file.write_attribute("block_variants", index.block_variants);
    file.write_attribute("checksum", index_checksum(index));
    write_texts(file, "sample_id", index.samples.ids);
    write_texts(file, "sample_family", index.samples.families);
    std::vector<std::uint8_t> sexes;
    for (auto sex : index.samples.sexes) sexes.push_back(static_cast<std::uint8_t>(sex));
    write_numbers(file, "sample_sex", std::span<std::uint8_t const>{sexes});
    write_texts(file, "contig_id", index.contigs());
    write_field(file, "partition_file", index, &PartitionEntry::file);
    write_field(file, "partition_contig", index, &PartitionEntry::contig);
    write_field(file, "partition_variants", index, &PartitionEntry::variants);
    write_field(file, "partition_blocks", index, &PartitionEntry::blocks);
    write_field(file, "partition_bytes", index, &PartitionEntry::bytes);
    write_field(file, "partition_checksum", index, &PartitionEntry::checksum);
    file.close();
    place.commit(ExistingFile::replace);
}

}  // namespace maniple
