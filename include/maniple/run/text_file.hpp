/// \file  Files of text that commands leave in their --out folder.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace maniple {

/// A file of text that grows line by line. Not durable by itself: it is given the temporary name of
/// a DurableFile.
class TextFile {
public:
    explicit TextFile(std::filesystem::path file);

    std::string text;  ///< What comes next; handed over by end_line() once there is enough.

    void end_line();
    /// The shortest digits that read back as the same number; NA for NaN.
    void add(double value);
    /// \throws EnvironmentError when anything could not be written.
    void close();

private:
    void flush();

    std::filesystem::path file_;
    std::ofstream out_;
};

/// A whole file at once. \throws EnvironmentError.
void write_text(std::filesystem::path const& file, std::string const& text);

/// The same under its final name in one step, in place of what is there. \throws EnvironmentError.
void replace_text(std::filesystem::path const& file, std::string const& text);

}  // namespace maniple
