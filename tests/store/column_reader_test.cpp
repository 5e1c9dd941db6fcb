#include "../../src/store/column_reader.hpp"

#include <cstring>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "../../src/store/columns.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "scratch_folder.hpp"

namespace maniple {
namespace {

std::vector<std::int32_t> squares(std::int64_t first, std::int64_t count) {
    std::vector<std::int32_t> values;
    for (auto i = first; i < first + count; ++i) {
        values.push_back(static_cast<std::int32_t>(i * i % 1'000'003));
    }
    return values;
}

TEST_CASE("ColumnReader: any rows of datasets of one and of many chunks", "[store]") {
    test::ScratchFolder const folder;
    auto const path = folder.path() / "a.h5";
    auto const rows = GENERATE(std::int64_t{1}, 1000, 600'000);  // A chunk holds 262,144.
    {
        auto file = hdf5::File::create(path);
        write_numbers(file, "n", std::span<std::int32_t const>{squares(0, rows)});
        write_texts(file, "t", rows, 2, [](std::int64_t i) -> std::string_view {
            return i % 3 == 0 ? "" : i % 3 == 1 ? "AC" : "größe";
        });
        file.close();
    }
    auto const file = hdf5::File::open(path);
    ColumnReader numbers{file, "n", hdf5::Element::int32, rows};
    ColumnReader texts{file, "t", hdf5::Element::text, rows, 2};
    CHECK(numbers.element_bytes() == 4);
    auto const width = rows == 1 ? 2 : 7;  // Of the longest text.
    CHECK(texts.element_bytes() == width);
    std::vector<std::byte> bytes;
    for (auto const first : {std::int64_t{0}, rows / 2, rows - 1, std::int64_t{0}}) {
        auto const count = (rows - first + 1) / 2;
        numbers.read(first, count, bytes);
        auto const expected = squares(first, count);
        REQUIRE(bytes.size() == 4 * expected.size());
        CHECK(std::memcmp(bytes.data(), expected.data(), bytes.size()) == 0);
        texts.read(first, count, bytes);
        REQUIRE(std::ssize(bytes) == count * 2 * width);
        CHECK(unpadded(std::span{bytes}.first(static_cast<std::size_t>(width))) ==
              (2 * first % 3 == 0   ? ""
               : 2 * first % 3 == 1 ? "AC"
                                    : "größe"));
    }
    numbers.read(rows, 0, bytes);
    CHECK(bytes.empty());
    CHECK_THROWS_AS(numbers.read(rows, 1, bytes), ContractViolation);
}

TEST_CASE("ColumnReader: refuses another shape or type", "[store]") {
    test::ScratchFolder const folder;
    auto const path = folder.path() / "a.h5";
    {
        auto file = hdf5::File::create(path);
        write_numbers(file, "n", std::span<std::int32_t const>{squares(0, 10)});
        file.close();
    }
    auto const file = hdf5::File::open(path);
    CHECK_THROWS_AS(ColumnReader(file, "n", hdf5::Element::int32, 11), CorruptInput);
    CHECK_THROWS_AS(ColumnReader(file, "n", hdf5::Element::int32, 10, 2), CorruptInput);
    CHECK_THROWS_AS(ColumnReader(file, "n", hdf5::Element::int64, 10), CorruptInput);
    CHECK_THROWS_AS(ColumnReader(file, "n", hdf5::Element::text, 10), CorruptInput);
    CHECK_THROWS_AS(ColumnReader(file, "m", hdf5::Element::int32, 10), CorruptInput);
}

TEST_CASE("ColumnReader: texts that are shuffled, whose bytes have no planes", "[store]") {
    test::ScratchFolder const folder;
    auto const path = folder.path() / "a.h5";
    {
        auto file = hdf5::File::create(path);
        auto dataset = file.create_dataset("t", {.element = hdf5::Element::text,
                                                 .text_bytes = 3,
                                                 .rows = 2,
                                                 .chunk_rows = 2,
                                                 .filter = hdf5::Filter::shuffle_deflate});
        std::vector<std::string_view> const texts{"one", "two"};
        dataset.write_texts({.rows = 2}, texts);
        file.close();
    }
    auto const file = hdf5::File::open(path);
    CHECK_THROWS_AS(ColumnReader(file, "t", hdf5::Element::text, 2), CorruptInput);
}

// HDF5 itself would read on behind it.
TEST_CASE("read_numbers: a chunk without all its values is damage", "[store]") {
    test::ScratchFolder const folder;
    auto const path = folder.path() / "a.h5";
    {
        auto file = hdf5::File::create(path);
        auto dataset = file.create_dataset("n", {.element = hdf5::Element::int64,
                                                 .rows = 4,
                                                 .chunk_rows = 4,
                                                 .filter = hdf5::Filter::shuffle_deflate});
        std::vector<std::byte> const one_value(8);
        dataset.write_chunk(0, 0, 3, one_value);  // Neither filter was applied.
        file.close();
    }
    auto const file = hdf5::File::open(path);
    CHECK_THROWS_AS(read_numbers<std::int64_t>(file, "n", 4), CorruptInput);
}

TEST_CASE("ColumnReader: more rows than the file can hold are refused at once", "[store]") {
    test::ScratchFolder const folder;
    auto const path = folder.path() / "a.h5";
    constexpr auto rows = std::int64_t{1} << 38;
    {
        auto file = hdf5::File::create(path);
        for (auto const* name : {"n", "t"}) {
            auto const is_text = *name == 't';
            file.create_dataset(
                name, {.element = is_text ? hdf5::Element::text : hdf5::Element::int32,
                       .text_bytes = is_text ? 4 : 0,
                       .rows = rows,
                       .chunk_rows = 64,
                       .filter = is_text ? hdf5::Filter::deflate : hdf5::Filter::shuffle_deflate});
        }
        file.close();
    }
    auto const file = hdf5::File::open(path);
    CHECK_THROWS_AS(read_numbers<std::int32_t>(file, "n", rows), CorruptInput);
    CHECK_THROWS_AS(read_texts(file, "t", rows), CorruptInput);
}

}  // namespace
}  // namespace maniple
