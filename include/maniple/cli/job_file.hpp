/// \file  Options from a file: one `option = value` a line, `#` starts a comment.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <boost/program_options.hpp>

namespace maniple::cli {

/// One line of a job file.
struct JobSetting {
    std::string key;
    std::string value;
    std::int64_t line = 0;  ///< From 1.
};

/// Settings in the order of the file.
/// \throws UserError naming file and line when it cannot be read, a line is no `option = value`, or
/// a
///         key stands in it twice.
std::vector<JobSetting> read_job_file(std::filesystem::path const& path);

}  // namespace maniple::cli
