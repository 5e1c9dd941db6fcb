#include "maniple/linalg/fixed_point.hpp"

#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "../src/linalg/fixed_point_forms.hpp"
#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

std::vector<double> normal_column(std::int64_t size, double outlier, unsigned seed = 3) {
    std::mt19937_64 random{seed};
    std::normal_distribution<double> normal;
    std::vector<double> column(static_cast<std::size_t>(size));
    for (double& value : column) value = normal(random);
    column[column.size() / 2] = outlier;
    return column;
}

// The integer that the panels spell, found by their description alone.
std::int64_t spelled(FixedPointMatrix const& matrix, std::int64_t sample, std::int64_t column) {
    auto const panel = matrix.panel(column / 4);
    auto const inside = sample % 64;
    auto const position = 16 * (inside % 4) + inside / 4;
    auto const* digit =
        panel.data() + sample / 64 * 1024 + position / 4 * 64 + column % 4 * 4 * 4 + position % 4;
    return digit[0] + 256 * (digit[4] + 256 * (digit[8] + 256 * std::int64_t{digit[12]}));
}

void check_layouts(FixedPointMatrix const& matrix,
                   std::vector<std::vector<double>> const& columns) {
    auto const integers = matrix.integers();
    for (std::int64_t c = 0; c < matrix.columns(); ++c) {
        auto const scale = matrix.format(c).scale;
        for (std::int64_t s = 0; s < matrix.samples(); ++s) {
            double const scaled =
                columns[static_cast<std::size_t>(c)][static_cast<std::size_t>(s)] * scale;
            auto const integer = static_cast<std::int64_t>(std::nearbyint(scaled));
            auto const left = static_cast<double>(integer);
            auto const remainder = std::min(32767L, std::lrint((scaled - left) * 65536));
            REQUIRE(matrix(s, c) == integer);
            REQUIRE(integers(s, c) == integer);
            REQUIRE(matrix.row(s)[static_cast<std::size_t>(c)] == integer);
            REQUIRE(matrix.remainders(c)[static_cast<std::size_t>(s)] == remainder);
            REQUIRE(spelled(matrix, s, c) == integer);
        }
    }
}

TEST_CASE("choose_fixed_point: uses the whole range of the integers", "[linalg]") {
    auto const format = choose_fixed_point(normal_column(1000, -40.0));
    CHECK(to_fixed(-40.0, format) == -2139062143);
    CHECK(to_fixed(40.0, format) == 2139062143);
    CHECK(choose_fixed_point(std::vector<double>(5, 0.0)).scale == 1);
}

TEST_CASE("to_fixed: rounds to the nearest integer, ties to even", "[linalg]") {
    CHECK(to_fixed(2.5, {}) == 2);
    CHECK(to_fixed(-2.5, {}) == -2);
    CHECK(to_fixed(3.5, {}) == 4);
    CHECK(to_fixed(-3.5, {}) == -4);
    CHECK(to_fixed(0.49999999999999994, {}) == 0);
    CHECK(to_fixed(-0.75, {}) == -1);
}

TEST_CASE("FixedPointMatrix: integers, digits and remainders agree", "[linalg]") {
    auto const samples = GENERATE(1, 63, 64, 65, 255, 256, 257, 500);
    auto const columns = GENERATE(1, 3, 4, 5, 17, 33);
    CAPTURE(samples, columns);
    std::vector<std::vector<double>> values;
    std::vector<FixedPoint> formats;
    for (int c = 0; c < columns; ++c) {
        double const outlier = c % 3 == 0 ? -3.0 : c % 3 == 1 ? 1e5 : -1e-300;
        values.push_back(normal_column(samples, outlier, static_cast<unsigned>(c)));
        formats.push_back(choose_fixed_point(values.back()));
    }
    FixedPointMatrix single{samples, formats};
    for (int c = 0; c < columns; ++c) single.set_column(c, values[static_cast<std::size_t>(c)]);
    check_layouts(single, values);

    FixedPointMatrix together{samples, formats};
    std::vector<std::span<double const>> const views(values.begin(), values.end());
    auto const first = std::min(3, columns);
    together.set_columns(first, std::span{views}.subspan(static_cast<std::size_t>(first)));
    together.set_columns(0, std::span{views}.first(static_cast<std::size_t>(first)));
    check_layouts(together, values);

    CHECK(together.integers().row_stride() % 16 == 0);
    auto const* end = together.integers().data() + samples * together.integers().row_stride();
    for (int k = 0; k < 16; ++k) CHECK(end[k] == 0);
    CHECK(reinterpret_cast<std::uintptr_t>(together.row(samples - 1).data()) % 64 == 0);
}

