// The loops of genotype/dosage_product.hpp, one form per instruction set.
#pragma once

#include <cstdint>

#include "maniple/core/instruction_set.hpp"

namespace maniple {

// Genotypes as the dense loops read them: ALT counts as bytes in tiles of 16 variants by one unit
// of 64 samples (1 KiB, a variant's 64 bytes together, in the order of FixedPointMatrix::panel).
// Tile (t, u) is the one at t * units + u.
inline constexpr std::int64_t tile_variants = 16;
inline constexpr std::int64_t tile_bytes = 1024;

// What a form's loops took where they were measured [ns]; only the ratios matter. Where the sparse
// path begins depends on them.
struct ProductCosts {
    double decode_unit;    // Decode one variant's unit.
    double multiply_unit;  // One variant's unit times one panel.
    double list_unit;      // Look for carriers in one variant's unit.
    double carrier;        // List a carrier and add its row, whatever its width, ...
    double carrier_line;   // ... and for each 16 columns of it.
};

struct ProductForm {
    // Around calls of `multiply`; in between the processor's tile registers are in use.
    void (*begin)();
    void (*end)();

    // Decode `units` units of `variants` rows into tiles; what lies in the last tile beyond the
    // variants is left as it is. rows[v] is where the first unit of a row starts (16 bytes a unit);
    // the units after these are asked into the cache.
    void (*decode)(std::uint8_t const* const* rows, std::int64_t variants, std::int64_t units,
                   std::uint8_t* tiles);

    // sums[(p * stride + v) * 16 + d] += sum over units of genotype(v) * digit d of panel p, for
    // the variants of `tiles` tiles and `panels` panels. A panel's units start at
    // digits + p * panel_bytes. stride >= 16 * tiles
    void (*multiply)(std::uint8_t const* genotypes, std::int64_t tiles, std::int64_t units,
                     std::int8_t const* digits, std::int64_t panel_bytes, std::int64_t panels,
                     std::int32_t* sums, std::int64_t stride);

    // Make `tiles` tiles into as many units of panels, in the same order: 16 variants become the
    // 16 digits, so that genotypes multiply genotypes.
    void (*pack)(std::uint8_t const* genotypes, std::int64_t tiles, std::int8_t* digits);

    // Samples with one or two ALT in a row of whole cache lines; stops counting beyond `most`.
    std::int64_t (*count_carriers)(std::uint64_t const* genotypes, std::int64_t words,
                                   std::int64_t most);

    // List those samples, the homozygous ones twice (side by side). Returns how many are listed;
    // `carriers` has room for one more.
    std::int64_t (*list_carriers)(std::uint64_t const* genotypes, std::int64_t words,
                                  std::int32_t* carriers);

    // sums[c] = sum of integers[carrier * stride + c] over the carriers, c < columns, a multiple of
    // 16; may write no more than `columns` sums.
    void (*add_carriers)(std::int32_t const* integers, std::int64_t stride,
                         std::int32_t const* carriers, std::int64_t count, std::int64_t columns,
                         std::int64_t* sums);

    ProductCosts costs;
};

extern ProductForm const scalar_product;
extern ProductForm const avx2_product;
extern ProductForm const avx512_product;
extern ProductForm const amx_product;

// \pre this processor runs it
ProductForm const& product_form(InstructionSet set);

}  // namespace maniple
