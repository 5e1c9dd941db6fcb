#include "maniple/store/block_codec.hpp"

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "store/scratch_store.hpp"

namespace maniple {
namespace {

using test::random_genotypes;

RawBlock as_read(EncodedBlock const& block, std::int64_t samples) {
    RawBlock raw;
    raw.place = "a file: block 3";
    raw.checksum = block.checksum;
    raw.reshape(block.variants, samples, block.rows_per_chunk);
    REQUIRE(raw.chunks.size() == block.chunks.size());
    for (std::size_t c = 0; c < block.chunks.size(); ++c) {
        if (block.chunks[c].codec == Codec::plain) {
            REQUIRE(block.chunks[c].bytes().size() == raw.chunk_place(c).size());
            std::ranges::copy(block.chunks[c].bytes(), raw.chunk_place(c).begin());
        } else {
            raw.chunks[c] = {block.chunks[c].codec, block.chunks[c].own};
        }
    }
    return raw;
}

auto every_compression() {
    return GENERATE(Compression::automatic, Compression::none, Compression::deflate,
                    Compression::zstd);
}

// Rows of rare and of common variants in turn.
PackedBlock mixed_genotypes(std::int64_t variants, std::int64_t samples, std::int64_t common_rows) {
    auto mixed = test::rare_genotypes(variants, samples, 3);
    auto const common = random_genotypes(variants, samples, 4, 0.5);
    for (LocalVariantIndex v{0}; v < LocalVariantIndex{variants}; ++v) {
        if (v.get() % 10 < common_rows)
            std::ranges::copy(common.view().row(v), mixed.row(v).begin());
    }
    return mixed;
}

TEST_CASE("encode_block: decodes to the same genotypes at odd shapes", "[store]") {
    auto const samples = GENERATE(1, 3, 31, 255, 256, 257, 1000);
    auto const variants = GENERATE(1, 2, 63, 64, 65);
    auto const frequency = GENERATE(0.0, 0.01, 0.5);
    auto const compression = every_compression();
    auto const genotypes = frequency == 0 ? test::rare_genotypes(variants, samples, 7)
                                          : random_genotypes(variants, samples, 7, frequency);

    auto const encoded = encode_block(genotypes.view(), 16, compression);
    auto raw = as_read(encoded, samples);

    CHECK(std::ranges::equal(decode_block(raw).words(), genotypes.view().words()));
    CHECK(std::ranges::equal(decode_block(raw).words(), genotypes.view().words()));  // Again.
    CHECK(std::ssize(encoded.chunks) == (variants + 15) / 16);
}

TEST_CASE("encode_block: the checksum does not depend on the codec", "[store]") {
    auto const genotypes = mixed_genotypes(50, 5000, 3);
    auto const plain = encode_block(genotypes.view(), 16, Compression::none);
    auto const other = encode_block(genotypes.view(), 16, every_compression());

    CHECK(plain.checksum == other.checksum);
    CHECK(plain.missing == other.missing);
    CHECK(plain.alternate_count == other.alternate_count);
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

std::int64_t stored_bytes(PackedBlock const& genotypes, Compression compression, Codec codec) {
    auto const encoded = encode_block(genotypes.view(), genotypes.variants(), compression);
    REQUIRE(encoded.chunks.size() == 1);
    CHECK(encoded.chunks[0].codec == codec);
    return std::ssize(encoded.chunks[0].bytes());
}

TEST_CASE("encode_block: deflate and zstd pack only what shrinks to half", "[store]") {
    auto const compression = GENERATE(Compression::deflate, Compression::zstd);
    auto const size = 64 * packed_stride(4000);
    auto const rare = random_genotypes(64, 4000, 1, 0.001);
    auto const common = random_genotypes(64, 4000, 1, 0.5);

    CHECK(stored_bytes(rare, compression, packed_codec(compression)) * 2 <= size);
    CHECK(stored_bytes(common, compression, Codec::plain) == size);
    CHECK(stored_bytes(rare, Compression::none, Codec::plain) == size);
}

TEST_CASE("encode_block: automatic packs rows of long runs and stores the others", "[store]") {
    auto const size = 100 * packed_stride(20'000);
    auto const packed = [](PackedBlock const& genotypes, Codec codec) {
        return stored_bytes(genotypes, Compression::automatic, codec);
    };

    CHECK(packed(test::rare_genotypes(100, 20'000, 3), Codec::deflate) * 40 < size);
    // A tenth of the rows is stored: never less than a tenth of the bytes.
    auto const tenth = packed(mixed_genotypes(100, 20'000, 1), Codec::deflate);
    CHECK(tenth * 10 > size);
    CHECK(tenth * 8 < size);
    // A twentieth of the genotypes missing: deflate would shrink it, but slowly to inflate.
    auto const missing = random_genotypes(100, 20'000, 1, 0.001);
    CHECK(stored_bytes(missing, Compression::deflate, Codec::deflate) * 2 < size);
    CHECK(packed(missing, Codec::plain) == size);
    CHECK(packed(mixed_genotypes(100, 20'000, 6), Codec::plain) == size);
}

TEST_CASE("decode_block: reuses a block that has become short", "[store]") {
    auto const compression = every_compression();
    auto const longer = random_genotypes(20, 300, 5);
    auto const shorter = random_genotypes(3, 700, 6);
    RawBlock raw;

    for (auto const* genotypes : {&shorter, &longer, &shorter}) {
        auto const encoded = encode_block(genotypes->view(), 8, compression);
        raw.checksum = encoded.checksum;
        raw.reshape(encoded.variants, genotypes->samples(), 8);
        for (std::size_t c = 0; c < encoded.chunks.size(); ++c) {
            if (encoded.chunks[c].codec == Codec::plain) {
                std::ranges::copy(encoded.chunks[c].bytes(), raw.chunk_place(c).begin());
            } else {
                raw.chunks[c] = {encoded.chunks[c].codec, encoded.chunks[c].own};
            }
        }
        CHECK(std::ranges::equal(decode_block(raw).words(), genotypes->view().words()));
    }
}

TEST_CASE("decode_block: tells damage of every kind", "[store]") {
    auto const compression =
        GENERATE(Compression::automatic, Compression::deflate, Compression::zstd);
    auto const genotypes = mixed_genotypes(20, 9000, 2);
    auto bad = as_read(encode_block(genotypes.view(), 16, compression), 9000);
    auto& chunk = bad.chunks[0];
    REQUIRE(chunk.codec != Codec::plain);

    SECTION("an empty stream") { chunk.bytes.clear(); }
    SECTION("a short stream") { chunk.bytes.resize(chunk.bytes.size() / 2); }
    SECTION("its first byte") { chunk.bytes[0] ^= std::byte{4}; }
    SECTION("a byte of its middle") { chunk.bytes[chunk.bytes.size() / 2] ^= std::byte{4}; }
    SECTION("never inflated") { chunk.codec = Codec::plain; }
    SECTION("another codec") {
        chunk.codec = chunk.codec == Codec::zstd ? Codec::deflate : Codec::zstd;
    }
    SECTION("chunks of another size") {
        auto const chunks = bad.chunks;
        bad.reshape(20, 9000, 17);
        bad.chunks = chunks;
    }
    SECTION("another checksum") { bad.checksum ^= 1; }

    CHECK_THROWS_AS(decode_block(bad), CorruptInput);
    CHECK_THROWS_WITH(decode_block(bad), Catch::StartsWith("a file: block 3"));
}

TEST_CASE("decode_block: every flipped bit of a packed chunk is found", "[store]") {
    auto const compression =
        GENERATE(Compression::automatic, Compression::deflate, Compression::zstd);
    auto const genotypes = mixed_genotypes(10, 2000, 1);
    auto const good = encode_block(genotypes.view(), 10, compression);
    REQUIRE(good.chunks[0].codec == packed_codec(compression));
    auto raw = as_read(good, 2000);
    for (std::size_t bit = 0; bit < 8 * good.chunks[0].bytes().size(); ++bit) {
        raw.chunks[0].bytes[bit / 8] ^= std::byte{1} << (bit % 8);
        try {
            // Some bits of a stream say nothing of its content.
            if (!std::ranges::equal(decode_block(raw).words(), genotypes.view().words())) {
                FAIL("wrong genotypes were read");
            }
        } catch (CorruptInput const&) {
        }
        raw.chunks[0].bytes[bit / 8] ^= std::byte{1} << (bit % 8);
    }
    CHECK(std::ranges::equal(decode_block(raw).words(), genotypes.view().words()));
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

TEST_CASE("decode_block: refuses genotypes behind the last sample", "[store]") {
    auto const samples = GENERATE(1, 31, 33, 255);
    auto genotypes = random_genotypes(5, samples, 7, 0.5);
    genotypes.row(LocalVariantIndex{3})[7] |= std::uint64_t{1} << 63;
    auto const encoded = encode_block(genotypes.view(), 16, every_compression());
    auto raw = as_read(encoded, samples);
    CHECK_THROWS_AS(decode_block(raw), CorruptInput);
}

}  // namespace
}  // namespace maniple
