#include "maniple/hdf5/dataset.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <numeric>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/hdf5/file.hpp"

namespace maniple::hdf5 {
namespace {

class ScratchFile {
public:
    ScratchFile()
        : path_{std::filesystem::temp_directory_path() /
                ("maniple-dataset-" + std::to_string(::getpid()))} {
        std::filesystem::remove(path_);
    }
    ~ScratchFile() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
    std::filesystem::path const& path() const { return path_; }

private:
    std::filesystem::path path_;
};

TEMPLATE_TEST_CASE("Dataset: regions of every element type come back", "[hdf5]", std::uint8_t,
                   std::int32_t, std::int64_t, std::uint64_t, float, double) {
    constexpr auto element = std::is_same_v<TestType, std::uint8_t>    ? Element::uint8
                             : std::is_same_v<TestType, std::int32_t>  ? Element::int32
                             : std::is_same_v<TestType, std::int64_t>  ? Element::int64
                             : std::is_same_v<TestType, std::uint64_t> ? Element::uint64
                             : std::is_same_v<TestType, float>         ? Element::float32
                                                                       : Element::float64;
    ScratchFile const scratch;
    std::vector<TestType> values(100);
    std::iota(values.begin(), values.end(), TestType{1});
    {
        auto file = File::create(scratch.path());
        auto dataset = file.create_dataset(
            "d",
            {.element = element, .rows = 20, .columns = 5, .chunk_rows = 7, .chunk_columns = 2});
        dataset.write_all(std::span<TestType const>{values});
        file.close();
    }
    auto const file = File::open(scratch.path());
    auto const dataset = file.open_dataset("d");
    std::vector<TestType> part(6);
    dataset.read({.first_row = 18, .rows = 2, .first_column = 1, .columns = 3}, std::span{part});

    CHECK(part == std::vector<TestType>{92, 93, 94, 97, 98, 99});
    CHECK(dataset.read_all<TestType>() == values);
    CHECK_THROWS_AS(dataset.read({.first_row = 19, .rows = 2, .columns = 3}, std::span{part}),
                    ContractViolation);
    CHECK_THROWS_AS(dataset.read({.rows = 2, .columns = 2}, std::span{part}), ContractViolation);
}

TEST_CASE("Dataset: chunks lie in the file as they were given", "[hdf5]") {
    ScratchFile const scratch;
    std::vector<std::byte> const rows(8, std::byte{7});
    {
        auto file = File::create(scratch.path());
        auto dataset = file.create_dataset("d", {.columns = 4,
                                                 .chunk_rows = 2,
                                                 .chunk_columns = 4,
                                                 .filter = Filter::deflate,
                                                 .growth = Rows::growing});
        dataset.resize(3);
        dataset.write_chunk(0, 0, 1, rows);
        dataset.write_chunk(2, 0, 1, rows);
        file.close();
    }
    auto const file = File::open(scratch.path());
    auto const dataset = file.open_dataset("d");
    dataset.require_chunk(2, 4);
    std::vector<std::byte> read(8);

    CHECK(dataset.rows() == 3);
    CHECK(dataset.chunk_bytes(2, 0) == 8);
    CHECK(dataset.read_chunk(2, 0, read) == 1);
    CHECK(read == rows);
    // HDF5 does not look whether a stream has all values of its chunk.
    std::vector<std::uint8_t> values(12);
    CHECK_THROWS_AS(dataset.read({.rows = 3, .columns = 4}, std::span{values}), CorruptInput);
    CHECK_THROWS_AS(dataset.read_all<std::uint8_t>(), CorruptInput);
}

TEST_CASE("Dataset: texts keep their bytes", "[hdf5]") {
    ScratchFile const scratch;
    std::vector<std::string_view> const texts{"", "a", "größe", "123456"};
    {
        auto file = File::create(scratch.path());
        auto dataset =
            file.create_dataset("d", {.element = Element::text, .text_bytes = 7, .rows = 4});
        dataset.write_texts({.rows = 4}, texts);
        std::vector<std::string_view> const hidden{std::string_view{"a\0", 2}};
        CHECK_THROWS_AS(dataset.write_texts({.rows = 1}, hidden), UserError);
        std::vector<std::string_view> const wide{"12345678"};
        CHECK_THROWS_AS(dataset.write_texts({.rows = 1}, wide), ContractViolation);
        file.close();
    }
    auto const file = File::open(scratch.path());
    std::vector<std::string> read;
    file.open_dataset("d").read_texts({.rows = 4}, read);

    CHECK(std::ranges::equal(read, texts));
}

TEST_CASE("Dataset: texts without a length are refused", "[hdf5]") {
    ScratchFile const scratch;
    {
        auto file = File::create(scratch.path());
        // Files have 32 bits for it.
        file.create_dataset(
            "d", {.element = Element::text, .text_bytes = std::int64_t{1} << 32, .rows = 4});
        file.close();
    }
    auto const file = File::open(scratch.path());
    auto const dataset = file.open_dataset("d");
    REQUIRE(dataset.element_bytes() == 0);

    CHECK_THROWS_AS(dataset.require_element(Element::text), CorruptInput);
    std::vector<std::string> texts;
    CHECK_THROWS_AS(dataset.read_texts({.rows = 4}, texts), CorruptInput);
}

TEST_CASE("Dataset: a size that the file cannot hold is refused before memory is taken", "[hdf5]") {
    ScratchFile const scratch;
    {
        auto file = File::create(scratch.path());
        // Never written: the file stays small.
        file.create_dataset(
            "d", {.element = Element::float64, .rows = std::int64_t{1} << 38, .chunk_rows = 1024});
        file.close();
    }
    auto const file = File::open(scratch.path());

    CHECK_THROWS_AS(file.open_dataset("d").read_all<double>(), CorruptInput);
}

TEST_CASE("Dataset: tells its filters, and keeps chunks of zstd that HDF5 cannot read", "[hdf5]") {
    ScratchFile const scratch;
    auto const& path = scratch.path();
    auto const filter =
        GENERATE(Filter::none, Filter::deflate, Filter::shuffle_deflate, Filter::zstd);
    std::vector<std::byte> const stored(5, std::byte{7});
    std::filesystem::remove(path);
    {
        auto file = File::create(path);
        auto dataset = file.create_dataset(
            "d", {.element = Element::uint8, .rows = 5, .chunk_rows = 5, .filter = filter});
        dataset.write_chunk(0, 0, 0, stored);
        file.close();
    }
    auto const file = File::open(path);
    auto const dataset = file.open_dataset("d");
    CHECK(dataset.filter() == filter);
    CHECK(dataset.chunk_rows() == 5);
    CHECK(dataset.element_bytes() == 1);
    REQUIRE(dataset.chunk_bytes(0, 0) == 5);
    std::vector<std::byte> read(5);
    CHECK(dataset.read_chunk(0, 0, read) == 0);
    CHECK(read == stored);
    CHECK_THROWS_AS(dataset.require_element(Element::int32), CorruptInput);
    dataset.require_element(Element::uint8);
}

}  // namespace
}  // namespace maniple::hdf5
