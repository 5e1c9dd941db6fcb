/// \file  What fuzz targets share: files for one input, and what a reader may do with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "maniple/core/error.hpp"

namespace maniple::fuzz {

using Input = std::span<std::uint8_t const>;

inline Input input_of(std::uint8_t const* data, std::size_t size) { return {data, size}; }
inline std::string_view text_of(Input input) {
    return {reinterpret_cast<char const*>(input.data()), input.size()};
}

/// A file of this process in TMPDIR, in a folder that is gone when the process ends well.
std::filesystem::path scratch_path(std::string_view name);

/// The same with these bytes.
std::filesystem::path write_scratch(std::string_view name, Input bytes);
std::filesystem::path write_scratch(std::string_view name, std::string_view text);

/// Say what happened, and end the process as libFuzzer expects of a finding.
[[noreturn]] void report_finding(std::exception const& error);

/// Call `work`. Errors that people are told of are fine; everything else is a finding.
template <class Work>
void meet_input(Work const& work) {
    try {
        work();
    } catch (Error const&) {
        return;
    } catch (std::exception const& error) {
        report_finding(error);
    }
}

/// Takes an input apart from its front. What is not there any more is zero.
class Cursor {
public:
    explicit Cursor(Input rest) : rest_{rest} {}

    bool at_end() const { return rest_.empty(); }
    std::uint64_t number(std::size_t bytes);
    Input bytes(std::size_t most);
    Input rest() const { return rest_; }

private:
    Input rest_;
};

/// Up to a line that is "--", which is taken, too.
std::string_view take_part(std::string_view& rest);

}  // namespace maniple::fuzz
