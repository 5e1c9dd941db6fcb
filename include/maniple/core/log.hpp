/// \file  What the program says while it works: to the terminal, and to a run's log file.
#pragma once

#include <filesystem>
#include <fstream>
#include <string_view>

namespace maniple {

enum class Speaker { silent, speaks };  ///< Only rank zero speaks.

/// Lines for people. A note goes to standard error and, once a file is open, to the file.
///
/// The file is meant to be shared, and so is what a scheduler makes of standard error: no sample ID
/// may reach them. A line that holds one is said with `say_aside`, which speaks only to a terminal.
class Log {
public:
    explicit Log(Speaker speaker) : speaker_{speaker} {}

    /// Also write to `path`, from its beginning; its owner alone may read it.
    /// \throws EnvironmentError where it cannot be made.
    void open_file(std::filesystem::path const& path);

    /// \throws EnvironmentError when the file does not take it.
    void note(std::string_view line);
    void warn(std::string_view line);       ///< As `note`, with "warning: " before it.
    void say_aside(std::string_view line);  ///< Terminal only; may hold sample IDs.

    Speaker speaker() const { return speaker_; }

private:
    void print(std::string_view line) const;

    Speaker speaker_;
    std::ofstream file_;
};

}  // namespace maniple
