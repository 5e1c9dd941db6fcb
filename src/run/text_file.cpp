#include "maniple/run/text_file.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/durable_file.hpp"
#include "maniple/core/error.hpp"

namespace maniple {

TextFile::TextFile(std::filesystem::path file)
    : file_{std::move(file)}, out_{file_, std::ios::binary | std::ios::trunc} {}

void TextFile::end_line() {
    constexpr std::size_t enough = 1 << 20;
    text += '\n';
    if (text.size() > enough) flush();
}

void TextFile::add(double value) {
    if (std::isnan(value)) {
        text += "NA";
        return;
    }
    std::array<char, 32> digits;
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    text.append(digits.data(), end);
}

void TextFile::close() {
    flush();
    out_.close();
    if (out_) return;
    throw EnvironmentError{fmt::format(
        "'{}' cannot be written (permission or disk space); make room or choose another --out",
        file_.string())};
}

void TextFile::flush() {
    out_ << text;
    text.clear();
}

void write_text(std::filesystem::path const& file, std::string const& text) {
    TextFile out{file};
    out.text = text;
    out.close();
}

void replace_text(std::filesystem::path const& file, std::string const& text) {
    DurableFile written{file};
    write_text(written.temporary(), text);
    written.commit(ExistingFile::replace);
}

}  // namespace maniple
