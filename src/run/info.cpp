#include "maniple/run/info.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "describe_models.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/genotype/packed_block.hpp"
#include "maniple/run/small_cells.hpp"
#include "told_json.hpp"

namespace maniple {
namespace {

struct ContigSummary {
    std::string name;
    std::int64_t variants = 0;
    std::int64_t partitions = 0;
    std::int64_t bytes = 0;
    std::int32_t first = std::numeric_limits<std::int32_t>::max();  ///< Smallest position.
    std::int32_t last = 0;                                          ///< Largest position.
};

std::vector<ContigSummary> count_contigs(CohortIndex const& index) {
    std::vector<ContigSummary> contigs;
    for (auto const& name : index.contigs()) contigs.push_back({.name = name});
    for (auto const& entry : index.partitions) {
        auto& contig = *std::ranges::find(contigs, entry.contig, &ContigSummary::name);
        contig.variants += entry.variants;
        contig.partitions += 1;
        contig.bytes += entry.bytes;
    }
    return contigs;
}

/// How the genotypes of a store are compressed.
struct StorageSummary {
    std::vector<PartitionStorage> partitions;

    std::int64_t sum(std::int64_t PartitionStorage::*count) const {
        std::int64_t total = 0;
        for (auto const& partition : partitions) total += partition.*count;
        return total;
    }
    std::int64_t packed_chunks(Codec codec) const {
        std::int64_t total = 0;
        for (auto const& partition : partitions) {
            if (partition.codec == codec) total += partition.packed_chunks;
        }
        return total;
    }
};

void find_positions(Cohort const& cohort, std::vector<ContigSummary>& contigs,
                    StorageSummary& storage) {
    for (std::size_t p = 0; p < cohort.index().partitions.size(); ++p) {
        auto const& name = cohort.index().partitions[p].contig;
        auto& contig = *std::ranges::find(contigs, name, &ContigSummary::name);
        auto const reader = cohort.open_partition(p);
        storage.partitions.push_back(reader.storage());
        for (std::int64_t block = 0; block < reader.blocks(); ++block) {
            for (auto const position : reader.read_numbers(block).position) {
                contig.first = std::min(contig.first, position);
                contig.last = std::max(contig.last, position);
            }
        }
    }
}

std::string describe_sexes(Samples const& samples) {
    auto const male = std::ranges::count(samples.sexes, Sex::male);
    auto const female = std::ranges::count(samples.sexes, Sex::female);
    std::vector<std::vector<std::int64_t>> const counts{
        {female}, {male}, {samples.size() - male - female}};
    auto const suppressed = suppress_small(counts, fewest_told);
    auto const text = [&](std::size_t group) -> std::string {
        auto const people = counts[group][0];
        if (is_small(people, fewest_told)) return describe_count(people);
        return suppressed[group] && people > 0 ? "NA" : grouped(people);
    };
    return fmt::format("{} female, {} male, {} unknown", text(0), text(1), text(2));
}

std::string describe_size(CohortIndex const& index) {
    std::int64_t bytes = 0;
    for (auto const& entry : index.partitions) bytes += entry.bytes;
    // Against two bits a genotype, which is what .bed files take.
    auto const packed =
        static_cast<double>(index.variants()) * static_cast<double>((index.samples.size() + 3) / 4);
    auto const ratio = bytes > 0 ? packed / static_cast<double>(bytes) : 1.0;
    bool const larger = ratio < 1;  // A few variants take less than what describes them.
    return fmt::format("{} ({:.2f} times {} than at two bits a genotype)", readable_bytes(bytes),
                       larger ? 1 / ratio : ratio, larger ? "larger" : "smaller");
}

// "deflate in 388 of 400 chunks, the others plain; 12.10 times smaller".
std::string describe_compression(StorageSummary const& storage) {
    auto const chunks = storage.sum(&PartitionStorage::chunks);
    auto const packed = storage.sum(&PartitionStorage::packed_chunks);
    if (packed == 0) return "none";
    std::string codecs;
    for (auto codec : {Codec::deflate, Codec::zstd}) {
        auto const own = storage.packed_chunks(codec);
        if (own == 0) continue;
        codecs +=
            fmt::format("{}{} in {}", codecs.empty() ? "" : ", ", to_string(codec), grouped(own));
    }
    auto const stored = std::max<std::int64_t>(storage.sum(&PartitionStorage::stored_bytes), 1);
    return fmt::format(
        "{} of {}{}; {:.2f} times smaller", codecs, plural(chunks, "chunk"),
        packed < chunks ? ", the others plain" : "",
        static_cast<double>(storage.sum(&PartitionStorage::bytes)) / static_cast<double>(stored));
}

std::string describe_contigs(std::vector<ContigSummary> const& contigs) {
    std::size_t width = 6;
    for (auto const& contig : contigs) width = std::max(width, contig.name.size());
    auto text = fmt::format("\n  {:<{}}  {:>12}  {:>13}  {:>13}  {:>10}  {:>10}\n", "contig", width,
                            "variants", "from", "to", "partitions", "size");
    for (auto const& contig : contigs) {
        auto const range = contig.variants > 0;
        text += fmt::format("  {:<{}}  {:>12}  {:>13}  {:>13}  {:>10}  {:>10}\n", contig.name,
                            width, grouped(contig.variants), range ? grouped(contig.first) : "-",
                            range ? grouped(contig.last) : "-", grouped(contig.partitions),
                            readable_bytes(contig.bytes));
    }
    return text;
}

std::string describe_table(TableSummary const& table, std::int64_t samples) {
    auto text = fmt::format("\ntable {}: {}, from {} ({} of {} rows matched a sample)\n",
                            table.name, plural(std::ssize(table.columns), "column"), table.source,
                            grouped(table.rows.matched), grouped(table.rows.file_rows));
    std::size_t width = 6;
    for (auto const& column : table.columns) width = std::max(width, column.name.size());
    text += fmt::format("  {:<{}}  {:<12}  {:>12}  {:>12}\n", "column", width, "type", "observed",
                        "missing");
    for (auto const& column : table.columns) {
        bool const small = is_small(column.observed, fewest_told);
        text += fmt::format("  {:<{}}  {:<12}  {:>12}  {:>12}", column.name, width,
                            to_string(column.type),
                            small ? describe_count(column.observed) : grouped(column.observed),
                            small ? "NA" : grouped(samples - column.observed));
        if (column.type == ColumnType::categorical) {
            text += fmt::format("  {}", plural(std::ssize(column.levels), "level"));
        }
        text += '\n';
    }
    return text;
}

// Those of a categorical column that are not of a few people alone, who might be known by them.
std::vector<std::string> told_levels(Cohort const& cohort, TableReader const& table,
                                     std::size_t position) {
    std::vector<double> values(static_cast<std::size_t>(cohort.index().samples.size()));
    table.read(position, values);
    auto const& levels = table.summary().columns[position].levels;
    std::vector<std::int64_t> people(levels.size());
    for (double value : values) {
        if (!std::isnan(value)) ++people[static_cast<std::size_t>(value)];
    }
    std::vector<std::string> told;
    for (std::size_t level = 0; level < levels.size(); ++level) {
        if (people[level] >= fewest_told) told.push_back(levels[level]);
    }
    return told;
}

nlohmann::ordered_json describe_columns(Cohort const& cohort, TableReader const& table) {
    auto columns = nlohmann::ordered_json::array();
    for (std::size_t c = 0; c < table.summary().columns.size(); ++c) {
        auto const& column = table.summary().columns[c];
        bool const small = is_small(column.observed, fewest_told);
        nlohmann::ordered_json entry{
            {"name", column.name},
            {"type", std::string{to_string(column.type)}},
            {"observed", told_or_null(small ? std::nullopt : std::optional{column.observed})}};
        if (column.type == ColumnType::categorical) {
            entry["levels"] = told_levels(cohort, table, c);
            entry["levels_in_all"] = column.levels.size();
        }
        columns.push_back(std::move(entry));
    }
    return columns;
}

}  // namespace

std::string describe_text(Cohort const& cohort) {
    auto const& index = cohort.index();
    auto contigs = count_contigs(index);
    StorageSummary storage;
    find_positions(cohort, contigs, storage);
    auto text = fmt::format("store        {}\n", cohort.path().string());
    text += fmt::format("samples      {} ({})\n", grouped(index.samples.size()),
                        describe_sexes(index.samples));
    text += fmt::format("variants     {} on {} in {}\n", grouped(index.variants()),
                        plural(std::ssize(contigs), "contig"),
                        plural(std::ssize(index.partitions), "partition"));
    text += fmt::format("size         {}\n", describe_size(index));
    text += fmt::format("compression  {}\n", describe_compression(storage));
    text += fmt::format("blocks       of {}\n", plural(index.block_variants, "variant"));
    text += fmt::format("fingerprint  {}\n", to_hex(index.fingerprint));
    if (!contigs.empty()) text += describe_contigs(contigs);
    auto const tables = cohort.table_names();
    if (tables.empty()) {
        text += "\nno tables (add traits and covariates with `maniple import --table FILE`)\n";
    }
    for (auto const& name : tables) {
        text += describe_table(cohort.summarize_table(name), index.samples.size());
    }
    return text + describe_models(cohort);
}

std::string describe_json(Cohort const& cohort) {
    using Json = nlohmann::ordered_json;
    auto const& index = cohort.index();
    auto partitions = Json::array();
    for (std::size_t p = 0; p < index.partitions.size(); ++p) {
        auto const& entry = index.partitions[p];
        auto const storage = cohort.open_partition(p).storage();
        partitions.push_back({{"file", entry.file},
                              {"contig", entry.contig},
                              {"variants", entry.variants},
                              {"blocks", entry.blocks},
                              {"bytes", entry.bytes},
                              {"codec", std::string{to_string(storage.codec)}},
                              {"chunks", storage.chunks},
                              {"packed_chunks", storage.packed_chunks},
                              {"stored_genotype_bytes", storage.stored_bytes},
                              {"plain_genotype_bytes", storage.bytes},
                              {"checksum", to_hex(entry.checksum)}});
    }
    auto contigs = Json::array();
    for (auto const& contig : count_contigs(index)) {
        contigs.push_back({{"name", contig.name}, {"variants", contig.variants}});
    }
    auto tables = Json::array();
    for (auto const& name : cohort.table_names()) {
        auto const table = cohort.open_table(name);
        tables.push_back({{"name", table.summary().name},
                          {"source", table.summary().source},
                          {"columns", describe_columns(cohort, table)}});
    }
    Json const all{{"samples", index.samples.size()},
                   {"variants", index.variants()},
                   {"block_variants", index.block_variants},
                   {"fingerprint", to_hex(index.fingerprint)},
                   {"partitions", std::move(partitions)},
                   {"contigs", std::move(contigs)},
                   {"tables", std::move(tables)},
                   {"models", list_models_as_json(cohort)}};
    // Names come from people's files and need not be UTF-8; JSON must be.
    return all.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace maniple
