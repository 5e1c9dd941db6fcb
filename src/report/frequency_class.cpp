#include "maniple/report/frequency_class.hpp"

#include <algorithm>
#include <array>

#include "maniple/core/contract.hpp"

namespace maniple {

std::size_t frequency_class(double alternate_frequency) {
    constexpr double rounding = 5e-8;  // Of the floats in results.h5, which may be near 1.
    auto const minor = std::min(alternate_frequency, 1 - alternate_frequency) + rounding;
    if (minor < 0.001) return 0;
    if (minor < 0.01) return 1;
    return minor < 0.05 ? 2 : 3;
}

std::string_view frequency_class_name(std::size_t number) {
    constexpr std::array<std::string_view, frequency_classes> names{
        "MAF under 0.001", "MAF 0.001 to 0.01", "MAF 0.01 to 0.05", "MAF 0.05 and above"};
    expect(number < names.size(), "the class is one of them");

    return names[number];
}

}  // namespace maniple