TEST_CASE("FixedPointMatrix: extreme digits and remainders", "[linalg]") {
    std::vector<double> const values{-128,    127,  128, -129, 2139062143, -2139062143, 0x1p23,
                                     -0x1p23, -0.5, 0.5, 1.5,  0.4999999,  2.499999999, -7.5};
    FixedPointMatrix matrix{std::ssize(values), {FixedPoint{}}};
    matrix.set_column(0, values);
    check_layouts(matrix, {values});
    CHECK(matrix.remainders(0)[8] == -32768);
    CHECK(matrix.remainders(0)[9] == 32767);  // 32768 does not fit
    CHECK(matrix.remainders(0)[10] == -32768);
}

TEST_CASE("FixedPointMatrix: every instruction set rounds, spells and transposes the same",
          "[linalg]") {
    auto const count = GENERATE(1, 7, 8, 17, 48, 63, 64);
    std::mt19937_64 random{5};
    std::uniform_real_distribution<double> uniform{-1e9, 1e9};
    std::vector<double> values;
    for (int s = 0; s < count; ++s)
        values.push_back(s % 3 == 0 ? std::floor(uniform(random)) + 0.5 : uniform(random));
    struct Result {
        double peak;
        std::vector<std::int32_t> integers = std::vector<std::int32_t>(64, 3);
        std::vector<std::int16_t> remainders = std::vector<std::int16_t>(64, 3);
        std::vector<std::int8_t> digits = std::vector<std::int8_t>(1024, 3);
        bool operator==(Result const&) const = default;
    };
    auto const round = [&](FixedPointForm const& form) {
        Result result;
        result.peak =
            form.round(values.data(), count, 0.7, result.integers.data(), result.remainders.data());
        form.write_digits(result.integers.data(), result.digits.data() + 16);
        return result;
    };
    auto const expected = round(scalar_fixed_point);
    std::vector<std::int32_t> square(16 * 64);
    for (auto& value : square) value = static_cast<std::int32_t>(random());
    for (auto set : runnable_instruction_sets()) {
        CAPTURE(to_string(set));
        CHECK(round(fixed_point_form(set)) == expected);
        AlignedBuffer<std::int32_t> rows{64 * 32};
        fixed_point_form(set).write_rows(square.data(), count, rows.data(), 32);
        for (std::int64_t s = 0; s < 64; ++s) {
            for (std::int64_t c = 0; c < 32; ++c) {
                auto const there = s < count && c < 16;
                REQUIRE(rows[s * 32 + c] ==
                        (there ? square[static_cast<std::size_t>(c * 64 + s)] : 0));
            }
        }
    }
}

TEST_CASE("FixedPointMatrix: the padding of panels is zero, also after another column",
          "[linalg]") {
    FixedPointMatrix matrix{65, std::vector<FixedPoint>(2)};
    matrix.set_column(0, std::vector<double>(65, 1e9 + 77));
    matrix.set_column(1, std::vector<double>(65, -1e9 - 77));
    std::int64_t others = 0;
    for (auto digit : matrix.panel(0)) others += digit != 0 ? 1 : 0;
    CHECK(matrix.panel(0).size() == 2048);
    CHECK(others == 65 * 2 * 4);
}

