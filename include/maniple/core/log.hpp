/// \file  What the program says while it works: to the terminal, and to a run's log file.
#pragma once

#include <filesystem>
#include <fstream>
#include <string_view>

namespace maniple {

enum class Speaker { silent, speaks };  ///< Only rank zero speaks.

/// Lines for people. A note goes to standard error and, once a file is open, to the file.
///
/// The file is meant to be shared, so no sample ID may reach it: a line that holds one is said with
/// `say_aside`, which reaches the terminal alone.
class Log {
public:
    explicit Log(Speaker speaker) : speaker_{speaker} {}

    /// Also write to `path`, from its beginning; its owner alone may read it.
    /// \throws EnvironmentError where it cannot be made.
    void open_file(std::filesystem::path const& path);

    void note(std::string_view line);
    void warn(std::string_view line);       ///< As `note`, with "warning: " before it.
    void say_aside(std::string_view line);  ///< Terminal only; may hold sample IDs.

    Speaker speaker() const { return speaker_; }

private:
    Speaker speaker_;
    std::ofstream file_;
};

}  // namespace maniple
