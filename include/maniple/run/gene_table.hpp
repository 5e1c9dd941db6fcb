/// \file  Where genes are.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace maniple {

struct Gene {
    std::string name;
    std::string contig;      ///< Canonical.
    std::int32_t first = 0;  ///< 1-based, inclusive.
    std::int32_t last = 0;
};

/// Genes by place; they may overlap.
class GeneTable {
public:
    /// A file with a header that names gene, contig (or chromosome), start and end; tab, comma or
    /// blank separated. \throws UserError naming file and line.
    explicit GeneTable(std::filesystem::path const& file);
    GeneTable() = default;

    std::span<Gene const> genes() const { return genes_; }
    /// Positions in genes() of those that hold a place, ascending.
    std::vector<std::int32_t> at(std::string_view contig, std::int32_t position) const;

private:
    std::vector<Gene> genes_;  // By contig and first position.
    // Of a contig: its genes, and the largest last position of these and all before.
    struct Run {
        std::int32_t first = 0;
        std::vector<std::int32_t> reach;
    };
    std::unordered_map<std::string, Run> runs_;
};

}  // namespace maniple
