#include "scratch.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <utility>

#include <fmt/format.h>

namespace maniple::fuzz {
namespace {

namespace fs = std::filesystem;

/// The folder of this process.
class Folder {
public:
    Folder() : path_{fs::temp_directory_path() / fmt::format("maniple-fuzz-{}", ::getpid())} {
        fs::create_directories(path_);
    }
    Folder(Folder const&) = delete;
    Folder& operator=(Folder const&) = delete;
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    fs::path const& path() const { return path_; }

private:
    fs::path path_;
};

}  // namespace

fs::path scratch_path(std::string_view name) {
    static Folder const folder;
    return folder.path() / name;
}

fs::path write_scratch(std::string_view name, std::string_view text) {
    auto path = scratch_path(name);
    std::ofstream{path, std::ios::binary | std::ios::trunc} << text;
    return path;
}

fs::path write_scratch(std::string_view name, Input bytes) {
    return write_scratch(name, text_of(bytes));
}

void report_finding(std::exception const& error) {
    std::fprintf(stderr, "FINDING: %s\n", error.what());
    std::abort();
}

std::uint64_t Cursor::number(std::size_t bytes) {
    std::uint64_t value = 0;
    unsigned shift = 0;
    for (auto byte : this->bytes(bytes)) {
        value |= std::uint64_t{byte} << shift;
        shift += 8;
    }
    return value;
}

Input Cursor::bytes(std::size_t most) {
    auto const taken = rest_.first(std::min(most, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
}

std::string_view take_part(std::string_view& rest) {
    constexpr std::string_view divider = "--\n";
    for (std::size_t at = 0; (at = rest.find(divider, at)) != std::string_view::npos; ++at) {
        if (at > 0 && rest[at - 1] != '\n') continue;
        auto const part = rest.substr(0, at);
        rest.remove_prefix(at + divider.size());
        return part;
    }
    return std::exchange(rest, {});
}

}  // namespace maniple::fuzz
