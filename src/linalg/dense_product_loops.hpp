// The product of linalg/dense_matrix.hpp, compiled once per instruction set by the sources that
// include this. All names are local to the including source.
#pragma once

#include <cstdint>

#include "dense_forms.hpp"

namespace maniple {
namespace {

// Both factors are copied piece by piece to where the innermost loop reads them in sequence (Goto
// and van de Geijn 2008, ACM Trans. Math. Softw. 34): columns in panels of most_vectors vectors, a
// panel's piece stays in the L1 cache; rows in panels of most_rows, their piece in the L2 cache. A
// tile of sums stays in registers from one end of the piece to the other.
template <class Lanes, int most_rows, int most_vectors>
struct ProductLoops {
    using Vector = typename Lanes::Doubles;
    static constexpr int lanes = Lanes::count;
    static constexpr std::int64_t panel_columns = most_vectors * lanes;

    static_assert(packed_rows % most_rows == 0 && packed_columns % panel_columns == 0);

    // Terms first to first + inner of the sum.
    struct Piece {
        std::int64_t inner;
        std::int64_t position[packed_inner];
        double scale[packed_inner];
        bool is_plain;  // Positions follow each other.
    };

    struct Block {
        std::int64_t first;
        std::int64_t size;
    };
    struct Panels {
        std::int64_t size;
        bool is_padded;  // The last one, to whole vectors.
    };

