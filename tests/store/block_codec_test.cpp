#include "maniple/store/block_codec.hpp"

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "store/scratch_store.hpp"

namespace maniple {
namespace {

using test::random_genotypes;

RawBlock as_read(EncodedBlock const& block, std::int64_t samples) {
    return {.place = "a file: block 3",
            .variants = block.variants,
            .samples = samples,
            .checksum = block.checksum,
            .chunks = block.chunks};
}

TEST_CASE("encode_block: decodes to the same genotypes at odd shapes", "[store]") {
    auto const samples = GENERATE(1, 3, 31, 255, 256, 257, 1000);
    auto const variants = GENERATE(1, 2, 63, 64, 65);
    auto const frequency = GENERATE(0.01, 0.5);
    auto const compression = GENERATE(Compression::automatic, Compression::none);
    auto const genotypes = random_genotypes(variants, samples, 7, frequency);

    auto const encoded = encode_block(genotypes.view(), 16, compression);
    PackedBlock decoded{variants, samples};
    decode_block(as_read(encoded, samples), decoded);

    CHECK(std::ranges::equal(decoded.view().words(), genotypes.view().words()));
    CHECK(std::ssize(encoded.chunks) == (variants + 15) / 16);
}

TEST_CASE("encode_block: counts as one genotype after the other does", "[store]") {
    auto const samples = GENERATE(1, 255, 257, 40'000);
    auto genotypes = random_genotypes(5, samples, 11, 0.4);
    for (SampleIndex s{0}; s < SampleIndex{samples}; ++s) {
        genotypes.set(LocalVariantIndex{1}, s, missing_genotype);
        genotypes.set(LocalVariantIndex{2}, s, 2);
    }

    auto const encoded = encode_block(genotypes.view(), 4, Compression::automatic);

    for (LocalVariantIndex v{0}; v < LocalVariantIndex{5}; ++v) {
        std::int32_t missing = 0;
        std::int32_t alternate = 0;
        for (SampleIndex s{0}; s < SampleIndex{samples}; ++s) {
            auto const genotype = genotypes.view().genotype(v, s);
            genotype == missing_genotype ? ++missing
                                         : alternate += static_cast<std::int32_t>(genotype);
        }
        CHECK(encoded.missing[v.at()] == missing);
        CHECK(encoded.alternate_count[v.at()] == alternate);
    }
}

TEST_CASE("encode_block: deflates only what shrinks to half", "[store]") {
    auto const rare =
        encode_block(random_genotypes(64, 4000, 1, 0.001).view(), 64, Compression::automatic);
    auto const common =
        encode_block(random_genotypes(64, 4000, 1, 0.5).view(), 64, Compression::automatic);

    CHECK(rare.chunks[0].deflated);
    CHECK(std::ssize(rare.chunks[0].bytes) * 2 <= 64 * packed_stride(4000));
    CHECK_FALSE(common.chunks[0].deflated);
    CHECK(std::ssize(common.chunks[0].bytes) == 64 * packed_stride(4000));
}

TEST_CASE("decode_block: reuses a block that has become short", "[store]") {
    auto const longer = random_genotypes(20, 300, 5);
    auto const shorter = random_genotypes(3, 300, 6);
    PackedBlock decoded{20, 300};

    for (auto const* genotypes : {&shorter, &longer, &shorter}) {
        decode_block(as_read(encode_block(genotypes->view(), 8, Compression::automatic), 300),
                     decoded);
        CHECK(std::ranges::equal(decoded.view().words(), genotypes->view().words()));
    }
}

TEST_CASE("decode_block: tells damage of every kind", "[store]") {
    auto const good = as_read(
        encode_block(random_genotypes(20, 900, 5, 0.02).view(), 16, Compression::automatic), 900);
    PackedBlock decoded{20, 900};
    REQUIRE(good.chunks[0].deflated);
    decode_block(good, decoded);
    auto bad = good;

    SECTION("an empty stream") { bad.chunks[0].bytes.clear(); }
    SECTION("a short stream") { bad.chunks[0].bytes.resize(bad.chunks[0].bytes.size() / 2); }
    SECTION("one byte") { bad.chunks[0].bytes[1] ^= std::byte{4}; }
    SECTION("rows short") { bad.chunks[0].deflated = false; }
    SECTION("a stream of another length") { bad.chunks[0].stored_rows = 17; }
    SECTION("a missing chunk") { bad.chunks.pop_back(); }
    SECTION("a chunk too many") { bad.chunks.push_back(bad.chunks[0]); }
    SECTION("another checksum") { bad.checksum ^= 1; }

    CHECK_THROWS_AS(decode_block(bad, decoded), CorruptInput);
    CHECK_THROWS_WITH(decode_block(bad, decoded), Catch::StartsWith("a file: block 3"));
}

TEST_CASE("chunk_rows: a divisor of the block that fits 4 MiB", "[store]") {
    CHECK(chunk_rows(512, 1) == 512);
    CHECK(chunk_rows(512, 20'000) == 512);    // 5,056 bytes a row
    CHECK(chunk_rows(512, 500'000) == 32);    // 125,056 bytes a row
    CHECK(chunk_rows(512, 40'000'000) == 1);  // 10 MB a row
    CHECK(chunk_rows(100, 200'000) == 50);
    CHECK(chunk_rows(97, 200'000) == 1);
    CHECK_THROWS_AS(chunk_rows(0, 5), ContractViolation);
    CHECK_THROWS_AS(chunk_rows(5, 0), ContractViolation);
}

}  // namespace
}  // namespace maniple
