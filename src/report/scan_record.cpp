#include "maniple/report/scan_record.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "maniple/core/error.hpp"
#include "maniple/run/json_file.hpp"

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void reject(std::filesystem::path const& file, std::string const& reason) {
    throw CorruptInput{fmt::format("'{}' is damaged ({}); bring back a copy, or run again",
                                   file.string(), reason)};
}

std::string read_text(std::filesystem::path const& file) {
    if (auto text = read_whole_text(file)) return *std::move(text);
    throw UserError{fmt::format(
        "'{}' is missing (a report needs all files of a run); bring it back, or run again",
        file.string())};
}

Json read_json(std::filesystem::path const& file) {
    try {
        return parse_json(read_text(file));
    } catch (std::invalid_argument const& fault) {
        reject(file, fault.what());
    }
}

std::vector<std::string> split(std::string const& line) {
    std::vector<std::string> cells;
    std::istringstream in{line + '\t'};
    for (std::string cell; std::getline(in, cell, '\t');) cells.push_back(cell);
    return cells;
}

std::string text_of(Json const& value) {
    if (value.is_null()) return {};
    if (value.is_string()) return value.get<std::string>();
    if (!value.is_array()) return value.dump();
    std::vector<std::string> words;
    for (auto const& word : value) words.push_back(text_of(word));
    return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace

std::string ScanRecord::plan_text(std::string const& name) const {
    auto const found = plan.find(name);
    return found == plan.end() ? std::string{} : text_of(*found);
}

ScanRecord read_scan_record(std::filesystem::path const& file) {
    auto const json = read_json(file);
    bool const is_ours = json.is_object() && json.contains("version") &&
                         json["version"].is_string() && json.contains("plan") &&
                         json["plan"].is_object() && json.contains("inputs") &&
                         json["inputs"].is_object();
    if (!is_ours) reject(file, "version, plan or inputs are missing");
    ScanRecord record{.version = json["version"].get<std::string>(),
                      .libraries = {},
                      .plan = json["plan"],
                      .inputs = json["inputs"]};
    if (json.contains("libraries") && json["libraries"].is_object()) {
        for (auto const& [name, version] : json["libraries"].items()) {
            record.libraries.emplace_back(name, text_of(version));
        }
    }
    return record;
}

std::optional<std::size_t> ScanSummary::find(std::string_view column) const {
    auto const found = std::ranges::find(columns, column);
    if (found == columns.end()) return {};
    return static_cast<std::size_t>(found - columns.begin());
}

std::string ScanSummary::cell(std::size_t row, std::string_view column) const {
    auto const found = find(column);
    if (!found || rows[row][*found] == "NA") return {};
    return rows[row][*found];
}

std::int64_t ScanSummary::count(std::size_t row, std::string_view column) const {
    auto const text = cell(row, column);
    std::int64_t number = -1;
    auto const* const last = text.data() + text.size();
    auto const [end, error] = std::from_chars(text.data(), last, number);
    return error == std::errc{} && end == last && number >= 0 ? number : -1;
}

ScanSummary read_scan_summary(std::filesystem::path const& file) {
    std::istringstream lines{read_text(file)};
    ScanSummary summary;
    std::string line;
    if (!std::getline(lines, line)) reject(file, "it is empty");
    summary.columns = split(line);
    while (std::getline(lines, line)) {
        summary.rows.push_back(split(line));
        if (summary.rows.back().size() != summary.columns.size()) {
            reject(file, fmt::format("line {} has {} fields, not {}", summary.rows.size() + 1,
                                     summary.rows.back().size(), summary.columns.size()));
        }
    }
    return summary;
}

}  // namespace maniple
