#include "maniple/run/import_table.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "maniple/core/error.hpp"
#include "maniple/core/index.hpp"
#include "maniple/core/small_count.hpp"
#include "maniple/store/line_reader.hpp"
#include "maniple/trait/sample_finder.hpp"

namespace maniple {
namespace {

struct Matching {
    std::vector<std::optional<SampleIndex>> sample_of_row;
    std::int64_t matched = 0;
    std::int64_t other_family = 0;
    std::int64_t first_unmatched_line = 0;
    std::vector<std::string> first_unmatched;  // A few IDs, for the terminal alone.
};

Matching match_rows(Samples const& samples, TextTable const& table, std::string const& file) {
    constexpr std::size_t shown = 5;
    SampleFinder const finder{samples};
    Matching matching;
    std::vector<std::int64_t> line_of_sample(samples.ids.size(), 0);
    for (auto const& row : table.rows) {
        auto const [match, sample] = finder.find(row.family, row.individual);
        matching.other_family += match == Match::other_family;
        if (match != Match::found) {
            matching.sample_of_row.emplace_back();
            if (matching.first_unmatched_line == 0) matching.first_unmatched_line = row.line;
            if (matching.first_unmatched.size() < shown) {
                matching.first_unmatched.push_back(row.individual);
            }
            continue;
        }
        auto& line = line_of_sample[sample.at()];
        if (line != 0) {
            throw UserError{fmt::format(
                "'{}' line {}: this sample stands already in line {}; remove one of them", file,
                row.line, line)};
        }
        line = row.line;
        ++matching.matched;
        matching.sample_of_row.emplace_back(sample);
    }
    return matching;
}

void report(Matching const& matching, TextTable const& table, Samples const& samples,
            TableImport const& plan, Log& log) {
    auto const rows = std::ssize(table.rows);
    auto const file = plan.file.string();
    auto const unmatched = rows - matching.matched;
    log.note(fmt::format("{}: {} rows, {} of them among the {} samples of the store", file, rows,
                         matching.matched, samples.size()));
    if (unmatched > 0) {
        log.note(fmt::format("  {} rows are not in the store, first at line {}", unmatched,
                             matching.first_unmatched_line));
        log.say_aside(fmt::format("  for instance: {}", fmt::join(matching.first_unmatched, ", ")));
    }
    std::string families;
    if (matching.other_family > 0) {
        log.note(
            fmt::format("  {} rows have a known IID but another family ID", matching.other_family));
        families = fmt::format(" {} rows have a known IID but another family ID (FID);",
                               matching.other_family);
    }
    if (matching.matched == 0) {
        throw UserError{
            fmt::format("'{}': none of {} rows is a sample of the store;{} check that FID "
                        "and IID are those of the genotypes",
                        file, rows, families)};
    }
    if (2 * matching.matched < rows && plan.unmatched == UnmatchedRows::refuse) {
        throw UserError{
            fmt::format("'{}': only {} of {} rows are samples of the store;{} check the "
                        "IDs, or give --allow-unmatched if this is meant",
                        file, matching.matched, rows, families)};
    }
}

// Names of columns are told, in logs and results.
void require_no_people(TextTable const& table, Samples const& samples, std::string const& file) {
    SampleFinder const finder{samples};
    auto const people = std::ranges::count_if(table.columns, [&](Column const& column) {
        return finder.find("0", column.name).match == Match::found;
    });
    if (2 * people <= std::ssize(table.columns)) return;
    throw UserError{fmt::format(
        "'{}': {} of {} columns have the names of samples (rows are people, columns are traits); "
        "exchange rows and columns",
        file, people, table.columns.size())};
}

Column to_cohort_order(Column column, Matching const& matching, std::size_t samples) {
    std::vector<double> values(samples, std::numeric_limits<double>::quiet_NaN());
    for (std::size_t row = 0; row < column.values.size(); ++row) {
        if (auto const sample = matching.sample_of_row[row])
            values[sample->at()] = column.values[row];
    }
    column.values = std::move(values);
    return column;
}

void describe(Table const& table, Log& log) {
    constexpr std::size_t shown = 20;
    for (std::size_t i = 0; i < std::min(shown, table.columns.size()); ++i) {
        auto const& column = table.columns[i];
        auto const levels = column.type == ColumnType::categorical
                                ? fmt::format(" with {} levels", column.levels.size())
                                : std::string{};
        log.note(fmt::format("  {}: {}{}, {} values", column.name, to_string(column.type), levels,
                             describe_count(column.observed())));
    }
    if (table.columns.size() > shown) {
        log.note(fmt::format("  and {} more columns", table.columns.size() - shown));
    }
}

}  // namespace

std::string table_name(TableImport const& plan) {
    auto name = plan.name;
    if (name.empty()) {
        auto file = plan.file.filename();
        if (file.extension() == ".gz" || file.extension() == ".bgz") file.replace_extension();
        name = file.stem().string();
    }
    auto const flaw = find_flaw(name, longest_name - 10);
    if (flaw.empty() && !name.empty() && name.find('/') == std::string::npos && name[0] != '.') {
        return name;
    }
    throw UserError{
        fmt::format("table name '{}' cannot be used (it names a file in the store); give "
                    "another with --name",
                    name)};
}

Table prepare_table(Samples const& samples, TableImport const& plan, Log& log) {
    auto name = table_name(plan);
    auto text = read_text_table(plan.file, plan.text);
    require_no_people(text, samples, plan.file.string());
    auto const matching = match_rows(samples, text, plan.file.string());
    report(matching, text, samples, plan, log);
    for (auto const& remark : text.remarks) log.note(fmt::format("  {}", remark));
    Table table{.name = std::move(name),
                .source = plan.file.filename().string(),
                .rows = {.file_rows = std::ssize(text.rows), .matched = matching.matched},
                .columns = {}};
    for (auto& column : text.columns) {
        table.columns.push_back(to_cohort_order(std::move(column), matching, samples.ids.size()));
    }
    describe(table, log);
    return table;
}

void import_table(std::filesystem::path const& store, TableImport const& plan, Log& log) {
    Cohort const cohort{store};
    auto const name = table_name(plan);
    if (plan.existing == ExistingTable::refuse &&
        std::ranges::count(cohort.table_names(), name) > 0) {
        throw UserError{
            fmt::format("'{}' has a table '{}' already; give --replace or another --name",
                        store.string(), name)};
    }
    auto const table = prepare_table(cohort.samples(), plan, log);
    write_table(store, cohort.index(), table, plan.existing);
    log.note(fmt::format("table '{}': {} columns written", name, table.columns.size()));
}

}  // namespace maniple
