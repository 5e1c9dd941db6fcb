#include "estimate_terms.hpp"
#include "maniple/core/readable.hpp"

#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace maniple {
namespace {

std::string number(double value) {
    auto const whole = std::abs(value - std::round(value)) < 1e-9 && std::abs(value) < 1e12;
    return whole ? grouped(static_cast<std::int64_t>(std::llround(value)))
                 : fmt::format("{:.4g}", value);
}

}  // namespace

EstimateTerm multiply(std::string name, std::initializer_list<Part> parts, double by) {
    EstimateTerm term{.name = std::move(name), .arithmetic = {}, .value = 1};
    for (auto const& part : parts) {
        term.value *= part.value;
        if (!term.arithmetic.empty()) term.arithmetic += " x ";
        term.arithmetic += number(part.value);
        if (!part.unit.empty()) term.arithmetic += ' ' + part.unit;
    }
    term.value /= by;
    if (by != 1) term.arithmetic += " / " + number(by);
    return term;
}

double sum_of(std::vector<EstimateTerm> const& terms) {
    double sum = 0;
    for (auto const& term : terms) sum += term.value;
    return sum;
}

}  // namespace maniple
