#include "../src/run/scratch_file.hpp"

#include <fstream>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "scratch_folder.hpp"

namespace maniple {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t pieces = 3;
constexpr std::int64_t piece_values = 1001;

ScratchShape shape_of(std::vector<std::int64_t> slabs) {
    return {.slabs = std::move(slabs), .pieces = pieces, .piece_values = piece_values};
}

float value(std::int64_t slab, std::int64_t piece, std::int64_t i) {
    return static_cast<float>(slab * 1'000'000 + piece * 10'000 + i) / 7;
}

void write(ScratchFile& file, std::vector<std::int64_t> const& slabs, std::int64_t piece) {
    std::vector<float> rows;
    for (auto slab : slabs) {
        for (std::int64_t i = 0; i < piece_values; ++i) rows.push_back(value(slab, piece, i));
    }
    file.write(piece, {rows.data(), std::ssize(slabs), piece_values});
}

bool reads_back(ScratchFile const& file, std::int64_t place, std::int64_t slab) {
    std::vector<float> values(pieces * piece_values);
    file.read(place, values);
    for (std::int64_t i = 0; i < std::ssize(values); ++i) {
        if (values[static_cast<std::size_t>(i)] != value(slab, i / piece_values, i % piece_values))
            return false;
    }
    return true;
}

void damage(fs::path const& path, std::int64_t from_end) {
    auto const size = static_cast<std::int64_t>(fs::file_size(path));
    std::fstream stream{path, std::ios::in | std::ios::out | std::ios::binary};
    stream.seekg(size - from_end);
    auto const byte = static_cast<char>(stream.get());
    stream.seekp(size - from_end);
    stream.put(static_cast<char>(byte ^ 1));
}

TEST_CASE("ScratchFile: gives back what was written, is private, and is gone afterwards", "[run]") {
    test::ScratchFolder const folder;
    ScratchOwner const owner{folder.path(), 0x1234, 1, 3};
    {
        ScratchFile file{owner, shape_of({5, 2})};
        CHECK(file.path().filename() == "maniple-0000000000001234-1-of-3.scratch");
        CHECK((fs::status(file.path()).permissions() & fs::perms::all) ==
              (fs::perms::owner_read | fs::perms::owner_write));
        CHECK(static_cast<std::int64_t>(fs::file_size(file.path())) == shape_of({5, 2}).bytes());
        for (std::int64_t piece : {2, 0, 1}) {
            CHECK_FALSE(file.has(piece));
            write(file, {5, 2}, piece);
            CHECK(file.has(piece));
        }
        CHECK(reads_back(file, 0, 5));
        CHECK(reads_back(file, 1, 2));
        std::vector<float> few(2);
        CHECK_THROWS_AS(file.read(0, few), ContractViolation);
        CHECK_THROWS_AS(file.write(pieces, {few.data(), 2, 1}), ContractViolation);
    }
    CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("ScratchFile: a later run finds what is whole, for the slabs that it wants", "[run]") {
    test::ScratchFolder const folder;
    ScratchOwner const owner{folder.path(), 7, 0, 1};
    auto const leave = [&] {
        ScratchFile file{owner, shape_of({5, 2, 9})};
        write(file, {5, 2, 9}, 0);
        write(file, {5, 2, 9}, 2);
        file.keep();
        return file.path();
    };
    auto const path = leave();
    {
        ScratchFile file{owner, shape_of({9, 5})};
        CHECK(file.has(0));
        CHECK_FALSE(file.has(1));
        CHECK(file.has(2));
        write(file, {9, 5}, 1);
        CHECK(reads_back(file, 0, 9));
        CHECK(reads_back(file, 1, 5));
        file.keep();
    }
    damage(path, 4);  // The last piece of slab 9.
    {
        ScratchFile file{owner, shape_of({5, 9})};
        CHECK(file.has(0));
        CHECK_FALSE(file.has(2));
        file.keep();
    }
    CHECK_FALSE((ScratchFile{owner, shape_of({5, 4})}.has(0)));  // Has not all slabs.
    leave();
    CHECK_FALSE((ScratchFile{{folder.path(), 8, 0, 1}, shape_of({5, 2, 9})}.has(0)));
    auto other = shape_of({5, 2, 9});
    ++other.piece_values;
    CHECK_FALSE((ScratchFile{owner, other}.has(0)));
    leave();
    fs::resize_file(path, 100);
    CHECK_FALSE((ScratchFile{owner, shape_of({5, 2, 9})}.has(0)));
}

TEST_CASE("ScratchFile: a file of nothing is not kept", "[run]") {
    test::ScratchFolder const folder;
    {
        ScratchFile file{{folder.path(), 7, 0, 1}, shape_of({5})};
        file.keep();
    }
    CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("ScratchFile: damage while it is used is noticed", "[run]") {
    test::ScratchFolder const folder;
    ScratchFile file{{folder.path(), 7, 0, 1}, shape_of({1})};
    for (std::int64_t piece = 0; piece < pieces; ++piece) write(file, {1}, piece);
    damage(file.path(), 2 * piece_values * 4 + 5);
    CHECK_THROWS_AS(reads_back(file, 0, 1), CorruptInput);
}

TEST_CASE("ScratchFile: what is missing is said before the work", "[run]") {
    test::ScratchFolder const folder;
    auto const huge = ScratchShape{.slabs = {1}, .pieces = 1, .piece_values = 1LL << 58};
    CHECK_THROWS_WITH((ScratchFile{{folder.path(), 1, 0, 1}, huge}),
                      Catch::Contains("--scratch") && Catch::Contains("1152.9 PB") &&
                          Catch::Contains("disk space"));
    CHECK(fs::is_empty(folder.path()));
    CHECK_THROWS_AS((ScratchFile{{folder.path() / "none", 1, 0, 1}, shape_of({1})}),
                    EnvironmentError);
}

TEST_CASE("ScratchFile: follows no link that somebody laid there", "[run]") {
    test::ScratchFolder const folder;
    auto const mine = folder.path() / "mine";
    std::ofstream{mine} << "precious";
    ScratchOwner const owner{folder.path(), 1, 0, 1};
    fs::create_symlink(mine, folder.path() / "maniple-0000000000000001-0-of-1.scratch");
    { ScratchFile const file{owner, shape_of({1})}; }
    std::string text;
    std::ifstream{mine} >> text;
    CHECK(text == "precious");
}

TEST_CASE("remove_scratch: takes this run's files and no others", "[run]") {
    test::ScratchFolder const folder;
    auto const touch = [&](char const* name) { std::ofstream{folder.path() / name} << 'x'; };
    auto const is_there = [&](char const* name) { return fs::exists(folder.path() / name); };
    touch("maniple-0000000000000001-0-of-1.scratch");
    touch("maniple-0000000000000001-0-of-2.scratch");
    touch("maniple-0000000000000002-0-of-1.scratch");
    touch("maniple-0000000000000001-thesis");
    remove_scratch({folder.path(), 1, 0, 2}, ScratchRemoval::of_other_ranks);
    CHECK_FALSE(is_there("maniple-0000000000000001-0-of-1.scratch"));
    CHECK(is_there("maniple-0000000000000001-0-of-2.scratch"));
    remove_scratch({folder.path(), 1, 0, 1}, ScratchRemoval::of_all);
    CHECK_FALSE(is_there("maniple-0000000000000001-0-of-2.scratch"));
    CHECK(is_there("maniple-0000000000000002-0-of-1.scratch"));
    CHECK(is_there("maniple-0000000000000001-thesis"));
}

}  // namespace
}  // namespace maniple
