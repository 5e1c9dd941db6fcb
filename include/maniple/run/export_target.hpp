/// \file  Files that exports write.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "maniple/core/durable_file.hpp"

namespace maniple {

/// Check that `file` can be written: its folder is there, and it does not exist, nor an index
/// beside it; or `existing` is replace and `is_export` says yes to its first line. \throws
/// UserError.
void require_export_target(std::filesystem::path const& file, ExistingFile existing,
                           std::function<bool(std::string_view)> const& is_export);

}  // namespace maniple
