#include "maniple/linalg/row_products.hpp"

#include "maniple/core/contract.hpp"
#include "maniple/core/instruction_set.hpp"
#include "row_product_forms.hpp"

namespace maniple {
namespace {

AddRowProducts* choose() {
    switch (instruction_set()) {
#if defined(__x86_64__)
        case InstructionSet::avx512:
        case InstructionSet::amx:
            return add_row_products_avx512;
        case InstructionSet::avx2:
            return add_row_products_avx2;
#endif
        default:
            return add_row_products_scalar;
    }
}

}  // namespace

RowLayout::RowLayout(FixedPointMatrix const& matrix, std::vector<std::int64_t> columns)
    : columns_{std::move(columns)}, width_{(std::ssize(columns_) + 1 + 7) / 8 * 8} {
    for (auto column : columns_) units_.push_back(1 / matrix.format(column).scale);
}

void gather_rows(FixedPointMatrix const& matrix, RowLayout const& layout,
                 std::span<SampleIndex const> samples, std::vector<double>& rows) {
    auto const start = rows.size();
    auto const width = static_cast<std::size_t>(layout.width());
    rows.resize(start + samples.size() * width);
    auto const columns = layout.columns();
    auto const units = layout.units();
    double* row = rows.data() + start;
    for (auto s : samples) {
        auto const* const integers = matrix.row(s.get()).data();
        row[0] = 1;
        for (std::size_t k = 0; k < columns.size(); ++k)
            row[k + 1] = integers[columns[k]] * units[k];
        for (std::size_t k = columns.size() + 1; k < width; ++k) row[k] = 0;
        row += width;
    }
}

void add_row_products(std::span<double const> rows, MatrixView<double> products) {
    auto const width = products.columns();
    expect(width > 0 && width % 8 == 0, "rows are padded to eight");
    expect(std::ssize(rows) % width == 0, "whole rows");
    expect(products.rows() <= width, "results are columns of the rows");
    static AddRowProducts* const add = choose();
    add(rows.data(), std::ssize(rows) / width, width, products.rows(), products.data(),
        products.row_stride());
}

}  // namespace maniple
