#include "../../src/store/deflate_runs.hpp"

#include <zlib.h>

#include <random>

#include <catch2/catch.hpp>

#include "../../src/store/deflate.hpp"
#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// Rows of zeros with a byte that differs here and there, or of noise where `noisy` says so.
template <class Noisy>
std::vector<std::byte> make_rows(std::size_t rows, std::size_t row_bytes, Noisy const& noisy) {
    std::mt19937 random{5};
    std::vector<std::byte> bytes(rows * row_bytes);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        auto const row = i / row_bytes;
        if (noisy(row) || random() % 500 == 0) bytes[i] = static_cast<std::byte>(random() % 256);
    }
    return bytes;
}

TEST_CASE("deflate_runs: zlib itself inflates the stream, and so do we", "[store]") {
    auto const row_bytes = GENERATE(std::size_t{1}, 64, 5056, 125'056);
    auto const every = GENERATE(1, 2, 7, 1000);
    auto const bytes = make_rows(9, row_bytes, [&](std::size_t row) {
        return row % static_cast<std::size_t>(every) == static_cast<std::size_t>(every) - 1;
    });
    std::vector<std::byte> stream;
    REQUIRE(deflate_runs(bytes, row_bytes, 2 * bytes.size() + 1000, stream));

    std::vector<std::byte> ours(bytes.size());
    CHECK(inflate(stream, ours));
    CHECK(ours == bytes);
    std::vector<std::byte> zlibs(bytes.size());
    auto size = static_cast<uLongf>(zlibs.size());
    CHECK(uncompress(reinterpret_cast<Bytef*>(zlibs.data()), &size,
                     reinterpret_cast<Bytef const*>(stream.data()), stream.size()) == Z_OK);
    CHECK(zlibs == bytes);
}

TEST_CASE("deflate_runs: gives up where the stream would be longer than wanted", "[store]") {
    std::vector<std::byte> stream;
    auto const noise = make_rows(10, 5056, [](std::size_t) { return true; });
    auto const runs = make_rows(10, 5056, [](std::size_t) { return false; });

    CHECK_FALSE(deflate_runs(noise, 5056, noise.size(), stream));
    CHECK(deflate_runs(runs, 5056, runs.size() / 20, stream));
    auto const size = stream.size();
    CHECK(deflate_runs(runs, 5056, size, stream));
    CHECK_FALSE(deflate_runs(runs, 5056, size - 1, stream));
    CHECK_THROWS_AS(deflate_runs(runs, 5055, size, stream), ContractViolation);
}

}  // namespace
}  // namespace maniple
