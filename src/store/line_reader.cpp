#include "maniple/store/line_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fmt/format.h>
#include <htslib/bgzf.h>
#include <htslib/hfile.h>
#include <htslib/hts_log.h>

#include "maniple/core/error.hpp"

namespace maniple {
namespace {

struct CloseFile {
    void operator()(BGZF* file) const { bgzf_close(file); }
};

// Length of the UTF-8 sequence that starts at `text`, 0 when it is none (RFC 3629, without the
// fine points of overlong forms above the second byte).
std::size_t sequence_length(std::string_view text) {
    auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    std::size_t const length = byte(0) < 0x80                      ? 1
                               : byte(0) >= 0xc2 && byte(0) < 0xe0 ? 2
                               : byte(0) >= 0xe0 && byte(0) < 0xf0 ? 3
                               : byte(0) >= 0xf0 && byte(0) < 0xf5 ? 4
                                                                   : 0;
    if (length == 0 || length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return 0;
    }
    return length;
}

}  // namespace

struct LineReader::State {
    std::filesystem::path path;
    std::size_t longest = longest_line;
    std::unique_ptr<BGZF, CloseFile> file;
    std::vector<char> buffer;
    std::string_view ahead;  // Of `buffer`.
    std::string text;        // Of a line that does not lie in one buffer.
    std::int64_t line = 0;

    bool fill();
    std::optional<std::string_view> next_text();
};

// What one block holds; false at the end. Lines before damage are not lost with the rest.
bool LineReader::State::fill() {
    auto const read = [&](std::size_t place, std::size_t most) {
        auto const got = bgzf_read(file.get(), buffer.data() + place, most);
        if (got >= 0) return static_cast<std::size_t>(got);
        if (auto const reason = herrno(file->fp)) {
            throw EnvironmentError{
                fmt::format("'{}' after line {}: the file cannot be read on ({}); check the disk",
                            path.string(), line, std::generic_category().message(reason))};
        }
        throw UserError{fmt::format(
            "'{}' after line {}: the file cannot be read on (it is cut off or damaged); "
            "copy it again",
            path.string(), line)};
    };
    auto size = read(0, 1);
    if (size == 0) return false;
    auto const rest = static_cast<std::size_t>(file->block_length - file->block_offset);
    if (rest > 0) size += read(1, std::min(rest, buffer.size() - 1));
    ahead = {buffer.data(), size};
    return true;
}

// Up to the next line feed, which is taken, too.
std::optional<std::string_view> LineReader::State::next_text() {
    text.clear();
    for (bool is_any = false; !ahead.empty() || fill(); is_any = true) {
        auto const end = ahead.find('\n');
        auto const part = ahead.substr(0, end);
        if (part.size() > longest - text.size()) {
            throw UserError{
                fmt::format("'{}' line {}: it has over {} bytes (is this a text file?); check "
                            "what file this is",
                            path.string(), line + 1, longest)};
        }
        ahead.remove_prefix(std::min(part.size() + 1, ahead.size()));
        if (end != std::string_view::npos && !is_any) return part;
        text += part;
        if (end != std::string_view::npos) return text;
    }
    if (text.empty()) return std::nullopt;
    return text;
}

LineReader::LineReader(std::filesystem::path path, std::size_t longest)
    : state_{std::make_unique<State>()} {
    hts_set_log_level(HTS_LOG_OFF);
    state_->path = std::move(path);
    state_->longest = longest;
    state_->buffer.resize(BGZF_MAX_BLOCK_SIZE);
    auto const name = state_->path.string();
    std::error_code ignored;
    if (std::filesystem::is_directory(state_->path, ignored)) {
        throw UserError{
            fmt::format("'{}' is a folder (a file is needed); give the file's name", name)};
    }
    state_->file.reset(bgzf_open(name.c_str(), "r"));
    if (state_->file) return;
    auto const reason = std::generic_category().message(errno);
    if (errno == ENOENT || errno == ENOTDIR) {
        throw UserError{fmt::format("'{}' does not exist; check the name", name)};
    }
    throw EnvironmentError{fmt::format("'{}' cannot be opened ({})", name, reason)};
}

LineReader::LineReader(LineReader&&) noexcept = default;
LineReader& LineReader::operator=(LineReader&&) noexcept = default;
LineReader::~LineReader() = default;

std::optional<std::string_view> LineReader::next() {
    auto const read = state_->next_text();
    if (!read) return std::nullopt;
    auto text = *read;
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (++state_->line == 1 && text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    if (text.find('\0') != std::string_view::npos) {
        throw UserError{
            fmt::format("{} holds a zero byte (this is no UTF-8 text); check what file this is, or "
                        "convert it from UTF-16, for instance with iconv",
                        place())};
    }
    return text;
}

std::int64_t LineReader::line() const { return state_->line; }

std::string LineReader::place() const {
    return fmt::format("'{}' line {}", state_->path.string(), state_->line);
}

std::string find_flaw(std::string_view text, std::size_t longest) {
    if (text.size() > longest) {
        return fmt::format("has {} bytes (at most {} are possible)", text.size(), longest);
    }
    for (std::size_t i = 0; i < text.size();) {
        if (static_cast<unsigned char>(text[i]) < 0x20 || text[i] == 0x7f) {
            return "holds a control character";
        }
        auto const length = sequence_length(text.substr(i));
        if (length == 0) return "is not UTF-8 text (convert the file, for instance with iconv)";
        i += length;
    }
    return {};
}

void split_at_blanks(std::string_view line, std::vector<std::string_view>& fields) {
    constexpr std::string_view blanks = " \t";
    fields.clear();
    for (auto first = line.find_first_not_of(blanks); first != std::string_view::npos;) {
        auto const last = std::min(line.find_first_of(blanks, first), line.size());
        fields.push_back(line.substr(first, last - first));
        first = line.find_first_not_of(blanks, last);
    }
}

}  // namespace maniple
