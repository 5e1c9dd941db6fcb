#include "maniple/linalg/dense_matrix.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "dense_forms.hpp"
#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/contract.hpp"

namespace maniple {

struct FactorAccess {
    static DenseOperand by_row(Factor const& factor) {
        return {.data = factor.data_,
                .type = factor.is_double_ ? ElementType::float64 : ElementType::float32,
                .stride = factor.row_stride_,
                .inner_stride = factor.column_stride_};
    }
};

namespace {

// Packed pieces of factors; kept from call to call, for a small product takes less time than
// getting memory.
struct Workspace {
    AlignedBuffer<double> left{packed_left_size};
    AlignedBuffer<double> right{packed_right_size};
};

Workspace& workspace() {
    thread_local Workspace own;
    return own;
}

DenseKernels const& chosen_kernels() {
    static DenseKernels const& chosen = dense_kernels(instruction_set());
    return chosen;
}

void run(DenseProductTask task) {
    if (task.rows == 0 || task.columns == 0) return;
    auto& own = workspace();
    task.packed_left = own.left.data();
    task.packed_right = own.right.data();
    chosen_kernels().add_product(task);
}

// Without a branch for each: the sign says whether any lies outside.
bool are_positions(std::span<SampleIndex const> chosen, std::int64_t count) {
    std::int64_t signs = 0;
    for (auto s : chosen) signs |= s.get() | (count - 1 - s.get());
    return signs >= 0;
}

struct Product {
    Factor const& left;
    Factor const& right;
    MatrixView<double> result;
    InnerTerms const& terms;
};

void run(Product const& product, double sign, ProductShape shape) {
    auto const inner = product.left.columns();
    expect(inner == product.right.rows(), "factors share a dimension");
    expect(product.result.rows() == product.left.rows() &&
               product.result.columns() == product.right.columns(),
           "the result has the product's shape");
    auto const& terms = product.terms;
    expect(!terms.chosen || are_positions(*terms.chosen, inner), "positions are inside");
    expect(terms.weights.empty() || std::ssize(terms.weights) == inner, "one weight per position");
    auto const* chosen =
        terms.chosen ? reinterpret_cast<std::int64_t const*>(terms.chosen->data()) : nullptr;
    run(DenseProductTask{.left = FactorAccess::by_row(product.left),
                         .right = FactorAccess::by_row(product.right.transposed()),
                         .chosen = chosen,
                         .weights = terms.weights.empty() ? nullptr : terms.weights.data(),
                         .sign = sign,
                         .result = product.result.data(),
                         .result_stride = product.result.row_stride(),
                         .rows = product.result.rows(),
                         .columns = product.result.columns(),
                         .inner = terms.chosen ? std::ssize(*terms.chosen) : inner,
                         .shape = shape,
                         .packed_left = nullptr,
                         .packed_right = nullptr});
}

// A matrix that may be turned over or round: strides of either sign.
struct Strided {
    double* data;
    std::int64_t row_stride;
    std::int64_t column_stride;

