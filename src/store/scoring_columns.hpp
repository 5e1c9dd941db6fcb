/// \file  Which column of a file of weights is what. Private to store.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "maniple/store/scoring_file.hpp"
#include "maniple/store/separated_fields.hpp"
#include "scoring_header.hpp"

namespace maniple {

/// Fields of a line, from 0.
struct ScoringColumns {
    Separator separator = Separator::tab;
    std::size_t fields = 0;          ///< Of every line.
    std::vector<std::string> names;  ///< Empty: there is no header, the line is a row.
    std::optional<std::size_t> id, other_id, contig, position, effect, other, inferred_other,
        frequency;
    std::vector<std::size_t> weights;
    std::vector<bool> are_ratios;         ///< Per weight: odds or hazard ratios.
    std::vector<std::size_t> exclusions;  ///< Rows with one that says yes are not additive.
    std::string genome_build;             ///< Of the positions; empty: not known.
    std::vector<std::string> remarks;

    /// "column 'effect_weight'", or "column 3" without a header.
    std::string title(std::size_t field) const;
};

/// \param place  of header.columns, for messages. \throws UserError.
ScoringColumns find_catalog_columns(ScoringHeader const& header, ScoringFileOptions const& options,
                                    std::string const& place);
ScoringColumns find_plink_columns(ScoringHeader const& header, ScoringFileOptions const& options,
                                  std::string const& place);

/// What this file looks like.
ScoringFormat detect_scoring_format(ScoringHeader const& header);

}  // namespace maniple
