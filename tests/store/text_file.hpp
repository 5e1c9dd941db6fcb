/// \file  Text files for tests of readers and writers.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"

namespace maniple::test {

inline std::filesystem::path write_text(std::filesystem::path const& path, std::string_view text) {
    std::ofstream{path, std::ios::binary} << text;
    return path;
}

inline std::string text_of(std::filesystem::path const& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

/// The message of the UserError that `function` throws.
template <class Function>
std::string user_error(Function&& function) {
    try {
        function();
    } catch (UserError const& error) {
        return error.what();
    }
    FAIL("no UserError");
    return {};
}

}  // namespace maniple::test