    static Vector load(double const* from) {
        Vector values;
        __builtin_memcpy(&values, from, sizeof values);
        return values;
    }
    static void store(Vector values, double* to) { __builtin_memcpy(to, &values, sizeof values); }
    static constexpr std::int64_t least(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

    static void choose_piece(DenseProductTask const& task, std::int64_t first, Piece& piece) {
        piece.inner = least(packed_inner, task.inner - first);
        piece.is_plain = task.chosen == nullptr;
        for (std::int64_t k = 0; k < piece.inner; ++k) {
            auto const p = task.chosen != nullptr ? task.chosen[first + k] : first + k;
            piece.position[k] = p;
            piece.scale[k] = task.weights != nullptr ? task.sign * task.weights[p] : task.sign;
        }
    }

    // Elements (first + i, k) to to[k * width + i], zeros from i = size on.
    template <class Element, bool is_scaled>
    static void pack_row(Element const* from, double factor, Block block, std::int64_t width,
                         double* to) {
        auto const scale = is_scaled ? factor : 1.0;
        std::int64_t i = 0;
        for (; i + lanes <= block.size; i += lanes) {
#pragma GCC unroll 8
            for (int n = 0; n < lanes; ++n) to[i + n] = scale * static_cast<double>(from[i + n]);
        }
        for (; i < block.size; ++i) to[i] = scale * static_cast<double>(from[i]);
        for (; i < width; ++i) to[i] = 0;
    }
    // Eight rows by as many columns as can be turned over in registers. Returns how many.
    template <bool is_scaled, class Element>
    static std::int64_t turn_whole(Element const* data, DenseOperand const& from,
                                   Piece const& piece, std::int64_t width, double* to) {
        std::int64_t k = 0;
        if constexpr (requires { typename Lanes::Turn; }) {
            using Turn = typename Lanes::Turn;
            constexpr auto step = sizeof(Element) == 4 ? Turn::float_columns : Turn::double_columns;
            if (!piece.is_plain || from.inner_stride != 1) return 0;
            data += piece.position[0];
            for (; k + step <= piece.inner; k += step) {
                Turn::turn(data + k, from.stride, is_scaled ? piece.scale + k : nullptr,
                           to + k * width, width);
            }
        }
        return k;
    }

    // Few streams at a time: rows that lie a power of two apart share the ways of one set of the
    // cache.
    template <class Element, bool is_scaled>
    static void pack_panel(DenseOperand const& from, Piece const& piece, Block block,
                           std::int64_t width, double* to) {
        constexpr std::int64_t streams = 8;
        auto const* const data = static_cast<Element const*>(from.data) + block.first * from.stride;
        auto const scale = [&](std::int64_t k) { return is_scaled ? piece.scale[k] : 1.0; };
        std::int64_t i = 0;
        for (; i + streams <= block.size; i += streams) {
            auto const* const first = data + i * from.stride;
            auto k = turn_whole<is_scaled>(first, from, piece, width, to + i);
            for (; k < piece.inner; ++k) {
                auto const* const row = first + piece.position[k] * from.inner_stride;
                auto* const out = to + k * width + i;
                auto const factor = scale(k);
#pragma GCC unroll 8
                for (std::int64_t s = 0; s < streams; ++s) {
                    out[s] = factor * static_cast<double>(row[s * from.stride]);
                }
            }
        }
        for (; i < block.size; ++i) {
            for (std::int64_t k = 0; k < piece.inner; ++k) {
                auto const at = i * from.stride + piece.position[k] * from.inner_stride;
                to[k * width + i] = scale(k) * static_cast<double>(data[at]);
            }
        }
        for (std::int64_t k = 0; block.size < width && k < piece.inner; ++k) {
            for (auto n = block.size; n < width; ++n) to[k * width + n] = 0;
        }
    }

    static constexpr std::int64_t padded(std::int64_t count) {
        return (count + lanes - 1) / lanes * lanes;
    }

    // All panels of a block. Where neighbours of a term lie together in memory, terms are the outer
    // loop: the processor then sees one stream that it can read ahead of.
    template <class Element, bool is_scaled>
    static void pack(DenseOperand const& from, Piece const& piece, Block block, Panels panels,
                     double* to) {
        auto const width = [&](Block panel) {
            return panels.is_padded ? padded(panel.size) : panel.size;
        };
        if (from.stride == 1) {
            constexpr std::int64_t rows_ahead = 4;
            constexpr std::int64_t line = 64 / sizeof(Element);  // Of the cache.
            auto const* const data = static_cast<Element const*>(from.data) + block.first;
            for (std::int64_t k = 0; k < piece.inner; ++k) {
                auto const* const row = data + piece.position[k] * from.inner_stride;
                // The processor reads ahead within a row, not into the next ones.
                auto const ahead = least(k + rows_ahead, piece.inner - 1);
                auto const* const later = data + piece.position[ahead] * from.inner_stride;
                for (std::int64_t i = 0; i < block.size; i += line) __builtin_prefetch(later + i);
                for (std::int64_t i = 0; i < block.size; i += panels.size) {
                    Block const panel{block.first + i, least(panels.size, block.size - i)};
                    pack_row<Element, is_scaled>(row + i, piece.scale[k], panel, width(panel),
                                                 to + i * piece.inner + k * width(panel));
                }
            }
            return;
        }
        for (std::int64_t i = 0; i < block.size; i += panels.size) {
            Block const panel{block.first + i, least(panels.size, block.size - i)};
            pack_panel<Element, is_scaled>(from, piece, panel, width(panel), to + i * piece.inner);
        }
    }
    template <bool is_scaled>
    static void pack(DenseOperand const& from, Piece const& piece, Block block, Panels panels,
                     double* to) {
        if (from.type == ElementType::float32) {
            pack<float, is_scaled>(from, piece, block, panels, to);
        } else {
            pack<double, is_scaled>(from, piece, block, panels, to);
        }
    }

    template <int rows, int vectors>
    static void add_tile(std::int64_t inner, double const* left, double const* right,
                         double* result, std::int64_t stride) {
        Vector sums[rows][vectors];
#pragma GCC unroll 16
        for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 16
            for (int v = 0; v < vectors; ++v) sums[r][v] = load(result + r * stride + v * lanes);
        }
        do {  // There is a term: sums need not be ready for none.
            Vector row[vectors];
#pragma GCC unroll 16
            for (int v = 0; v < vectors; ++v) row[v] = load(right + v * lanes);
#pragma GCC unroll 16
            for (int r = 0; r < rows; ++r) {
                auto const own = Lanes::spread(left[r]);
#pragma GCC unroll 16
                for (int v = 0; v < vectors; ++v) sums[r][v] = Lanes::fuse(own, row[v], sums[r][v]);
            }
            left += rows;
            right += vectors * lanes;
        } while (--inner > 0);
#pragma GCC unroll 16
        for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 16
            for (int v = 0; v < vectors; ++v) store(sums[r][v], result + r * stride + v * lanes);
        }
    }