TEST_CASE("FixedPointMatrix: memory is known beforehand", "[linalg]") {
    FixedPointMatrix const matrix{100, std::vector<FixedPoint>(5)};
    CHECK(matrix.bytes() == FixedPointMatrix::bytes(100, 5));
    CHECK(FixedPointMatrix::bytes(100, 5) == 4 * (100 * 16 + 16) + 2 * 2 * 1024 + 2 * 5 * 128);
}

TEST_CASE("FixedPointMatrix: select keeps integers, digits and remainders", "[linalg]") {
    std::vector<std::vector<double>> values;
    std::vector<FixedPoint> formats;
    for (unsigned c = 0; c < 20; ++c) {
        values.push_back(normal_column(300, 4, c));
        formats.push_back(choose_fixed_point(values.back()));
    }
    FixedPointMatrix matrix{300, formats};
    for (std::int64_t c = 0; c < 20; ++c) matrix.set_column(c, values[static_cast<std::size_t>(c)]);

    auto const [count, first, columns] =
        GENERATE(table<int, int, int>({{70, 0, 20}, {70, 3, 6}, {1, 19, 1}, {128, 5, 4}}));
    std::vector<SampleIndex> samples;
    std::vector<std::vector<double>> expected(static_cast<std::size_t>(columns));
    for (int k = 0; k < count; ++k) {
        samples.push_back(SampleIndex{(k * 37 + 299) % 300});
        for (std::size_t c = 0; c < expected.size(); ++c)
            expected[c].push_back(values[c + static_cast<std::size_t>(first)][samples.back().at()]);
    }
    auto const chosen = matrix.select(samples, first, columns);
    REQUIRE(chosen.samples() == count);
    REQUIRE(chosen.columns() == columns);
    check_layouts(chosen, expected);
    CHECK_THROWS_AS(matrix.select(samples, 15, 6), ContractViolation);
    samples.push_back(SampleIndex{300});
    CHECK_THROWS_AS(matrix.select(samples, 0, 1), ContractViolation);
}

TEST_CASE("FixedPointMatrix: refuses a value its scale cannot hold", "[linalg]") {
    FixedPointMatrix matrix{1, {FixedPoint{.scale = 3e9}}};
    CHECK_THROWS_AS(matrix.set_column(0, std::vector{1.0}), ContractViolation);
    CHECK_THROWS_AS(matrix.set_column(1, std::vector{0.0}), ContractViolation);
    CHECK_THROWS_AS(matrix.set_column(0, std::vector{0.0, 0.0}), ContractViolation);
    CHECK_THROWS_AS(to_fixed(1.0, FixedPoint{.scale = 2.14e9}), ContractViolation);
}

TEST_CASE("FixedPointMatrix: fit_columns chooses each column's format, truncate forgets the rest",
          "[linalg]") {
    std::vector<double> const first{0.5, -2, 1};
    std::vector<double> const second{3e5, 0, -1e5};
    FixedPointMatrix matrix{3, 4};
    std::vector<std::span<double const>> const columns{first, second};
    matrix.fit_columns(1, columns);
    FixedPointMatrix expected{3, {{}, choose_fixed_point(first), choose_fixed_point(second)}};
    expected.set_columns(1, columns);
    matrix.truncate(3);
    REQUIRE(matrix.columns() == 3);
    for (std::int64_t c = 0; c < 3; ++c) {
        CHECK(matrix.format(c).scale == expected.format(c).scale);
        std::int64_t total = 0;
        for (std::int64_t s = 0; s < 3; ++s) {
            CHECK(matrix(s, c) == expected(s, c));
            total += matrix(s, c);
        }
        CHECK(matrix.total(c) == total);
    }
    SampleIndex const one{2};
    CHECK(matrix.select(std::span{&one, 1}, 1, 2).total(1) == matrix(2, 2));
    CHECK_THROWS_AS(matrix.truncate(4), ContractViolation);
}

}  // namespace
}  // namespace maniple
