/// \file  Files are written in pieces: what was written last is what is there.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <map>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "maniple/hdf5/file.hpp"
#include "scratch_folder.hpp"

namespace maniple::hdf5 {
namespace {

using Contents = std::map<std::int64_t, std::vector<std::byte>>;

std::vector<std::byte> random_bytes(std::size_t size, std::mt19937& random) {
    std::vector<std::byte> bytes(size);
    for (auto& byte : bytes) byte = static_cast<std::byte>(random());
    return bytes;
}

void check(Dataset const& dataset, Contents const& contents) {
    for (auto const& [row, bytes] : contents) {
        REQUIRE(dataset.chunk_bytes(row, 0) == std::ssize(bytes));
        std::vector<std::byte> found(bytes.size());
        dataset.read_chunk(row, 0, found);
        REQUIRE(found == bytes);
    }
}

TEST_CASE("File::create: chunks of all sizes, in any order, written again and read between",
          "[hdf5]") {
    test::ScratchFolder const folder;
    auto const path = folder.path() / "a.h5";
    constexpr std::int64_t chunks = 400;
    constexpr std::int64_t chunk_rows = 1 << 18;
    Contents contents;
    std::mt19937 random{5};
    {
        auto file = File::create(path);
        auto dataset = file.create_dataset("values", {.element = Element::uint8,
                                                      .rows = chunks * chunk_rows,
                                                      .chunk_rows = chunk_rows,
                                                      .filter = Filter::deflate});
        for (int round = 0; round < 900; ++round) {
            auto const row = static_cast<std::int64_t>(random() % chunks) * chunk_rows;
            auto const most = random() % 20 == 0 ? 200'000U : 5'000U;
            auto const bytes = random_bytes(1 + random() % most, random);
            dataset.write_chunk(row, 0, 0, bytes);
            contents[row] = bytes;
            if (round % 100 == 50) check(dataset, contents);
            if (round % 90 == 30) file.write_attribute("round" + std::to_string(round), "x");
        }
        file.close();
    }
    auto const file = File::open(path);
    check(file.open_dataset("values"), contents);
    CHECK(file.read_text("round840") == "x");
}

// Sizes that large pieces do and do not divide, one above the other or over what was there.
TEST_CASE("File::create: a file of many megabytes, written again and read between", "[hdf5]") {
    auto const caching = GENERATE(Caching::all, Caching::start);
    test::ScratchFolder const folder;
    auto const path = folder.path() / "a.h5";
    constexpr std::int64_t chunks = 150;
    constexpr std::int64_t chunk_rows = 1 << 20;
    Contents contents;
    std::mt19937 random{7};
    {
        auto file = File::create(path, caching);
        auto dataset = file.create_dataset("values", {.element = Element::uint8,
                                                      .rows = chunks * chunk_rows,
                                                      .chunk_rows = chunk_rows,
                                                      .filter = Filter::deflate});
        for (int round = 0; round < 260; ++round) {
            auto const chunk = round < chunks && round % 7 != 0 ? round : random() % chunks;
            auto const row = static_cast<std::int64_t>(chunk) * chunk_rows;
            auto const size = random() % 10 == 0   ? 5'000'000U
                              : random() % 10 == 0 ? 1U << 21U
                                                   : 1 + random() % 400'000;
            auto const bytes = random_bytes(size, random);
            dataset.write_chunk(row, 0, 0, bytes);
            contents[row] = bytes;
            if (round % 60 == 59) check(dataset, contents);
            if (round % 50 == 30) file.write_attribute("round" + std::to_string(round), "x");
        }
        file.close();
    }
    REQUIRE(std::filesystem::file_size(path) > 50'000'000);
    auto const file = File::open(path);
    check(file.open_dataset("values"), contents);
    CHECK(file.read_text("round230") == "x");
}

// In a process whose files may not grow past `limit` bytes. \return whether the writer was told.
bool is_refused(std::filesystem::path const& path, rlim_t limit) {
    auto const child = ::fork();
    if (child == 0) {
        std::signal(SIGXFSZ, SIG_IGN);  // As on a full disk, writes fail and say why.
        rlimit const most{limit, limit};
        ::setrlimit(RLIMIT_FSIZE, &most);
        try {
            auto file = File::create(path, Caching::start);
            auto dataset = file.create_dataset("values", {.element = Element::uint8,
                                                          .rows = 60 << 20,
                                                          .chunk_rows = 1 << 20,
                                                          .filter = Filter::deflate});
            std::vector<std::byte> const bytes(1 << 20);
            for (std::int64_t c = 0; c < 60; ++c) dataset.write_chunk(c << 20, 0, 0, bytes);
            file.close();
        } catch (EnvironmentError const&) {
            ::_exit(3);
        }
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFEXITED(status));
    return WEXITSTATUS(status) == 3;
}

TEST_CASE("File::create: a large file on a full disk is refused", "[hdf5]") {
    test::ScratchFolder const folder;
    CHECK(is_refused(folder.path() / "a.h5", 20'000'000));
    CHECK(is_refused(folder.path() / "b.h5", 59 << 20));
    CHECK_FALSE(is_refused(folder.path() / "c.h5", 61 << 20));
}

TEST_CASE("File::create: an empty file is a file", "[hdf5]") {
    test::ScratchFolder const folder;
    File::create(folder.path() / "a.h5").close();
    CHECK_FALSE(File::open(folder.path() / "a.h5").has_dataset("values"));
}

}  // namespace
}  // namespace maniple::hdf5
