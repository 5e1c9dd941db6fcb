/// \file  Who is told without error, by the geometry of small data: a linear model of who has an
///        event has no finite optimum where some direction d has r'd >= 0 for all rows r, and
///        r'd > 0 for some (A. Albert and J. A. Anderson 1984, Biometrika 71).
#pragma once

#include <cmath>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "model/binary_oracle.hpp"

namespace maniple::oracle {

using Rows = std::vector<Column>;

constexpr Real zero_below = 1e-9L;

/// Rows in echelon form; those of zeros are gone.
inline Rows reduce(Rows rows) {
    std::size_t done = 0;
    auto const columns = rows.empty() ? 0 : rows[0].size();
    for (std::size_t c = 0; c < columns && done < rows.size(); ++c) {
        auto pivot = done;
        for (std::size_t r = done; r < rows.size(); ++r) {
            if (std::abs(rows[r][c]) > std::abs(rows[pivot][c])) pivot = r;
        }
        if (std::abs(rows[pivot][c]) < zero_below) continue;
        std::swap(rows[pivot], rows[done]);
        for (std::size_t r = 0; r < rows.size(); ++r) {
            if (r == done) continue;
            Real const share = rows[r][c] / rows[done][c];
            for (std::size_t k = 0; k < columns; ++k) rows[r][k] -= share * rows[done][k];
        }
        ++done;
    }
    rows.resize(done);
    return rows;
}

inline int rank(Rows const& rows) { return static_cast<int>(reduce(rows).size()); }

/// Is the last coefficient known where all r'd are?
inline bool determines_last(Rows rows) {
    if (rows.empty()) return false;
    auto const before = rank(rows);
    Column unit(rows[0].size(), 0);
    unit.back() = 1;
    rows.push_back(unit);
    return rank(rows) == before;
}

/// The direction with r'd = 0 for all rows, whose rank is one less than their columns.
inline Column orthogonal_to(Rows const& rows) {
    auto const echelon = reduce(rows);
    auto const columns = rows[0].size();
    Column direction(columns, 0);
    std::vector<std::size_t> leading;
    std::size_t free = columns;
    for (std::size_t c = 0, r = 0; c < columns; ++c) {
        if (r < echelon.size() && std::abs(echelon[r][c]) > zero_below) {
            leading.push_back(c);
            ++r;
        } else {
            free = c;
        }
    }
    direction[free] = 1;
    for (std::size_t r = 0; r < echelon.size(); ++r) {
        direction[leading[r]] = -echelon[r][free] / echelon[r][leading[r]];
    }
    return direction;
}

/// Rows without those that some direction tells. Every extreme direction is orthogonal to as many
/// rows as leave one: all sets of so many are tried. \pre rows have as high a rank as columns
inline Rows without_told(Rows const& rows) {
    auto const columns = rows[0].size();
    std::vector<bool> told(rows.size());
    Rows some;
    std::function<void(std::size_t)> const extend = [&](std::size_t next) {
        if (some.size() + 1 < columns) {
            for (auto r = next; r < rows.size(); ++r) {
                some.push_back(rows[r]);
                extend(r + 1);
                some.pop_back();
            }
            return;
        }
        if (rank(some) + 1 < static_cast<int>(columns)) return;
        auto const direction = orthogonal_to(some);
        bool ahead = true;
        bool behind = true;
        Column along;
        for (auto const& row : rows) {
            Real sum = 0;
            for (std::size_t c = 0; c < columns; ++c) sum += row[c] * direction[c];
            along.push_back(sum);
            ahead = ahead && sum > -zero_below;
            behind = behind && sum < zero_below;
        }
        if (!ahead && !behind) return;
        for (std::size_t r = 0; r < rows.size(); ++r) {
            if (std::abs(along[r]) > zero_below) told[r] = true;
        }
    };
    extend(0);
    Rows rest;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        if (!told[r]) rest.push_back(rows[r]);
    }
    return rest;
}

/// Of a logistic model: a row for everybody, turned for controls.
inline Rows signed_rows(Matrix const& columns, std::vector<double> const& status) {
    Rows rows;
    for (std::size_t i = 0; i < status.size(); ++i) {
        Real const sign = status[i] != 0 ? 1 : -1;
        rows.push_back({sign});
        for (auto const& column : columns) rows.back().push_back(sign * column[i]);
    }
    return rows;
}

/// Of a Cox model: who has an event less everybody whom it faces.
inline Rows risk_rows(Matrix const& columns, std::vector<double> const& status,
                      std::vector<double> const& time) {
    Rows rows;
    for (std::size_t i = 0; i < status.size(); ++i) {
        for (std::size_t j = 0; j < status.size() && status[i] != 0; ++j) {
            if (time[j] < time[i] || i == j) continue;
            Column row;
            for (auto const& column : columns) row.push_back(column[i] - column[j]);
            rows.push_back(std::move(row));
        }
    }
    return rows;
}

}  // namespace maniple::oracle
