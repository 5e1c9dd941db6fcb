/// \file  Files of JSON that runs left, read back with care: anybody may have edited them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace maniple {

/// Levels of JSON that are read; ours have fewer. nlohmann's writer recurses, and would end the
/// program where there are very many.
inline constexpr int deepest_json = 32;

/// All of a file. Nothing: it is not there.
/// \throws EnvironmentError where it cannot be read; CorruptInput where it is no file.
std::optional<std::string> read_whole_text(std::filesystem::path const& file);

/// \param text  one value, nested `deepest_json` levels at most.
/// \throws std::invalid_argument saying in a few words what is wrong; nothing of the text is in it.
nlohmann::ordered_json parse_json(std::string const& text);

/// What one of nlohmann's exceptions says, without its number.
std::string json_fault(nlohmann::ordered_json::exception const& failure);

}  // namespace maniple
