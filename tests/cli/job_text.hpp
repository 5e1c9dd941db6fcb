/// \file  A job file that lives as long as a test.
#pragma once

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <unistd.h>

namespace maniple::cli {

class JobText {
public:
    explicit JobText(std::string_view text) {
        static std::atomic<int> count{0};
        path_ =
            std::filesystem::temp_directory_path() /
            ("maniple-job-" + std::to_string(getpid()) + "-" + std::to_string(++count) + ".ini");
        std::ofstream{path_} << text;
    }
    ~JobText() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
    JobText(JobText const&) = delete;
    JobText& operator=(JobText const&) = delete;

    std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

}  // namespace maniple::cli
