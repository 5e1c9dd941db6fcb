#include "number_words.hpp"

#include <cmath>

#include <fmt/format.h>

#include "maniple/core/elementary.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/store/summary_statistics_writer.hpp"

namespace maniple {

std::string p_value_text(double neg_log10_p) {
    constexpr double plain = 3;                    // From 0.001 on.
    constexpr double natural = 2.302585092994046;  // log 10
    if (std::isnan(neg_log10_p)) return {};
    if (std::isinf(neg_log10_p)) return "0";
    if (neg_log10_p < plain) return fmt::format("{:.2g}", portable_exp(-natural * neg_log10_p));
    auto power = std::ceil(neg_log10_p);
    auto mantissa = fmt::format("{:.1f}", portable_exp(natural * (power - neg_log10_p)));
    if (mantissa == "10.0") {
        mantissa = "1.0";
        power -= 1;
    }
    return fmt::format("{}e-{:02}", mantissa, static_cast<long long>(power));
}

std::string number_text(double value, int digits) {
    return std::isnan(value) ? std::string{} : fmt::format("{:.{}g}", value, digits);
}

PageCell number_cell(double value, int digits) {
    PageCell cell{number_text(value, digits)};
    if (!std::isnan(value)) cell.exact = fmt::format("{}", static_cast<float>(value));
    return cell;
}

// Sorted by log10 p: as doubles the smallest p would all be 0.
PageCell p_cell(double neg_log10_p) {
    if (std::isnan(neg_log10_p)) return {""};
    PageCell cell{p_value_text(neg_log10_p), fmt::format("{:.6g}", -neg_log10_p)};
    cell.exact = format_p_value(neg_log10_p);
    return cell;
}

PageCell count_cell(std::int64_t count) { return {grouped(count)}; }

}  // namespace maniple
