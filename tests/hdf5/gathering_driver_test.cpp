/// \file  Files are written in pieces of 64 KiB: what was written last is what is there.
#include <map>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

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

TEST_CASE("File::create: an empty file is a file", "[hdf5]") {
    test::ScratchFolder const folder;
    File::create(folder.path() / "a.h5").close();
    CHECK_FALSE(File::open(folder.path() / "a.h5").has_dataset("values"));
}

}  // namespace
}  // namespace maniple::hdf5
