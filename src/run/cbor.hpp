/// \file  CBOR of files that an interrupted command left. Private to run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

#include <nlohmann/json.hpp>

namespace maniple {

/// The one value that the bytes are; a discarded one, all of whose accessors throw, where lists lie
/// deeper in each other than any writer of ours puts them. \throws nlohmann::json::exception where
/// the bytes are no value.
nlohmann::json read_cbor(std::span<std::byte const> bytes);

/// A whole number as a T, which has room for what writers of ours put there; json.get would make
/// one of 1e300, too. \throws nlohmann::json::exception where it is none.
template <class T>
T whole_from(nlohmann::json const& json) {
    using Whole = nlohmann::json::number_integer_t;
    return static_cast<T>(json.get_ref<Whole const&>());
}

/// A choice by its number. \throws as whole_from; std::out_of_range where it is behind the last.
template <class Choice>
Choice choice_from(nlohmann::json const& json, Choice last) {
    auto const number = whole_from<std::int64_t>(json);
    if (number < 0 || number > static_cast<std::int64_t>(last)) {
        throw std::out_of_range{"there is no such choice"};
    }
    return static_cast<Choice>(number);
}

/// A list of whole numbers. \throws as whole_from.
std::vector<std::int64_t> all_whole_from(nlohmann::json const& json);

}  // namespace maniple
