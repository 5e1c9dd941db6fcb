#include "maniple/hdf5/file.hpp"

#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"

namespace maniple::hdf5 {
namespace {

std::filesystem::path fresh(char const* name) {
    auto const path = std::filesystem::temp_directory_path() /
                      ("maniple-hdf5-" + std::to_string(::getpid()) + name);
    std::filesystem::remove(path);
    return path;
}

std::vector<char> bytes_of(std::filesystem::path const& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

void write_something(std::filesystem::path const& path) {
    auto file = File::create(path);
    file.write_attribute("count", std::int64_t{-5});
    file.write_attribute("sum", std::uint64_t{0xffffffffffffffff});
    file.write_attribute("name", std::string_view{"größe"});
    file.write_attribute("nothing", std::string_view{});
    std::array<double, 6> const values{1, 2, 3, 4, 5, 6};
    file.create_dataset("matrix", {.element = Element::float64, .rows = 3, .columns = 2})
        .write_all(std::span<double const>{values});
    file.close();
}

TEST_CASE("File: gives back its attributes and datasets without MPI_Init", "[hdf5]") {
    auto const path = fresh("a");
    write_something(path);

    auto const file = File::open(path);

    CHECK(file.read_integer("count") == -5);
    CHECK(file.read_unsigned("sum") == 0xffffffffffffffff);
    CHECK(file.read_text("name") == "größe");
    CHECK(file.read_text("nothing").empty());
    CHECK(file.has_dataset("matrix"));
    CHECK_FALSE(file.has_dataset("other"));
    CHECK_FALSE(file.has_attribute("other"));
    CHECK(file.open_dataset("matrix").read_all<double>() == std::vector<double>{1, 2, 3, 4, 5, 6});
    std::filesystem::remove(path);
}

TEST_CASE("File: equal calls make equal bytes", "[hdf5]") {
    auto const one = fresh("a");
    auto const other = fresh("b");
    write_something(one);
    ::sleep(1);  // Time stamps count in seconds.
    write_something(other);

    CHECK(bytes_of(one) == bytes_of(other));
    std::filesystem::remove(one);
    std::filesystem::remove(other);
}

TEST_CASE("File: what cannot be opened is told from what is damaged", "[hdf5]") {
    auto const path = fresh("a");
    CHECK_THROWS_AS(File::open(path), EnvironmentError);
    CHECK_THROWS_WITH(File::open(path), Catch::Contains("No such file or directory") &&
                                            Catch::Contains(path.string()));
    CHECK_THROWS_AS(File::open(std::filesystem::temp_directory_path()), EnvironmentError);
    std::ofstream{path} << "no HDF5 file at all";
    CHECK_THROWS_AS(File::open(path), CorruptInput);
    CHECK_THROWS_AS(File::create(path), EnvironmentError);
    CHECK_THROWS_AS(File::create(path / "below"), EnvironmentError);
    std::filesystem::remove(path);
}

TEST_CASE("File: a file that is cut off is told in plain words", "[hdf5]") {
    auto const path = fresh("a");
    write_something(path);
    std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
    CHECK_THROWS_AS(File::open(path), CorruptInput);
    CHECK_THROWS_WITH(File::open(path),
                      Catch::Contains("it is cut off") && !Catch::Contains("eof ="));
    std::filesystem::resize_file(path, 3);
    CHECK_THROWS_WITH(File::open(path), Catch::Contains("does not begin like an HDF5 file"));
    std::filesystem::remove(path);
}

TEST_CASE("File: values of another type or shape are damage", "[hdf5]") {
    auto const path = fresh("a");
    write_something(path);
    auto const file = File::open(path);

    CHECK_THROWS_AS(file.read_unsigned("count"), CorruptInput);
    CHECK_THROWS_AS(file.read_text("count"), CorruptInput);
    CHECK_THROWS_AS(file.read_integer("name"), CorruptInput);
    CHECK_THROWS_AS(file.read_integer("other"), CorruptInput);
    CHECK_THROWS_AS(file.open_dataset("other"), CorruptInput);
    auto const matrix = file.open_dataset("matrix");
    CHECK_THROWS_AS(matrix.read_all<float>(), CorruptInput);
    CHECK_THROWS_AS(matrix.text_bytes(), CorruptInput);
    CHECK_THROWS_AS(matrix.require_extent(3, 3), CorruptInput);
    CHECK_THROWS_AS(matrix.require_chunk(3, 2), CorruptInput);
    std::filesystem::remove(path);
}

// Empty where the file is refused.
std::string describe_if_whole(std::filesystem::path const& path) {
    try {
        auto const file = File::open(path);
        file.check_structure();
        auto const matrix = file.open_dataset("matrix");
        matrix.require_extent(3, 2);
        matrix.require_element(Element::float64);
        return std::to_string(file.read_integer("count")) + '/' +
               std::to_string(file.read_unsigned("sum")) + '/' + file.read_text("name") + '/' +
               file.read_text("nothing") + '/' + std::to_string(matrix.rows());
    } catch (CorruptInput const&) {
        return {};
    }
}

TEST_CASE("File::check_structure: no flipped bit of it changes anything unseen", "[hdf5]") {
    auto const path = fresh("a");
    write_something(path);
    auto const whole = bytes_of(path);
    auto const right = describe_if_whole(path);
    REQUIRE_FALSE(right.empty());
    int refused = 0;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        auto flipped = whole;
        flipped[i] = static_cast<char>(flipped[i] ^ (1 << i % 8));
        std::ofstream{path, std::ios::binary}.write(flipped.data(), std::ssize(flipped));
        auto const described = describe_if_whole(path);
        INFO("byte " << i);
        CHECK((described.empty() || described == right));
        if (described.empty()) ++refused;
    }
    CHECK(refused > 500);
    std::filesystem::remove(path);
}

}  // namespace
}  // namespace maniple::hdf5
