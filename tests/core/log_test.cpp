#include "maniple/core/log.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <system_error>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "scratch_folder.hpp"

namespace maniple {
namespace {

using test::ScratchFolder;

std::string content(std::filesystem::path const& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

// What `action` writes to standard error.
std::string captured_standard_error(ScratchFolder const& folder,
                                    std::function<void()> const& action) {
    auto const path = folder / "terminal.txt";
    std::fflush(stderr);
    int const saved = ::dup(STDERR_FILENO);
    int const target = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    REQUIRE(saved >= 0);
    REQUIRE(target >= 0);
    ::dup2(target, STDERR_FILENO);
    action();
    std::fflush(stderr);
    ::dup2(saved, STDERR_FILENO);
    ::close(saved);
    ::close(target);
    return content(path);
}

TEST_CASE("Log: notes and warnings reach terminal and file, asides neither file nor pipe",
          "[core]") {
    ScratchFolder const folder;
    Log log{Speaker::speaks};
    auto const terminal = captured_standard_error(folder, [&] {
        log.note("before the file");
        log.open_file(folder / "log.txt");
        log.note("two samples");
        log.say_aside("the first is NA12878");
        log.warn("few samples");
    });
    CHECK(terminal == "before the file\ntwo samples\nwarning: few samples\n");
    CHECK(content(folder / "log.txt") == "two samples\nwarning: few samples\n");
}

TEST_CASE("Log: asides speak to a terminal", "[core]") {
    int const master = ::posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || ::grantpt(master) != 0 || ::unlockpt(master) != 0) {
        WARN("skipped: no pseudo-terminals here");
        return;
    }
    int const terminal = ::open(::ptsname(master), O_RDWR | O_NOCTTY);
    REQUIRE(terminal >= 0);
    int const saved = ::dup(STDERR_FILENO);
    ::dup2(terminal, STDERR_FILENO);
    Log{Speaker::speaks}.say_aside("the first is NA12878");
    std::fflush(stderr);
    ::dup2(saved, STDERR_FILENO);
    ::close(saved);
    std::string seen;  // A terminal may hand a line over in parts.
    std::array<char, 64> part{};
    while (!seen.ends_with('\n')) {
        auto const count = ::read(master, part.data(), part.size());
        if (count <= 0) break;
        seen.append(part.data(), static_cast<std::size_t>(count));
    }
    ::close(terminal);
    ::close(master);
    CHECK(seen == "the first is NA12878\r\n");
}

TEST_CASE("Log: every line is in the file at once, for whoever watches it", "[core]") {
    ScratchFolder const folder;
    Log log{Speaker::speaks};
    captured_standard_error(folder, [&] {
        log.open_file(folder / "log.txt");
        log.note("first");
        CHECK(content(folder / "log.txt") == "first\n");
    });
}

TEST_CASE("Log: its file is for the owner alone", "[core]") {
    ScratchFolder const folder;
    Log log{Speaker::speaks};
    log.open_file(folder / "log.txt");
    using std::filesystem::perms;
    CHECK(std::filesystem::status(folder / "log.txt").permissions() ==
          (perms::owner_read | perms::owner_write));
}

TEST_CASE("Log: a silent one says nothing and makes no file", "[core]") {
    ScratchFolder const folder;
    Log log{Speaker::silent};
    auto const terminal = captured_standard_error(folder, [&] {
        log.open_file(folder / "log.txt");
        log.note("a note");
        log.warn("a warning");
        log.say_aside("an aside");
    });
    CHECK(terminal.empty());
    CHECK_FALSE(std::filesystem::exists(folder / "log.txt"));
    CHECK(log.speaker() == Speaker::silent);
}

TEST_CASE("Log: a file that cannot be made is the environment's fault and is named", "[core]") {
    ScratchFolder const folder;
    Log log{Speaker::speaks};
    auto const path = folder / "no_such_folder/log.txt";
    CHECK_THROWS_AS(log.open_file(path), EnvironmentError);
    CHECK_THROWS_WITH(log.open_file(path), Catch::Contains(path.string()));
}

}  // namespace
}  // namespace maniple