    Strided at(std::int64_t r, std::int64_t c) const {
        return {data + r * row_stride + c * column_stride, row_stride, column_stride};
    }
    DenseOperand by_row() const { return {data, ElementType::float64, row_stride, column_stride}; }
    DenseOperand by_column() const {
        return {data, ElementType::float64, column_stride, row_stride};
    }
};

struct Extent {
    std::int64_t rows;
    std::int64_t columns;
    std::int64_t inner;
};

// result -= sum over k of left(i, k) right(j, k). \pre result.column_stride == 1
void subtract(DenseOperand left, DenseOperand right, Strided result, Extent extent,
              ProductShape shape) {
    run(DenseProductTask{.left = left,
                         .right = right,
                         .chosen = nullptr,
                         .weights = nullptr,
                         .sign = -1,
                         .result = result.data,
                         .result_stride = result.row_stride,
                         .rows = extent.rows,
                         .columns = extent.columns,
                         .inner = extent.inner,
                         .shape = shape,
                         .packed_left = nullptr,
                         .packed_right = nullptr});
}

// About half, in whole small triangles.
std::int64_t split(std::int64_t rows) {
    return (rows / 2 + triangle_rows - 1) / triangle_rows * triangle_rows;
}

// x (rows x columns) = inverse(factor) x.
void solve(Strided factor, Strided x, std::int64_t rows, std::int64_t columns) {
    if (rows <= triangle_rows) {
        chosen_kernels().solve_triangle({.factor = factor.data,
                                         .factor_stride = factor.row_stride,
                                         .factor_inner_stride = factor.column_stride,
                                         .rows = rows,
                                         .x = x.data,
                                         .x_stride = x.row_stride,
                                         .columns = columns});
        return;
    }
    auto const half = split(rows);
    solve(factor, x, half, columns);
    subtract(factor.at(half, 0).by_row(), x.by_column(), x.at(half, 0),
             {rows - half, columns, half}, ProductShape::full);
    solve(factor.at(half, half), x.at(half, 0), rows - half, columns);
}

// x (rows x columns) = x inverse(factor'), where the factor has `columns` rows.
void solve_right(Strided factor, Strided x, std::int64_t rows, std::int64_t columns) {
    if (columns > triangle_rows) {
        auto const half = split(columns);
        solve_right(factor, x, rows, half);
        subtract(x.by_row(), factor.at(half, 0).by_row(), x.at(0, half),
                 {rows, columns - half, half}, ProductShape::full);
        solve_right(factor.at(half, half), x.at(0, half), rows, columns - half);
        return;
    }
    constexpr std::int64_t strip = 48;  // Rows; a multiple of all vectors.
    alignas(64) double turned[triangle_rows * strip];
    for (std::int64_t first = 0; first < rows; first += strip) {
        auto const count = std::min(strip, rows - first);
        auto* const own = x.data + first * x.row_stride;
        for (std::int64_t r = 0; r < count; ++r) {
            for (std::int64_t c = 0; c < columns; ++c) {
                turned[c * strip + r] = own[r * x.row_stride + c];
            }
        }
        solve(factor, {turned, strip, 1}, columns, count);
        for (std::int64_t r = 0; r < count; ++r) {
            for (std::int64_t c = 0; c < columns; ++c) {
                own[r * x.row_stride + c] = turned[c * strip + r];
            }
        }
    }
}

bool factorize(Strided matrix, std::int64_t rows, double* pivots) {
    if (rows <= triangle_rows) {
        return chosen_kernels().factorize_triangle(
            {.matrix = matrix.data, .stride = matrix.row_stride, .rows = rows}, pivots);
    }
    auto const half = split(rows);
    if (!factorize(matrix, half, pivots)) return false;
    auto const below = matrix.at(half, 0);
    solve_right(matrix, below, rows - half, half);
    auto const rest = matrix.at(half, half);
    subtract(below.by_row(), below.by_row(), rest, {rows - half, rows - half, half},
             ProductShape::lower);
    return factorize(rest, rows - half, pivots + half);
}

// The solver never writes to its factor.
Strided read_only(MatrixView<double const> matrix) {
    return {const_cast<double*>(matrix.data()), matrix.row_stride(), 1};
}

}  // namespace

DenseKernels const& dense_kernels(InstructionSet set) {
    switch (set) {
#if defined(__x86_64__)
        case InstructionSet::avx512:
        case InstructionSet::amx:
            return dense_kernels_avx512;
        case InstructionSet::avx2:
            return dense_kernels_avx2;
#endif
        default:
            return dense_kernels_scalar;
    }
}

Factor::Factor(MatrixView<double const> matrix)
    : data_{matrix.data()},
      is_double_{true},
      rows_{matrix.rows()},
      columns_{matrix.columns()},
      row_stride_{matrix.row_stride()},
      column_stride_{1} {}

Factor::Factor(MatrixView<float const> matrix)
    : data_{matrix.data()},
      is_double_{false},
      rows_{matrix.rows()},
      columns_{matrix.columns()},
      row_stride_{matrix.row_stride()},
      column_stride_{1} {}

Factor Factor::transposed() const {
    auto turned = *this;
    std::swap(turned.rows_, turned.columns_);
    std::swap(turned.row_stride_, turned.column_stride_);
    return turned;
}

void add_product(Factor const& left, Factor const& right, MatrixView<double> result,
                 InnerTerms const& terms) {
    run(Product{left, right, result, terms}, 1, ProductShape::full);
}

void subtract_product(Factor const& left, Factor const& right, MatrixView<double> result,
                      InnerTerms const& terms) {
    run(Product{left, right, result, terms}, -1, ProductShape::full);
}

void add_gram(Factor const& matrix, MatrixView<double> result, InnerTerms const& terms) {
    run(Product{matrix, matrix.transposed(), result, terms}, 1, ProductShape::lower);
}

void mirror_lower(MatrixView<double> matrix) {
    expect(matrix.rows() == matrix.columns(), "a square matrix");
    constexpr std::int64_t block = 16;  // Both sides of it stay in the L1 cache.
    for (std::int64_t first = 0; first < matrix.rows(); first += block) {
        for (std::int64_t column = 0; column <= first; column += block) {
            auto const last = std::min(first + block, matrix.rows());
            for (auto r = first; r < last; ++r) {
                for (auto c = column; c < std::min(column + block, r); ++c) {
                    matrix(c, r) = matrix(r, c);
                }
            }
        }
    }
}

double factorize(MatrixView<double> matrix) {
    auto const rows = matrix.rows();
    expect(rows == matrix.columns(), "a square matrix");
    std::vector<double> diagonal(static_cast<std::size_t>(rows));
    std::vector<double> pivots(diagonal.size());
    for (std::size_t r = 0; r < diagonal.size(); ++r) {
        auto const at = static_cast<std::int64_t>(r);
        diagonal[r] = matrix(at, at);
    }
    if (!factorize(Strided{matrix.data(), matrix.row_stride(), 1}, rows, pivots.data())) return 0;
    double smallest = 1;
    for (std::size_t r = 0; r < pivots.size(); ++r) {
        smallest = std::min(smallest, pivots[r] / diagonal[r]);
    }
    return smallest;
}

void solve_lower(MatrixView<double const> factor, MatrixView<double> b) {
    expect(factor.rows() == factor.columns(), "a square factor");
    expect(factor.rows() == b.rows(), "factor and right-hand sides agree");
    solve(read_only(factor), {b.data(), b.row_stride(), 1}, b.rows(), b.columns());
}

void solve_lower_transposed(MatrixView<double const> factor, MatrixView<double> b) {
    expect(factor.rows() == factor.columns(), "a square factor");
    expect(factor.rows() == b.rows(), "factor and right-hand sides agree");
    if (b.rows() == 0) return;
    // Counted from the last row and column, the transposed factor is a lower triangle too.
    auto const last = b.rows() - 1;
    auto const from = read_only(factor).at(last, last);
    solve({from.data, -1, -factor.row_stride()},
          {b.data() + last * b.row_stride(), -b.row_stride(), 1}, b.rows(), b.columns());
}

}  // namespace maniple
