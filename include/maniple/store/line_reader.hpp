/// \file  Lines of a text file, plain or gzipped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace maniple {

/// Bytes of a line at the most: of a million people's values there are fewer.
inline constexpr std::size_t longest_line = std::size_t{1} << 30;

/// Reads lines without their ends (LF or CR LF), and without a byte order mark before the first.
/// Decompresses gzip and bgzip.
class LineReader {
public:
    /// \throws UserError when there is no such file; EnvironmentError when it cannot be opened.
    explicit LineReader(std::filesystem::path path, std::size_t longest = longest_line);
    LineReader(LineReader&&) noexcept;
    LineReader& operator=(LineReader&&) noexcept;
    ~LineReader();

    /// The next line, valid until the next call; nothing at the end.
    /// \throws UserError when compressed bytes are damaged or cut off, it holds a zero byte, or is
    /// too long; EnvironmentError.
    std::optional<std::string_view> next();

    std::int64_t line() const;  ///< Number of the last line, from 1.
    std::string place() const;  ///< "'FILE' line N", for messages.

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Names of samples, contigs and columns have at most so many bytes, variant IDs and alleles so
/// many.
inline constexpr std::size_t longest_name = 255;
inline constexpr std::size_t longest_allele = 4'096;

/// Why `text` cannot become a fixed-length UTF-8 string of a store; empty when it can.
std::string find_flaw(std::string_view text, std::size_t longest);

/// Replace `fields` by the runs of `line` between blanks and tabs.
void split_at_blanks(std::string_view line, std::vector<std::string_view>& fields);

}  // namespace maniple
