/// \file  Traits and covariates: samples x columns.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace maniple {

enum class ColumnType : std::uint8_t {
    quantitative = 0,  ///< Any numbers.
    binary = 1,        ///< 0 = control, 1 = case.
    categorical = 2,   ///< Position in `levels`.
};

std::string_view to_string(ColumnType type);

/// One column over all samples of the cohort.
struct Column {
    std::string name;
    ColumnType type = ColumnType::quantitative;
    std::vector<std::string> levels;  ///< Sorted; categorical only.
    std::vector<double> values;       ///< One per sample in cohort order; NaN = missing.

    std::int64_t observed() const;  ///< Samples with a value.
};

/// How the rows of the imported file met the cohort's samples.
struct Reconciliation {
    std::int64_t file_rows = 0;  ///< Rows of the file.
    std::int64_t matched = 0;    ///< Rows whose sample is in the cohort.
};

struct Table {
    std::string name;
    std::string source;  ///< File name (without folders) it was made from.
    Reconciliation rows;
    std::vector<Column> columns;
};

struct ColumnSummary {
    std::string name;
    ColumnType type = ColumnType::quantitative;
    std::vector<std::string> levels;
    std::int64_t observed = 0;
};

struct TableSummary {
    std::string name;
    std::string source;
    Reconciliation rows;
    std::vector<ColumnSummary> columns;
};

}  // namespace maniple
