#include "maniple/core/durable_file.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "scratch_folder.hpp"

namespace maniple {
namespace {

using test::ScratchFolder;

using std::filesystem::perms;

void write(std::filesystem::path const& path, std::string const& text) {
    std::ofstream{path} << text;
}

std::string content(std::filesystem::path const& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

TEST_CASE("DurableFile: appears under its name at commit, and nothing else stays", "[core]") {
    ScratchFolder const folder;
    DurableFile file{folder / "out.h5"};
    CHECK(file.final_path() == folder / "out.h5");
    CHECK(file.temporary().parent_path() == folder.path());
    CHECK(is_temporary_name(file.temporary()));
    CHECK_FALSE(std::filesystem::exists(file.temporary()));

    write(file.temporary(), "whole");
    CHECK_FALSE(std::filesystem::exists(folder / "out.h5"));
    file.commit(ExistingFile::refuse);
    CHECK(content(folder / "out.h5") == "whole");
    CHECK(folder.files() == 1);
}

TEST_CASE("DurableFile: destroyed before commit, it removes what was written", "[core]") {
    ScratchFolder const folder;
    {
        DurableFile const file{folder / "out.h5"};
        write(file.temporary(), "half");
    }
    CHECK(folder.files() == 0);
}

TEST_CASE("DurableFile: a file for its owner is so in every folder", "[core]") {
    ScratchFolder const folder;
    std::filesystem::permissions(folder.path(), perms{0755});
    for (auto const& [name, readers, mode] :
         {std::tuple{"all", FileReaders::of_folder, perms{0644}},
          std::tuple{"own", FileReaders::owner, perms{0600}}}) {
        DurableFile file{folder / name};
        write(file.temporary(), "text");
        file.commit(ExistingFile::refuse, readers);
        CHECK(std::filesystem::status(folder / name).permissions() == mode);
    }
}

TEST_CASE("DurableFile: a file that is there is kept or replaced, as asked", "[core]") {
    ScratchFolder const folder;
    write(folder / "out.h5", "old");
    {
        DurableFile file{folder / "out.h5"};
        write(file.temporary(), "new");
        CHECK_THROWS_AS(file.commit(ExistingFile::refuse), EnvironmentError);
        CHECK(content(folder / "out.h5") == "old");
    }
    CHECK(folder.files() == 1);

    DurableFile file{folder / "out.h5"};
    write(file.temporary(), "new");
    file.commit(ExistingFile::replace);
    CHECK(content(folder / "out.h5") == "new");
    CHECK(folder.files() == 1);
}

TEST_CASE("DurableFile: is readable by those who may read its folder", "[core]") {
    ScratchFolder const folder;
    auto const [folder_mode, file_mode] =
        GENERATE(std::pair{perms{0700}, perms{0600}}, std::pair{perms{0750}, perms{0640}},
                 std::pair{perms{02775}, perms{0644}});
    std::filesystem::permissions(folder.path(), folder_mode);
    DurableFile file{folder / "out.h5"};
    write(file.temporary(), "x");
    file.commit(ExistingFile::refuse);
    CHECK(std::filesystem::status(folder / "out.h5").permissions() == file_mode);
}

TEST_CASE("DurableFile: a move hands over the duty to remove", "[core]") {
    ScratchFolder const folder;
    DurableFile first{folder / "a"};
    write(first.temporary(), "a");
    auto const name = first.temporary();
    {
        DurableFile second{std::move(first)};
        CHECK(second.temporary() == name);
        CHECK(std::filesystem::exists(name));
    }
    CHECK_FALSE(std::filesystem::exists(name));

    DurableFile target{folder / "b"};
    write(target.temporary(), "b");
    {
        DurableFile other{folder / "c"};
        write(other.temporary(), "c");
        target = std::move(other);
    }
    target.commit(ExistingFile::refuse);
    CHECK(content(folder / "c") == "c");
    CHECK(folder.files() == 1);
}

TEST_CASE("DurableFile: nothing written, or no folder, is an error that names the file", "[core]") {
    ScratchFolder const folder;
    DurableFile unwritten{folder / "out.h5"};
    CHECK_THROWS_AS(unwritten.commit(ExistingFile::refuse), EnvironmentError);
    CHECK_THROWS_WITH(unwritten.commit(ExistingFile::refuse), Catch::Contains("out.h5"));
    DurableFile homeless{folder / "none/out.h5"};
    CHECK_THROWS_AS(homeless.commit(ExistingFile::refuse), EnvironmentError);
}

// A process that waits to be killed, though not for ever.
class Sleeper {
public:
    Sleeper() : process_{::fork()} {
        REQUIRE(process_ >= 0);
        if (process_ == 0) ::alarm(60);
        while (process_ == 0) ::pause();
    }
    Sleeper(Sleeper const&) = delete;
    Sleeper& operator=(Sleeper const&) = delete;
    ~Sleeper() {
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
    }

    // What it would write beside a file of this name.
    std::string temporary(std::string const& name) const {
        return name + ".unfinished-" + std::to_string(process_);
    }
    // It is dead then, and nobody has waited for it.
    void kill() const {
        ::kill(process_, SIGKILL);
        siginfo_t ended{};
        REQUIRE(::waitid(P_PID, static_cast<id_t>(process_), &ended, WEXITED | WNOWAIT) == 0);
    }

private:
    pid_t process_;
};

TEST_CASE("remove_leftovers: takes what a dead process wrote, not what a living one writes",
          "[core]") {
    ScratchFolder const folder;
    Sleeper const writer;
    auto const temporary = folder / writer.temporary("out.h5");
    write(temporary, "half");
    write(folder / writer.temporary("other.h5"), "half");
    remove_leftovers(folder / "out.h5");
    CHECK(std::filesystem::exists(temporary));

    SECTION("killed, and not yet waited for") { writer.kill(); }
    SECTION("its number is that of a younger process") {
        std::filesystem::last_write_time(
            temporary, std::filesystem::file_time_type::clock::now() - std::chrono::hours{1});
    }
    remove_leftovers(folder / "out.h5");
    CHECK_FALSE(std::filesystem::exists(temporary));
    CHECK(folder.files() == 1);
}

TEST_CASE("is_temporary_name: looks at the file's name, not its folder's", "[core]") {
    CHECK(is_temporary_name("store/1-0.h5.unfinished-123"));
    CHECK_FALSE(is_temporary_name("store/1-0.h5"));
    CHECK_FALSE(is_temporary_name("a.unfinished-1/1-0.h5"));
}

TEST_CASE("sync_to_disk: takes files and folders, and names what is not there", "[core]") {
    ScratchFolder const folder;
    write(folder / "x", "x");
    CHECK_NOTHROW(sync_to_disk(folder / "x"));
    CHECK_NOTHROW(sync_to_disk(folder.path()));
    CHECK_THROWS_AS(sync_to_disk(folder / "y"), EnvironmentError);
}

}  // namespace
}  // namespace maniple
