/// \file  What the small dense regressions (linear, logistic, Cox) share: columns and what comes
/// out.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace maniple {

/// Columns of a regression over complete samples, kept standardised and sample-major. The intercept
/// is no column: regressions that have one add it.
class RegressionDesign {
public:
    /// \param columns  one value per sample each; copied.
    /// \pre   every column has `samples` values, none missing
    RegressionDesign(std::int64_t samples, std::vector<std::span<double const>> const& columns);

    std::int64_t samples() const { return samples_; }
    std::int64_t columns() const { return std::ssize(means_); }
    /// A sample's standardised values.
    std::span<double const> row(std::int64_t sample) const {
        return std::span{values_}.subspan(static_cast<std::size_t>(sample * columns()),
                                          means_.size());
    }
    std::span<double const> means() const { return means_; }
    std::span<double const> scales() const { return scales_; }  ///< 1 for a constant column.

private:
    std::int64_t samples_;
    std::vector<double> values_;
    std::vector<double> means_;
    std::vector<double> scales_;
};

enum class FitStatus : std::uint8_t {
    ok,
    one_class,        ///< No cases or no controls; no events.
    too_few_samples,  ///< Not more than columns.
    separated,        ///< Some column tells cases from controls without error: no finite optimum.
    not_converged,
    not_followed,  ///< The last is censored before the time that is asked about.
    out_of_range,  ///< Squares of the response are no numbers.
};

/// "ok", "one class", ...
std::string_view to_string(FitStatus status);

/// One coefficient, in the units of its column.
struct Coefficient {
    double value = 0;           ///< 0 where the column is left out.
    double standard_error = 0;  ///< NaN there.
};

/// What a regression found. Columns that are constant, or that those before them determine, are
/// left out: the fit is that of the others. Only `status` has a meaning unless it is ok.
struct RegressionFit {
    FitStatus status = FitStatus::ok;
    Coefficient intercept;                  ///< 0 for Cox.
    std::vector<Coefficient> coefficients;  ///< One per column.
    std::int64_t rank = 0;                  ///< Columns that count, the intercept among them.
    double log_likelihood = 0;              ///< Partial for Cox.
    double null_log_likelihood = 0;  ///< Of the intercept (and offset) alone; 0 columns for Cox.
    double residual_squares = 0;     ///< Linear alone.
    double total_squares = 0;        ///< Linear alone: about the mean.
    double degrees_of_freedom = 0;   ///< Linear alone: samples - rank.
    std::int64_t iterations = 0;
    std::vector<double> standardised;  ///< A start for fits of the same design: intercept first.
};

/// Intercept and columns times coefficients, one per sample. \pre the fit is of this design and ok
std::vector<double> linear_predictor(RegressionDesign const& design, RegressionFit const& fit);

}  // namespace maniple
