/// \file  Lines `#key=value` before the columns of a scoring file. Private to store.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "maniple/store/line_reader.hpp"
#include "maniple/store/scoring_file.hpp"

namespace maniple {

/// Everything before the rows.
struct ScoringHeader {
    bool is_titled = false;                           ///< The first line is the PGS Catalog's.
    std::multimap<std::string, std::string> entries;  ///< Keys in lower case, blanks as '_'.
    std::string columns;  ///< The first line that is no comment, without a '#' before it.

    /// The first value of a key; empty where there is none, or it is NR or NA.
    std::string value(std::string const& key) const;
    bool is_ours() const { return entries.contains("maniple_score"); }
};

/// Read up to the line of columns (or of the first row). \throws UserError where there is none.
ScoringHeader read_scoring_header(LineReader& lines, std::filesystem::path const& path);

/// What the header says of a score besides its weights. \throws UserError where one of our own
/// lines is damaged.
ScoreDescription read_description(ScoringHeader const& header, std::filesystem::path const& path);

/// The same as lines, with their ends.
std::string describe_in_header(ScoreModel const& model, ScoreDescription const& score,
                               std::int64_t variants);

}  // namespace maniple
