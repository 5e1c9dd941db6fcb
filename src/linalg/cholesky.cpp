#include "maniple/linalg/cholesky.hpp"

#include <algorithm>
#include <cmath>

#include "maniple/core/contract.hpp"

namespace maniple {

double factorize(std::span<double> triangle, std::int64_t rows) {
    expect(std::ssize(triangle) == triangle_size(rows), "a triangle of so many rows");
    double smallest = 1;
    double* row = triangle.data();
    for (std::int64_t r = 0; r < rows; row += ++r) {
        double const diagonal = row[r];
        double const* above = triangle.data();
        for (std::int64_t c = 0; c < r; above += ++c) {
            double sum = row[c];
            for (std::int64_t k = 0; k < c; ++k) sum -= row[k] * above[k];
            row[c] = sum / above[c];
        }
        double pivot = diagonal;
        for (std::int64_t k = 0; k < r; ++k) pivot -= row[k] * row[k];
        if (!(pivot > 0)) return 0;
        smallest = std::min(smallest, pivot / diagonal);
        row[r] = std::sqrt(pivot);
    }
    return smallest;
}

void solve_lower(std::span<double const> factor, std::span<double> b) {
    expect(std::ssize(factor) == triangle_size(std::ssize(b)), "factor and vector agree");
    double const* row = factor.data();
    auto const rows = std::ssize(b);
    for (std::int64_t r = 0; r < rows; row += ++r) {
        double sum = b[static_cast<std::size_t>(r)];
        for (std::int64_t k = 0; k < r; ++k) sum -= row[k] * b[static_cast<std::size_t>(k)];
        b[static_cast<std::size_t>(r)] = sum / row[r];
    }
}

}  // namespace maniple
