#include "maniple/run/kept_state.hpp"

#include <fstream>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "scratch_folder.hpp"

namespace maniple {
namespace {

namespace fs = std::filesystem;

KeptWork const work{"piece of work", "choose another --place"};

mpi::Bytes example() {
    mpi::Bytes bytes;
    for (int i = 0; i < 1000; ++i) bytes.push_back(static_cast<std::byte>(i * 7));
    return bytes;
}

TEST_CASE("keep_state: gives the state back to the same plan, and to no other", "[run]") {
    test::ScratchFolder const folder;
    auto const file = folder.path() / "kept";
    PlanFacts const facts{{"--mixing", "1"}, {"chosen variants", "0123456789abcdef"}};
    CHECK_FALSE(find_state(file, facts, work));
    keep_state(file, facts, example());
    CHECK(find_state(file, facts, work) == example());
    CHECK_THROWS_WITH(
        find_state(file, {{"--mixing", "2"}, {"chosen variants", "0123456789abcdef"}}, work),
        Catch::Contains(
            "interrupted piece of work had another plan (--mixing was '1' and is '2')") &&
            Catch::Contains("choose another --place"));
    CHECK_THROWS_WITH(
        find_state(file, {{"--mixing", "1"}, {"chosen variants", "fedcba9876543210"}}, work),
        Catch::Contains("(chosen variants)"));
    CHECK_THROWS_AS(find_state(file, {{"--new", "1"}}, work), UserError);
    keep_state(file, {}, {});
    CHECK(find_state(file, {}, work) == mpi::Bytes{});
}

TEST_CASE("keep_state: each damaged byte is noticed, and files that were cut", "[run]") {
    test::ScratchFolder const folder;
    auto const file = folder.path() / "kept";
    keep_state(file, {{"--a", "b"}}, example());
    auto const size = fs::file_size(file);
    for (std::uintmax_t place = 0; place < size; place += 3) {
        std::fstream stream{file, std::ios::in | std::ios::out | std::ios::binary};
        auto const flip = [&] {
            stream.seekg(static_cast<std::streamoff>(place));
            auto const byte = static_cast<char>(stream.get());
            stream.seekp(static_cast<std::streamoff>(place));
            stream.put(static_cast<char>(byte ^ 4));
            stream.flush();
        };
        flip();
        CHECK_THROWS_AS(find_state(file, {{"--a", "b"}}, work), CorruptInput);
        flip();
    }
    CHECK(find_state(file, {{"--a", "b"}}, work));
    for (auto cut : {size - 1, std::uintmax_t{20}, std::uintmax_t{5}, std::uintmax_t{0}}) {
        fs::resize_file(file, cut);
        CHECK_THROWS_AS(find_state(file, {{"--a", "b"}}, work), CorruptInput);
    }
}

}  // namespace
}  // namespace maniple
