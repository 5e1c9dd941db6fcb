#include "maniple/store/partition.hpp"

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "store/scratch_store.hpp"

namespace maniple {
namespace {

using test::bytes_of;
using test::KnownPartition;
using test::make_variants;
using test::random_genotypes;
using test::ScratchFolder;
using test::write_bytes;
using test::write_partition;

PartitionFormat format_of(std::int64_t samples, std::int64_t block_variants) {
    return {
        .samples = samples, .fingerprint = 0xfedcba9876543210, .block_variants = block_variants};
}

void check_holds(PartitionReader const& reader, KnownPartition const& known) {
    CHECK(reader.variants() == std::ssize(known.variants));
    CHECK(test::all_variants(reader) == known.variants);
    REQUIRE(reader.blocks() == std::ssize(known.blocks));
    RawBlock raw;
    for (std::int64_t b = 0; b < reader.blocks(); ++b) {
        auto const& truth = known.blocks[static_cast<std::size_t>(b)];
        reader.read_block(b, raw);
        CHECK(std::ranges::equal(decode_block(raw).words(), truth.view().words()));
        auto const numbers = reader.read_numbers(b);
        auto const counted = count_block(truth.view());
        CHECK(numbers.missing == counted.missing);
        CHECK(numbers.alternate_count == counted.alternate_count);
        CHECK(reader.block_rows(b).size() == truth.variants());
    }
}

TEST_CASE("PartitionWriter: what goes in comes out, at odd shapes", "[store]") {
    ScratchFolder const store;
    auto const samples = GENERATE(1, 255, 256, 257);
    auto const variants = GENERATE(1, 512, 513);
    auto const block = GENERATE(100, 512);
    auto const compression = GENERATE(Compression::automatic, Compression::none,
                                      Compression::deflate, Compression::zstd);
    auto const format = format_of(samples, block);

    auto const known = write_partition(store.path(), "22", format, variants, 3, 0.05, compression);

    CHECK(known.entry.file == "genotypes/22-1.h5");
    CHECK(known.entry.variants == variants);
    CHECK(known.entry.blocks == (variants + block - 1) / block);
    check_holds(PartitionReader{store.path(), known.entry, format}, known);
}

TEST_CASE("PartitionWriter: chunks of 4 MiB and more", "[store]") {
    ScratchFolder const store;
    auto const format = format_of(2'000'000, 16);  // 500 kB a row: chunks of 8 rows
    auto const known = write_partition(store.path(), "X", format, 17, 3, 0.5);

    check_holds(PartitionReader{store.path(), known.entry, format}, known);
}

TEST_CASE("PartitionWriter: long alleles and UTF-8 names", "[store]") {
    ScratchFolder const store;
    auto const format = format_of(5, 4);
    std::filesystem::create_directories(store.path() / "genotypes");
    KnownPartition known;
    known.blocks.push_back(random_genotypes(3, 5, 1));
    known.variants = {{.position = 1, .id = "größe", .reference = "A", .alternate = ""},
                      {.position = 2147483647,
                       .id = std::string(70'000, 'i'),
                       .reference = std::string(3'000'000, 'G'),
                       .alternate = "<DEL>"},
                      {.position = 3, .id = "", .reference = "日本", .alternate = "*"}};
    PartitionWriter writer{store.path() / "genotypes/5-1.h5", "5", format, Codec::deflate};
    writer.append(known.variants, encode_block(known.blocks[0].view(), 4, Compression::automatic));
    known.entry = writer.finish();

    check_holds(PartitionReader{store.path(), known.entry, format}, known);
    CHECK(known.entry.bytes < 200'000);
}

TEST_CASE("PartitionWriter: equal input gives equal bytes", "[store]") {
    ScratchFolder const first;
    ScratchFolder const second;
    auto const one = write_partition(first.path(), "1", format_of(300, 64), 200, 9);
    auto const other = write_partition(second.path(), "1", format_of(300, 64), 200, 9);

    CHECK(one.entry.checksum == other.entry.checksum);
    CHECK(bytes_of(first.path() / one.entry.file) == bytes_of(second.path() / other.entry.file));
}

TEST_CASE("PartitionWriter: leaves nothing behind unless it finishes", "[store]") {
    ScratchFolder const store;
    auto const genotypes = random_genotypes(4, 10, 2);
    auto const file = store.path() / "1-1.h5";
    {
        PartitionWriter writer{file, "1", format_of(10, 4), Codec::deflate};
        writer.append(make_variants(0, 4),
                      encode_block(genotypes.view(), 4, Compression::automatic));
        CHECK_FALSE(std::filesystem::exists(file));
        CHECK_FALSE(std::filesystem::is_empty(store.path()));
    }
    CHECK(std::filesystem::is_empty(store.path()));
}

TEST_CASE("PartitionWriter: refuses a name that is taken and a folder that is not there",
          "[store]") {
    ScratchFolder const store;
    write_bytes(store.path() / "taken.h5", {'x'});

    CHECK_THROWS_AS(
        PartitionWriter(store.path() / "taken.h5", "1", format_of(1, 1), Codec::deflate),
        EnvironmentError);
    CHECK_THROWS_AS(
        PartitionWriter(store.path() / "no/such.h5", "1", format_of(1, 1), Codec::deflate),
        EnvironmentError);
    CHECK(bytes_of(store.path() / "taken.h5") == std::vector{'x'});
}

TEST_CASE("PartitionWriter: a short block is the last", "[store]") {
    ScratchFolder const store;
    auto const block = encode_block(random_genotypes(3, 10, 2).view(), 4, Compression::automatic);
    PartitionWriter writer{store.path() / "1-1.h5", "1", format_of(10, 4), Codec::deflate};
    CHECK_THROWS_AS(writer.append(make_variants(0, 2), block), ContractViolation);
    writer.append(make_variants(0, 3), block);

    CHECK_THROWS_AS(writer.append(make_variants(3, 3), block), ContractViolation);
}

TEST_CASE("PartitionWriter: chunks have the partition's codec", "[store]") {
    ScratchFolder const store;
    auto const block =
        encode_block(random_genotypes(4, 3000, 2, 0.01).view(), 4, Compression::deflate);
    REQUIRE(block.chunks[0].codec == Codec::deflate);
    PartitionWriter writer{store.path() / "1-1.h5", "1", format_of(3000, 4), Codec::zstd};

    CHECK_THROWS_AS(writer.append(make_variants(0, 4), block), ContractViolation);
    CHECK_THROWS_AS(PartitionWriter(store.path() / "2-1.h5", "1", format_of(3000, 4), Codec::plain),
                    ContractViolation);
}

TEST_CASE("PartitionReader: tells widths and storage without reading names or genotypes",
          "[store]") {
    ScratchFolder const store;
    auto const format = format_of(3000, 64);
    auto const compression = GENERATE(Compression::none, Compression::deflate, Compression::zstd);
    auto const known = write_partition(store.path(), "1", format, 200, 9, 0.001, compression);
    PartitionReader const reader{store.path(), known.entry, format};

    CHECK(reader.name_widths().id == 5);  // rs199
    CHECK(reader.name_widths().allele == 2);
    auto const storage = reader.storage();
    CHECK(storage.codec == packed_codec(compression));
    CHECK(storage.chunks == 4);
    CHECK(storage.packed_chunks == (compression == Compression::none ? 0 : 4));
    CHECK(storage.bytes == 200 * packed_stride(3000));
    auto const plain_bytes = 4 * 64 * packed_stride(3000);  // Whole chunks.
    CHECK((storage.stored_bytes == plain_bytes) == (compression == Compression::none));
}

TEST_CASE("PartitionReader: names of one block are read without the others", "[store]") {
    ScratchFolder const store;
    auto const format = format_of(5, 100);
    auto const known = write_partition(store.path(), "1", format, 250, 9);
    PartitionReader const reader{store.path(), known.entry, format};

    for (std::int64_t block : {2, 0, 1, 2}) {
        auto const rows = reader.block_rows(block);
        auto const first = known.variants.begin() + rows.first.get();
        CHECK(reader.read_variants(block) == std::vector(first, first + rows.size()));
    }
    CHECK_THROWS_AS(reader.read_variants(3), ContractViolation);
    CHECK_THROWS_AS(reader.read_numbers(-1), ContractViolation);
}

TEST_CASE("PartitionReader: names what is wrong with a file", "[store]") {
    ScratchFolder const store;
    auto const format = format_of(300, 64);
    auto const known = write_partition(store.path(), "1", format, 200, 9);
    auto const path = store.path() / known.entry.file;
    auto entry = known.entry;
    auto other = format;
    std::string problem;

    SECTION("another cohort") {
        other.fingerprint ^= 1;
        problem = "belongs to another cohort";
    }
    SECTION("missing") {
        std::filesystem::remove(path);
        problem = "is missing";
    }
    SECTION("cut short") {
        std::filesystem::resize_file(path, 3000);
        problem = "damaged";
    }
    SECTION("empty") {
        std::filesystem::resize_file(path, 0);
        problem = "damaged";
    }
    SECTION("longer") {
        std::filesystem::resize_file(path, static_cast<std::uintmax_t>(entry.bytes) + 1);
        problem = "bytes";
    }
    SECTION("no HDF5 file") {
        write_bytes(path, std::vector<char>(5000, 'x'));
        problem = "damaged";
    }
    SECTION("another contig") {
        entry.contig = "2";
        problem = "contig '2'";
    }
    SECTION("another number of variants") {
        entry.variants = 201;
        problem = "must be 201";
    }
    SECTION("another checksum") {
        entry.checksum ^= 1;
        problem = "checksum";
    }
    SECTION("another block size") {
        other.block_variants = 32;
        problem = "block_variants";
    }

    CHECK_THROWS_AS(PartitionReader(store.path(), entry, other), CorruptInput);
    CHECK_THROWS_WITH(PartitionReader(store.path(), entry, other),
                      Catch::Contains(problem) && Catch::Contains("1-1.h5"));
}

}  // namespace
}  // namespace maniple
