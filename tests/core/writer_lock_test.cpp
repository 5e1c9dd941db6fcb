#include "maniple/core/writer_lock.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <system_error>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

std::filesystem::path lock_file() {
    return std::filesystem::temp_directory_path() /
           ("maniple-writer-lock-" + std::to_string(::getpid()));
}

TEST_CASE("WriterLock: one process has it, and the next is told which", "[core]") {
    auto const file = lock_file();
    {
        WriterLock const first{file};
        REQUIRE(first.is_ours());
        WriterLock const second{file};
        CHECK(!second.is_ours());
        CHECK_THAT(second.holder(),
                   Catch::StartsWith(" (process " + std::to_string(::getpid()) + " on "));
        CHECK_THAT(second.holder(), Catch::EndsWith(" UTC)"));
        auto const child = ::fork();
        if (child == 0) ::_exit(WriterLock{file}.is_ours() ? 1 : 0);
        int status = -1;
        ::waitpid(child, &status, 0);
        CHECK(status == 0);
    }
    CHECK(std::filesystem::file_size(file) == 0);
    WriterLock again{file};
    CHECK(again.is_ours());
    again.remove();
    CHECK(!std::filesystem::exists(file));
    CHECK(!again.is_ours());
}

TEST_CASE("WriterLock: what a file holds is not shown unless it is plain text", "[core]") {
    auto const file = lock_file();
    WriterLock lock{file};
    std::ofstream{file} << "\x1b[31mred\n";
    CHECK(WriterLock{file}.holder().empty());
    lock.remove();
}

TEST_CASE("WriterLock: a folder that is not there", "[core]") {
    CHECK_THROWS_AS(WriterLock(lock_file() / "nowhere"), std::system_error);
}

}  // namespace
}  // namespace maniple
