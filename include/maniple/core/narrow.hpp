/// \file  The one checked narrowing, at the border to libraries that count in `int`.
#pragma once

#include <utility>

#include "maniple/core/contract.hpp"

namespace maniple {

/// \pre   `value` is representable in `To`.
template <class To, class From>
constexpr To narrow(From value) {
    expect(std::in_range<To>(value), "a count fits the library's integer type");
    return static_cast<To>(value);
}

}  // namespace maniple