    using AddTile = void(std::int64_t, double const*, double const*, double*, std::int64_t);

    template <int vectors, int rows = most_rows>
    static AddTile* tile_of_rows(std::int64_t wanted) {
        if constexpr (rows > 1) {
            if (wanted < rows) return tile_of_rows<vectors, rows - 1>(wanted);
        }
        return add_tile<rows, vectors>;
    }
    template <int vectors = most_vectors>
    static AddTile* tile(std::int64_t rows, std::int64_t wanted) {
        if constexpr (vectors > 1) {
            if (wanted < vectors) return tile<vectors - 1>(rows, wanted);
        }
        return tile_of_rows<vectors>(rows);
    }

    // A tile of which the result holds a part alone: beyond its last column, or across the
    // diagonal.
    static void add_partial_tile(DenseProductTask const& task, AddTile* add, std::int64_t inner,
                                 double const* left, double const* right, Block rows,
                                 Block columns) {
        double sums[most_rows * panel_columns] = {};
        for (std::int64_t i = 0; i < rows.size; ++i) {
            auto const* const from =
                task.result + (rows.first + i) * task.result_stride + columns.first;
            auto const last = last_column(task, rows.first + i, columns);
            for (std::int64_t j = 0; j < last; ++j) sums[i * panel_columns + j] = from[j];
        }
        add(inner, left, right, sums, panel_columns);
        for (std::int64_t i = 0; i < rows.size; ++i) {
            auto* const to = task.result + (rows.first + i) * task.result_stride + columns.first;
            auto const last = last_column(task, rows.first + i, columns);
            for (std::int64_t j = 0; j < last; ++j) to[j] = sums[i * panel_columns + j];
        }
    }
    // How many of a tile's columns belong to the result in one row.
    static std::int64_t last_column(DenseProductTask const& task, std::int64_t row, Block columns) {
        if (task.shape == ProductShape::full) return columns.size;
        return least(columns.size, row + 1 - columns.first);
    }

    // All rows of a packed block by one packed panel of columns.
    static void add_panel(DenseProductTask const& task, std::int64_t inner, Block block,
                          double const* right, Block columns) {
        auto const vectors = (columns.size + lanes - 1) / lanes;
        auto const* left = task.packed_left;
        for (std::int64_t i = 0; i < block.size; i += most_rows) {
            Block const rows{block.first + i, least(most_rows, block.size - i)};
            auto const is_lower = task.shape == ProductShape::lower;
            auto* const add = tile(rows.size, vectors);
            if (is_lower && rows.first + rows.size <= columns.first) {
                // Above the diagonal.
            } else if (columns.size % lanes != 0 ||
                       (is_lower && rows.first < columns.first + columns.size - 1)) {
                add_partial_tile(task, add, inner, left, right, rows, columns);
            } else {
                add(inner, left, right,
                    task.result + rows.first * task.result_stride + columns.first,
                    task.result_stride);
            }
            left += rows.size * inner;
        }
    }

    static void add_piece(DenseProductTask const& task, Piece const& piece, Block columns) {
        pack<false>(task.right, piece, columns, {panel_columns, true}, task.packed_right);
        auto const first_row = task.shape == ProductShape::lower ? columns.first : 0;
        for (auto i = first_row; i < task.rows; i += packed_rows) {
            Block const rows{i, least(packed_rows, task.rows - i)};
            pack<true>(task.left, piece, rows, {most_rows, false}, task.packed_left);
            for (std::int64_t j = 0; j < columns.size; j += panel_columns) {
                Block const panel{columns.first + j, least(panel_columns, columns.size - j)};
                add_panel(task, piece.inner, rows, task.packed_right + j * piece.inner, panel);
            }
        }
    }

    static void add(DenseProductTask const& task) {
        Piece piece;
        for (std::int64_t first = 0; first < task.inner; first += packed_inner) {
            choose_piece(task, first, piece);
            for (std::int64_t j = 0; j < task.columns; j += packed_columns) {
                add_piece(task, piece, {j, least(packed_columns, task.columns - j)});
            }
        }
    }
};

}  // namespace
}  // namespace maniple
