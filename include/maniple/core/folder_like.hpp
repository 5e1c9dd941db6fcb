/// \file  Folders that are as open as the one around them.
#pragma once

#include <filesystem>
#include <system_error>

namespace maniple {

/// Make a folder where there is none, with the permissions of another whatever the umask is.
void make_folder_like(std::filesystem::path const& folder, std::filesystem::path const& model,
                      std::error_code& error);

}  // namespace maniple
