#include "product_loops_avx512.hpp"

namespace maniple {
namespace {

// Operand of LDTILECFG.
struct alignas(64) TileShapes {
    std::uint8_t palette = 1;
    std::uint8_t start_row = 0;
    std::uint8_t reserved[14] = {};
    std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

// Every tile lies whole in memory, its rows 64 bytes apart. Sums have the lowest numbers. A product
// takes 16 cycles, but the next one into the same sums waits 52: blocks have four sums or more
// where there is enough to do.
constexpr std::int64_t row = 64;

struct Block {
    std::uint8_t const* genotypes;  // of its first tile
    std::int64_t units;
    std::int8_t const* digits;  // of its first panel
    std::int64_t panel_bytes;
    std::int32_t* sums;  // of both
    std::int64_t stride;

    std::uint8_t const* tile(std::int64_t t) const { return genotypes + t * units * tile_bytes; }
    std::int8_t const* panel(std::int64_t p) const { return digits + p * panel_bytes; }
    std::int32_t* sum(std::int64_t t, std::int64_t p) const {
        return sums + (p * stride + t * tile_variants) * 16;
    }
    Block at(std::int8_t const* other_digits, std::int32_t* other_sums) const {
        return {genotypes, units, other_digits, panel_bytes, other_sums, stride};
    }
    Block after(std::int64_t tiles) const {
        return {tile(tiles), units, digits, panel_bytes, sum(tiles, 0), stride};
    }
};

// Two tiles by two panels. Asks for one line of each of the two at `next` with every unit.
void multiply_2x2(Block const& block, std::int8_t const* next) {
    auto const *a0 = block.tile(0), *a1 = block.tile(1);
    auto const *b0 = block.panel(0), *b1 = block.panel(1);
    _tile_loadd(0, block.sum(0, 0), row);
    _tile_loadd(1, block.sum(0, 1), row);
    _tile_loadd(2, block.sum(1, 0), row);
    _tile_loadd(3, block.sum(1, 1), row);
    for (std::int64_t u = 0; u < block.units; ++u) {
        // The digits of two panels serve all tiles of genotypes and should stay in the first-level
        // cache; the genotypes pass through it.
        _tile_stream_loadd(4, a0 + u * tile_bytes, row);
        _tile_loadd(6, b0 + u * tile_bytes, row);
        _mm_prefetch(next + u * 64, _MM_HINT_T1);
        _mm_prefetch(next + block.panel_bytes + u * 64, _MM_HINT_T1);
        _tile_dpbusd(0, 4, 6);
        _tile_loadd(7, b1 + u * tile_bytes, row);
        _tile_dpbusd(1, 4, 7);
        _tile_stream_loadd(5, a1 + u * tile_bytes, row);
        _tile_dpbusd(2, 5, 6);
        _tile_dpbusd(3, 5, 7);
    }
    _tile_stored(0, block.sum(0, 0), row);
    _tile_stored(1, block.sum(0, 1), row);
    _tile_stored(2, block.sum(1, 0), row);
    _tile_stored(3, block.sum(1, 1), row);
}

// Four tiles by one panel.
void multiply_4x1(Block const& block) {
    auto const *a0 = block.tile(0), *a1 = block.tile(1), *a2 = block.tile(2), *a3 = block.tile(3);
    auto const* b0 = block.panel(0);
    _tile_loadd(0, block.sum(0, 0), row);
    _tile_loadd(1, block.sum(1, 0), row);
    _tile_loadd(2, block.sum(2, 0), row);
    _tile_loadd(3, block.sum(3, 0), row);
    for (std::int64_t u = 0; u < block.units; ++u) {
        _tile_loadd(7, b0 + u * tile_bytes, row);
        _tile_loadd(4, a0 + u * tile_bytes, row);
        _tile_dpbusd(0, 4, 7);
        _tile_loadd(5, a1 + u * tile_bytes, row);
        _tile_dpbusd(1, 5, 7);
        _tile_loadd(6, a2 + u * tile_bytes, row);
        _tile_dpbusd(2, 6, 7);
        _tile_loadd(4, a3 + u * tile_bytes, row);
        _tile_dpbusd(3, 4, 7);
    }
    _tile_stored(0, block.sum(0, 0), row);
    _tile_stored(1, block.sum(1, 0), row);
    _tile_stored(2, block.sum(2, 0), row);
    _tile_stored(3, block.sum(3, 0), row);
}

// Two tiles by one panel.
void multiply_2x1(Block const& block) {
    auto const *a0 = block.tile(0), *a1 = block.tile(1);
    auto const* b0 = block.panel(0);
    _tile_loadd(0, block.sum(0, 0), row);
    _tile_loadd(1, block.sum(1, 0), row);
    for (std::int64_t u = 0; u < block.units; ++u) {
        _tile_loadd(7, b0 + u * tile_bytes, row);
        _tile_loadd(4, a0 + u * tile_bytes, row);
        _tile_dpbusd(0, 4, 7);
        _tile_loadd(5, a1 + u * tile_bytes, row);
        _tile_dpbusd(1, 5, 7);
    }
    _tile_stored(0, block.sum(0, 0), row);
    _tile_stored(1, block.sum(1, 0), row);
}

// One tile by one panel, for what remains.
void multiply_1x1(Block const& block) {
    _tile_loadd(0, block.sum(0, 0), row);
    for (std::int64_t u = 0; u < block.units; ++u) {
        _tile_loadd(6, block.tile(0) + u * tile_bytes, row);
        _tile_loadd(7, block.panel(0) + u * tile_bytes, row);
        _tile_dpbusd(0, 6, 7);
    }
    _tile_stored(0, block.sum(0, 0), row);
}

// All tiles by two panels; the two at `next` are wanted next.
void multiply_pair(Block block, std::int64_t tiles, std::int8_t const* next) {
    std::int64_t t = 0;
    for (; t + 2 <= tiles; t += 2) {
        multiply_2x2(block, next + t * block.units * tile_bytes / tiles);
        block = block.after(2);
    }
    if (t < tiles) {
        multiply_1x1(block);
        multiply_1x1(block.at(block.panel(1), block.sum(0, 1)));
    }
}

// All tiles by one panel.
void multiply_last(Block block, std::int64_t tiles) {
    std::int64_t t = 0;
    for (; t + 4 <= tiles; t += 4) {
        multiply_4x1(block);
        block = block.after(4);
    }
    if (t + 2 <= tiles) {
        multiply_2x1(block);
        block = block.after(2);
        t += 2;
    }
    if (t < tiles) multiply_1x1(block);
}

void multiply_amx(std::uint8_t const* genotypes, std::int64_t tiles, std::int64_t units,
                  std::int8_t const* digits, std::int64_t panel_bytes, std::int64_t panels,
                  std::int32_t* sums, std::int64_t stride) {
    Block const all{genotypes, units, digits, panel_bytes, sums, stride};
    std::int64_t p = 0;
    for (; p + 2 <= panels; p += 2) {
        // After the last panels their own, which are in the cache.
        auto const next = p + 4 <= panels ? p + 2 : p;
        multiply_pair(all.at(all.panel(p), all.sum(0, p)), tiles, all.panel(next));
    }
    if (p < panels) multiply_last(all.at(all.panel(p), all.sum(0, p)), tiles);
}

void begin_amx() {
    // Static: GCC 12 does not know that the instruction reads all of it.
    static constexpr TileShapes shapes;
    _tile_loadconfig(&shapes);
}

void end_amx() { _tile_release(); }

}  // namespace

constinit ProductForm const amx_product{.begin = begin_amx,
                                        .end = end_amx,
                                        .decode = decode_avx512,
                                        .multiply = multiply_amx,
                                        .pack = pack_avx512,
                                        .count_carriers = count_carriers_avx512,
                                        .list_carriers = list_carriers_avx512,
                                        .add_carriers = add_carriers_avx512,
                                        .costs = {.decode_unit = 1.25,
                                                  .multiply_unit = 0.6,
                                                  .list_unit = 0.7,
                                                  .carrier = 5.5,
                                                  .carrier_line = 1.5}};

}  // namespace maniple
