/// \file  How much of its traits a page shows. Private to report.
#pragma once

#include <array>
#include <cstdint>

#include "manhattan.hpp"
#include "maniple/report/page_table.hpp"

namespace maniple {

struct PageDetail {
    ManhattanCells cells;
    std::int64_t hits;  ///< With details, of all traits.
    std::int64_t dots;  ///< Hits without, but each with its own point.
    std::int64_t loci;  ///< Of all traits.
    std::int64_t rows;  ///< Of all their tables.
};

/// Where a page grows too large, the next.
inline constexpr std::array<PageDetail, 7> page_details{
    {{{1}, 50'000, 100'000, 10'000, most_table_rows},
     {{2}, 50'000, 100'000, 10'000, most_table_rows},
     {{3}, 50'000, 50'000, 5'000, most_table_rows},
     {{4}, 30'000, 50'000, 5'000, most_table_rows},
     {{6}, 15'000, 50'000, 2'000, 1'000},
     {{6}, 8'000, 20'000, 1'000, 1'000},
     {{6}, 3'000, 0, 500, 500}}};
inline constexpr PageDetail const& finest_detail = page_details.front();

}  // namespace maniple
