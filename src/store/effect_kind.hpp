/// \file  How files of simulated effects say what they are. Private to store.
#pragma once

#include <string_view>

namespace maniple {

inline constexpr std::string_view effect_kind = "maniple effects";  ///< Attribute `kind`.

}  // namespace maniple
