#include <immintrin.h>

#include "bench/int8_peak.hpp"

namespace maniple::bench {
namespace {

// Operand of LDTILECFG: eight tiles of 16 rows of 64 bytes.
struct alignas(64) TileShapes {
    std::uint8_t palette = 1;
    std::uint8_t start_row = 0;
    std::uint8_t reserved[14] = {};
    std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

constexpr std::int64_t row = 64;

// Four sums: a product waits for the one before it into the same sum, not for others.
void run(std::int64_t rounds) {
    // Static: GCC 12 does not know that the instruction reads all of it.
    static constexpr TileShapes shapes;
    alignas(64) static std::uint8_t genotypes[16 * row];
    alignas(64) static std::int8_t digits[16 * row];
    for (auto& g : genotypes) g = 1;
    for (auto& d : digits) d = -3;
    _tile_loadconfig(&shapes);
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    _tile_loadd(4, genotypes, row);
    _tile_loadd(5, genotypes, row);
    _tile_loadd(6, digits, row);
    _tile_loadd(7, digits, row);
    for (std::int64_t r = 0; r < rounds; ++r) {
        _tile_dpbusd(0, 4, 6);
        _tile_dpbusd(1, 4, 7);
        _tile_dpbusd(2, 5, 6);
        _tile_dpbusd(3, 5, 7);
    }
    _tile_release();
}

}  // namespace

Int8Loop const amx_int8_loop{
    .instruction = "amx_tdpbusd", .operations = 4 * 2 * 16 * 16 * 64, .run = run};

}  // namespace maniple::bench
