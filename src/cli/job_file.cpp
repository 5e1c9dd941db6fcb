#include "maniple/cli/job_file.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "maniple/core/error.hpp"

namespace maniple::cli {
namespace {

namespace po = boost::program_options;

std::string read_text(std::filesystem::path const& path) {
    std::error_code failure;
    if (std::filesystem::is_directory(path, failure)) {
        throw UserError{fmt::format(
            "job file '{}' is a folder (a file is needed); name a file such as jobs/first-scan.ini",
            path.string())};
    }
    std::ifstream file{path};
    std::ostringstream text;
    if (file) text << file.rdbuf();
    if (!file) {
        throw UserError{fmt::format(
            "job file '{}' cannot be read (missing, empty or no permission); check --job",
            path.string())};
    }
    return text.str();
}

// One line through Boost's parser, so that its rules for comments and blanks hold.
std::vector<po::option> parse_line(std::string const& line, std::filesystem::path const& path,
                                   std::int64_t number) {
    auto const first = line.find_first_not_of(" \t");
    bool const section = first != line.npos && line[first] == '[';
    try {
        std::istringstream stream{line};
        if (!section) {
            auto options = po::parse_config_file(stream, po::options_description{}, true).options;
            auto const has_no_name = [](po::option const& option) {
                return option.string_key.empty();  // Boost takes that for any name.
            };
            if (std::ranges::none_of(options, has_no_name)) return options;
        }
    } catch (po::error const&) {
        // Said below, in our words.
    }
    throw UserError{
        fmt::format("job file '{}' line {}: '{}' is no setting (option = value is expected); start "
                    "comments with #",
                    path.string(), number, line)};
}

}  // namespace

std::vector<JobSetting> read_job_file(std::filesystem::path const& path) {
    std::istringstream lines{read_text(path)};
    std::vector<JobSetting> settings;
    std::string line;
    for (std::int64_t number = 1; std::getline(lines, line); ++number) {
        for (auto const& option : parse_line(line, path, number)) {
            auto const earlier = std::find_if(
                settings.begin(), settings.end(),
                [&](JobSetting const& setting) { return setting.key == option.string_key; });
            if (earlier != settings.end()) {
                throw UserError{fmt::format(
                    "job file '{}' line {}: '{}' is set again (first in line {}); keep one, lists "
                    "are written a,b",
                    path.string(), number, option.string_key, earlier->line)};
            }
            settings.push_back({option.string_key, option.value.front(), number});
        }
    }
    return settings;
}

}  // namespace maniple::cli
