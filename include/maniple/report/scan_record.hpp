/// \file  What the text files of a scan's folder say.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace maniple {

/// run.json without what differs between runs of the same command: no times, no hosts.
struct ScanRecord {
    std::string version;                                         ///< Of the program that scanned.
    std::vector<std::pair<std::string, std::string>> libraries;  ///< Name, version.
    nlohmann::ordered_json plan;
    nlohmann::ordered_json inputs;

    /// A text or number of the plan, as text; empty where there is none.
    std::string plan_text(std::string const& name) const;
};

/// \throws UserError when there is no such file; CorruptInput when it is not as runs write it.
ScanRecord read_scan_record(std::filesystem::path const& file);

/// summary.tsv: a row a trait.
struct ScanSummary {
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;  ///< As many cells as columns.

    /// Number of a column; nothing where there is none.
    std::optional<std::size_t> find(std::string_view column) const;
    /// A cell; empty where there is no such column, or it is NA.
    std::string cell(std::size_t row, std::string_view column) const;
    /// A cell that holds a number of people or variants; -1 where it does not.
    std::int64_t count(std::size_t row, std::string_view column) const;
};

/// \throws as read_scan_record.
ScanSummary read_scan_summary(std::filesystem::path const& file);

}  // namespace maniple
