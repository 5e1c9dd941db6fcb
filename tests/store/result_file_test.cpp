#include "maniple/store/result_file.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <functional>
#include <limits>
#include <optional>

#include <catch2/catch.hpp>

#include "../../src/store/columns.hpp"
#include "../../src/store/result_layout.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "store/known_results.hpp"
#include "store/scratch_store.hpp"

namespace maniple {
namespace {

using test::bytes_of;
using test::ContigVariants;
using test::make_variants;
using test::ScratchFolder;
using test::write_chunk;

ResultHeader header_of(std::int64_t traits) {
    ResultHeader header{.traits = {},
                        .statuses = {"ok", "monomorphic"},
                        .model = "linear",
                        .covariates = "age,sex",
                        .missing_genotype = "mean",
                        .fingerprint = 0xffffffff00000001};
    for (std::int64_t t = 0; t < traits; ++t) header.traits.push_back("trait-" + std::to_string(t));
    return header;
}

TraitResults numbers(std::int64_t trait, std::int64_t variants) {
    TraitResults results;
    for (std::int64_t v = 0; v < variants; ++v) {
        auto const x = static_cast<double>(v * 31 + trait);
        auto const absent = v % 11 == 3;
        results.beta.push_back(absent ? std::numeric_limits<double>::quiet_NaN() : std::sin(x));
        results.standard_error.push_back(static_cast<float>(std::cos(x)));
        results.neg_log10_p.push_back(static_cast<float>(x));
        results.status.push_back(absent ? 1 : 0);
        // The same for all traits, as of one missingness pattern.
        results.samples.push_back(static_cast<std::int32_t>(v));
        results.effect_allele_frequency.push_back(static_cast<float>(std::sqrt(v)));
    }
    return results;
}

std::vector<TraitResults> numbers_of(std::int64_t traits, std::int64_t variants) {
    std::vector<TraitResults> all;
    for (std::int64_t t = 0; t < traits; ++t) all.push_back(numbers(t, variants));
    return all;
}

// The second half lies on another contig.
std::vector<ContigVariants> contigs_of(std::int64_t variants) {
    auto const half = variants / 2;
    return {{"1", make_variants(0, half)}, {"X", make_variants(half, variants - half)}};
}

std::filesystem::path write_known(std::filesystem::path const& path, std::int64_t traits,
                                  std::int64_t variants) {
    test::write_results(path, header_of(traits), contigs_of(variants),
                        numbers_of(traits, variants));
    return path;
}

Range<GlobalVariantIndex> rows(std::int64_t first, std::int64_t last) {
    return {GlobalVariantIndex{first}, GlobalVariantIndex{last}};
}

template <class T>
bool same(std::vector<T> const& a, std::vector<T> const& b) {
    return std::ranges::equal(a, b,
                              [](T x, T y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

void check_trait(TraitResults const& found, TraitResults const& truth) {
    CHECK(same(found.beta, truth.beta));
    CHECK(same(found.standard_error, truth.standard_error));
    CHECK(same(found.neg_log10_p, truth.neg_log10_p));
    CHECK(found.status == truth.status);
    CHECK(found.samples == truth.samples);
    CHECK(same(found.effect_allele_frequency, truth.effect_allele_frequency));
}

TEST_CASE("ResultWriter: what goes in comes out", "[store]") {
    ScratchFolder const folder;
    auto const traits = GENERATE(1, 3);
    auto const variants = GENERATE(1, 1000, 16'384, 40'001);
    auto const path = write_known(folder.path() / "results.h5", traits, variants);

    ResultReader const reader{path};

    auto const expected = header_of(traits);
    CHECK(reader.header().traits == expected.traits);
    CHECK(reader.header().statuses == expected.statuses);
    CHECK(reader.header().covariates == expected.covariates);
    CHECK(reader.header().missing_genotype == expected.missing_genotype);
    CHECK(reader.header().fingerprint == expected.fingerprint);
    CHECK(reader.header().contigs == std::vector<std::string>{"1", "X"});
    CHECK(reader.header().variants == variants);
    auto const names = reader.names(rows(0, variants));
    CHECK(names.variants == make_variants(0, variants));
    CHECK(std::ranges::count(names.contig, 0) == variants / 2);
    CHECK(std::ranges::is_sorted(names.contig));
    for (std::int64_t t = 0; t < traits; ++t) {
        check_trait(reader.read(TraitIndex{t}), numbers(t, variants));
    }
    CHECK_THROWS_AS(reader.read(TraitIndex{traits}), ContractViolation);
}

TEST_CASE("ResultWriter: no numbers anywhere", "[store]") {
    ScratchFolder const folder;
    auto const path = folder.path() / "results.h5";
    constexpr std::size_t variants = 1'500;
    std::vector<float> const none(variants, -std::numeric_limits<float>::quiet_NaN());
    TraitResults const trait{.beta = std::vector<double>(variants, -std::nan("7")),
                             .standard_error = none,
                             .neg_log10_p = none,
                             .status = std::vector<std::uint8_t>(variants, 3),
                             .samples = std::vector<std::int32_t>(variants, 0),
                             .effect_allele_frequency = none};
    test::write_results(path, header_of(2), contigs_of(variants), std::vector(2, trait));

    auto const found = ResultReader{path}.read(TraitIndex{1});

    check_trait(found, trait);
    // Whatever NaN was computed, the file has the same one.
    auto const bits = std::bit_cast<std::uint64_t>(std::numeric_limits<double>::quiet_NaN());
    CHECK(std::bit_cast<std::uint64_t>(found.beta.back()) == bits);
    CHECK(std::filesystem::file_size(path) < 45'000);  // mostly the variants' names
}

TEST_CASE("ResultWriter: many traits", "[store]") {
    ScratchFolder const folder;
    auto const path = write_known(folder.path() / "results.h5", 300, 2'500);

    ResultReader const reader{path};
    for (std::int64_t t : {0, 150, 299}) {
        check_trait(reader.read(TraitIndex{t}), numbers(t, 2'500));
    }
}

TEST_CASE("ResultWriter: no variants at all", "[store]") {
    ScratchFolder const folder;
    auto const path = write_known(folder.path() / "results.h5", 2, 0);

    ResultReader const reader{path};

    CHECK(reader.names(rows(0, 0)).variants.empty());
    CHECK(reader.read(TraitIndex{1}).beta.empty());
}

TEST_CASE("result_chunk_rows: small enough to share, large enough to write", "[store]") {
    CHECK(result_chunk_rows(0, 1) == 1);
    CHECK(result_chunk_rows(700, 1) == 700);
    CHECK(result_chunk_rows(50'000, 1) == 1024);
    CHECK(result_chunk_rows(1'000'000, 1) == 4096);
    CHECK(result_chunk_rows(50'000, 1000) == 2048);
    for (std::int64_t traits : {1, 100, 1000, 5'000, 10'000}) {
        for (std::int64_t variants : {100, 50'000, 10'000'000}) {
            CAPTURE(traits, variants);
            CHECK(17 * traits * result_chunk_rows(variants, traits) <= 64 * 1024 * 1024);
        }
    }
    CHECK_THROWS_AS(result_chunk_rows(1, 0), ContractViolation);
    CHECK_THROWS_AS(result_chunk_rows(-1, 1), ContractViolation);
}

TEST_CASE("ResultWriter: bytes do not depend on when names arrive", "[store]") {
    ScratchFolder const folder;
    constexpr std::int64_t variants = 9'000;
    auto const all = numbers_of(2, variants);
    auto const contigs = contigs_of(variants);
    auto const early = write_known(folder.path() / "early.h5", 2, variants);
    auto const late = folder.path() / "late.h5";
    ResultWriter writer{late, test::describe(header_of(2), contigs)};
    auto const step = result_chunk_rows(variants, 2);
    std::int64_t named = 0;
    for (std::int64_t row = 0; row < variants; row += step) {
        // One by one, as few as allowed.
        for (auto const end = std::min(row + step, variants); named < end; ++named) {
            auto const& [contig, part] = contigs[named < variants / 2 ? 0 : 1];
            writer.append_variants(
                contig,
                std::span{part}.subspan(static_cast<std::size_t>(named % (variants / 2)), 1));
        }
        write_chunk(writer, row, 0, all, 2);
    }
    writer.finish();

    CHECK(bytes_of(early) == bytes_of(late));
}

void copy_chunk(ResultSpool const& spool, std::int64_t row, ResultWriter& writer) {
    spool.read_all(row, [&](ResultColumn which, TraitIndex trait, EncodedColumn column) {
        writer.write(which, row, trait, column);
    });
}

TEST_CASE("ResultSpool: batches of traits give the bytes of one pass", "[store]") {
    ScratchFolder const folder;
    auto const variants = GENERATE(0, 1, 900, 5'000);
    std::int64_t const traits = 7;
    auto const all = numbers_of(traits, variants);
    auto const contigs = contigs_of(variants);
    auto const whole = write_known(folder.path() / "whole.h5", traits, variants);
    auto const batches =
        GENERATE(std::vector<std::size_t>{7}, std::vector<std::size_t>{3, 3, 1},
                 std::vector<std::size_t>{1, 6}, std::vector<std::size_t>(7, std::size_t{1}));

    ResultSpool spool{folder.path() / "columns", {variants, traits}};
    auto const step = result_chunk_rows(variants, traits);
    std::size_t first = 0;
    for (auto size : batches) {
        for (std::int64_t row = 0; row < variants; row += step) {
            write_chunk(spool, row, static_cast<std::int64_t>(first),
                        std::span{all}.subspan(first, size), traits);
        }
        first += size;
    }
    auto const spooled = folder.path() / "spooled.h5";
    ResultWriter writer{spooled, test::describe(header_of(traits), contigs)};
    for (auto const& [contig, part] : contigs) writer.append_variants(contig, part);
    for (std::int64_t row = 0; row < variants; row += step) copy_chunk(spool, row, writer);
    writer.finish();

    CHECK(bytes_of(whole) == bytes_of(spooled));
    CHECK(std::ranges::distance(std::filesystem::directory_iterator{folder.path()}) == 3);
}

TEST_CASE("ResultSpool: parts of the rows give the bytes of one pass", "[store]") {
    ScratchFolder const folder;
    constexpr std::int64_t variants = 5'000;
    constexpr std::int64_t traits = 3;
    auto const all = numbers_of(traits, variants);
    auto const contigs = contigs_of(variants);
    auto const whole = write_known(folder.path() / "whole.h5", traits, variants);
    auto const step = result_chunk_rows(variants, traits);
    REQUIRE(step * 4 < variants);
    // Empty ones, one that ends with the last row; batches differ.
    std::vector<std::int64_t> const borders{0, 0, step, 3 * step, 3 * step, variants, variants};
    std::vector<std::int64_t> sizes;
    auto const extent_of = [&](std::size_t part) {
        return ResultExtent{
            variants,
            traits,
            {GlobalVariantIndex{borders[part]}, GlobalVariantIndex{borders[part + 1]}}};
    };
    auto const file_of = [&](std::size_t part) {
        return folder.path() / ("columns" + std::to_string(part));
    };
    for (std::size_t part = 0; part + 1 < borders.size(); ++part) {
        ResultSpool spool{file_of(part), extent_of(part)};
        auto const put = [&](std::int64_t row, std::size_t first, std::size_t count) {
            write_chunk(spool, row, static_cast<std::int64_t>(first),
                        std::span{all}.subspan(first, count), traits);
        };
        auto const first_batch = part % 2 == 0 ? std::size_t{1} : std::size_t{3};
        for (std::size_t first = 0; first < 3;) {
            auto const count = std::min(first_batch, 3 - first);
            for (auto row = borders[part]; row < borders[part + 1]; row += step) {
                CHECK(spool.rows_begun() == row - borders[part]);
                put(row, first, count);
            }
            first += count;
        }
        spool.seal();
        sizes.push_back(spool.bytes());
    }
    auto const merged = folder.path() / "merged.h5";
    ResultWriter writer{merged, test::describe(header_of(traits), contigs)};
    for (auto const& [contig, part] : contigs) writer.append_variants(contig, part);
    for (std::size_t part = 0; part + 1 < borders.size(); ++part) {
        auto const spool = ResultSpool::open(file_of(part), extent_of(part), sizes[part]);
        CHECK((spool.most_reading_bytes() > 0) == (sizes[part] > 0));
        for (auto row = borders[part]; row < borders[part + 1]; row += step) {
            copy_chunk(spool, row, writer);
        }
    }
    writer.finish();
    CHECK(bytes_of(whole) == bytes_of(merged));
    // What is incomplete, or of other rows, is no part.
    CHECK_THROWS_AS(ResultSpool::open(file_of(1), extent_of(2), sizes[1]), CorruptInput);
    CHECK_THROWS_AS(ResultSpool::open(file_of(1), extent_of(1), sizes[1] - 1), CorruptInput);
    CHECK_THROWS_AS(ResultSpool::open(folder.path() / "absent", extent_of(1), 5), CorruptInput);
    {
        ResultSpool spool{file_of(2), extent_of(2)};
        write_chunk(spool, step, 0, all, traits);
        sizes[2] = spool.bytes();
    }
    CHECK_THROWS_AS(ResultSpool::open(file_of(2), extent_of(2), sizes[2]), CorruptInput);
    CHECK_THROWS_AS(
        (ResultExtent{variants, traits, {GlobalVariantIndex{1}, GlobalVariantIndex{step}}}),
        ContractViolation);
    CHECK_THROWS_AS(
        (ResultExtent{variants, traits, {GlobalVariantIndex{0}, GlobalVariantIndex{7}}}),
        ContractViolation);
}

TEST_CASE("ResultSpool: equal columns of a row chunk take space once", "[store]") {
    ScratchFolder const folder;
    auto const all = numbers_of(8, 2'000);
    auto const spooled = [&](std::size_t traits) {
        ResultSpool spool{folder.path() / "columns", {2'000, 8}};
        for (std::int64_t row : {0, 1024}) {
            write_chunk(spool, row, 0, std::span{all}.first(traits), 8);
        }
        CHECK_THROWS_AS(spool.write(ResultColumn::beta, 512, TraitIndex{0},
                                    EncodedColumn{std::vector<std::byte>(100)}),
                        ContractViolation);
        return spool.bytes();
    };
    // Samples and frequencies are those of the first trait; the rest has 13 bytes a row.
    CHECK(spooled(8) > spooled(1));
    CHECK(spooled(8) - spooled(1) < 7 * 2'000 * 13);
}

TEST_CASE("ResultSpool: wants every column, in order", "[store]") {
    ScratchFolder const folder;
    auto const all = numbers_of(2, 3'000);
    auto const step = result_chunk_rows(3'000, 2);
    ResultWriter writer{folder.path() / "r.h5", test::describe(header_of(2), contigs_of(3'000))};
    {
        ResultSpool spool{folder.path() / "columns", {3'000, 2}};
        CHECK_THROWS_AS(write_chunk(spool, 0, 1, std::span{all}.first(1), 2), ContractViolation);
    }
    {
        ResultSpool spool{folder.path() / "columns", {3'000, 2}};
        write_chunk(spool, 0, 0, all, 2);
        CHECK_THROWS_AS(write_chunk(spool, 2 * step, 0, all, 2), ContractViolation);
    }
    {
        ResultSpool spool{folder.path() / "columns", {3'000, 2}};
        for (std::int64_t row = 0; row < 3'000; row += step) {
            write_chunk(spool, row, 0, std::span{all}.first(1), 2);
        }
        CHECK_THROWS_AS(copy_chunk(spool, 0, writer), ContractViolation);  // one trait is missing
    }
    CHECK_THROWS_AS(ResultSpool(folder.path() / "nowhere" / "columns", {10, 1}), EnvironmentError);
}

// What a spool holds of the batch that begins with `trait`, in one row chunk.
std::vector<std::byte> columns_of(ResultSpool const& spool, std::int64_t trait, std::int64_t row) {
    std::vector<std::byte> all;
    spool.read(TraitIndex{trait}, row, [&](ResultColumn, TraitIndex, EncodedColumn column) {
        all.insert(all.end(), column.bytes().begin(), column.bytes().end());
    });
    return all;
}

TEST_CASE("ResultSpool: goes on where it was sealed, whatever was written later", "[store]") {
    ScratchFolder const folder;
    constexpr std::int64_t variants = 5'000;
    constexpr std::int64_t traits = 5;
    auto const file = folder.path() / "columns";
    auto const all = numbers_of(traits, variants);
    auto const step = result_chunk_rows(variants, traits);
    REQUIRE(step * 3 < variants);
    auto const put = [&](ResultSpool& spool, std::int64_t row, std::size_t first,
                         std::size_t count) {
        write_chunk(spool, row, static_cast<std::int64_t>(first),
                    std::span{all}.subspan(first, count), traits);
    };
    auto const sealed_rows = GENERATE(0, 1, 2);
    std::int64_t sealed = 0;
    std::vector<std::byte> first_chunk;
    {
        ResultSpool spool{file, {variants, traits}};
        for (std::int64_t row = 0; row < variants; row += step) put(spool, row, 0, 2);
        CHECK(spool.begun() == Range<TraitIndex>{TraitIndex{0}, TraitIndex{0}});
        for (std::int64_t c = 0; c < sealed_rows; ++c) put(spool, c * step, 2, 3);
        spool.seal();
        sealed = spool.bytes();
        first_chunk = columns_of(spool, 0, step);
        put(spool, sealed_rows * step, 2, 3);
    }
    auto spool = ResultSpool::reopen(file, {variants, traits}, sealed);
    CHECK(spool.bytes() == sealed);
    CHECK(std::filesystem::file_size(file) == static_cast<std::uintmax_t>(sealed));
    CHECK(spool.complete() == std::vector{Range<TraitIndex>{TraitIndex{0}, TraitIndex{2}}});
    CHECK(spool.rows_begun() == sealed_rows * step);
    CHECK(columns_of(spool, 0, step) == first_chunk);
    auto const drop = GENERATE(false, true);
    if (drop) {
        auto const left = spool.complete_bytes();
        CHECK((left < sealed) == (sealed_rows > 0));
        spool.drop_begun();
        CHECK(spool.bytes() == left);
        CHECK(spool.rows_begun() == 0);
        for (std::int64_t row = 0; row < variants; row += step) put(spool, row, 2, 1);
    }
    for (auto row = spool.rows_begun(); row < variants; row += step) {
        put(spool, row, drop ? 3 : 2, drop ? 2 : 3);
    }
    auto const spooled = folder.path() / "spooled.h5";
    ResultWriter writer{spooled, test::describe(header_of(traits), contigs_of(variants))};
    for (auto const& [contig, part] : contigs_of(variants)) writer.append_variants(contig, part);
    for (std::int64_t row = 0; row < variants; row += step) copy_chunk(spool, row, writer);
    writer.finish();
    CHECK(bytes_of(write_known(folder.path() / "whole.h5", traits, variants)) == bytes_of(spooled));
}

TEST_CASE("ResultSpool: any changed byte, and any end that is missing, is found", "[store]") {
    ScratchFolder const folder;
    auto const file = folder.path() / "columns";
    constexpr std::int64_t variants = 40;
    auto const all = numbers_of(2, variants);
    std::int64_t sealed = 0;
    {
        ResultSpool spool{file, {variants, 3}};
        write_chunk(spool, 0, 0, std::span{all}, 3);
        sealed = spool.bytes();
    }
    auto const intact = bytes_of(file);
    auto const write = [&](auto const& bytes) {
        std::ofstream{file, std::ios::binary}.write(reinterpret_cast<char const*>(bytes.data()),
                                                    static_cast<std::streamsize>(bytes.size()));
    };
    auto const look = [&] {
        auto const spool = ResultSpool::reopen(file, {variants, 3}, sealed);
        columns_of(spool, 0, 0);
    };
    CHECK_NOTHROW(look());
    for (std::size_t place = 0; place < intact.size(); ++place) {
        auto bytes = intact;
        bytes[place] = static_cast<std::decay_t<decltype(bytes[place])>>(
            static_cast<unsigned char>(bytes[place]) ^ (1U << (place % 8)));
        write(bytes);
        CAPTURE(place);
        CHECK_THROWS_AS(look(), CorruptInput);
    }
    auto shorter = intact;
    shorter.pop_back();
    write(shorter);
    CHECK_THROWS_AS(look(), CorruptInput);
    std::filesystem::remove(file);
    CHECK_THROWS_AS(look(), CorruptInput);
}

TEST_CASE("decode_results: gives back what was encoded", "[store]") {
    std::vector<float> const values{0.5F, -3, 1e-30F, std::numeric_limits<float>::quiet_NaN()};
    std::vector<std::byte> bytes;
    encode_results(std::span{values}, 64, bytes);
    auto const back = decode_results<float>(EncodedColumn{bytes});
    REQUIRE(back.size() == values.size());
    for (std::size_t i = 0; i < 3; ++i) CHECK(back[i] == values[i]);
    CHECK(std::isnan(back[3]));
    std::vector<std::uint8_t> const codes(100, 7);
    bytes.clear();
    encode_results(std::span{codes}, 100, bytes);
    CHECK(decode_results<std::uint8_t>(EncodedColumn{bytes}) == codes);
    bytes.back() ^= std::byte{1};
    CHECK(decode_results<std::uint8_t>(EncodedColumn{bytes}).empty());
}

TEST_CASE("ResultReader: parts are parts of the whole", "[store]") {
    ScratchFolder const folder;
    constexpr std::int64_t variants = 2'500;
    ResultReader const reader{write_known(folder.path() / "results.h5", 2, variants)};
    auto const truth = numbers(1, variants);
    auto const step = reader.chunk_rows();
    auto const ends =
        GENERATE_COPY(std::array{std::int64_t{0}, variants}, std::array<std::int64_t, 2>{0, 0},
                      std::array<std::int64_t, 2>{17, 18}, std::array{step - 1, step + 1},
                      std::array{step, 2 * step}, std::array{2 * step + 5, variants},
                      std::array{variants, variants});
    auto const first = ends[0];
    auto const last = ends[1];
    CAPTURE(first, last);

    auto const part = [&](auto const& all) {
        return std::vector(all.begin() + first, all.begin() + last);
    };
    TraitIndex const trait{1};
    auto const range = rows(first, last);
    CHECK(same(reader.read<double>(ResultColumn::beta, trait, range), part(truth.beta)));
    CHECK(same(reader.read<float>(ResultColumn::standard_error, trait, range),
               part(truth.standard_error)));
    CHECK(
        same(reader.read<float>(ResultColumn::neg_log10_p, trait, range), part(truth.neg_log10_p)));
    CHECK(reader.read<std::uint8_t>(ResultColumn::status, trait, range) == part(truth.status));
    CHECK(reader.read<std::int32_t>(ResultColumn::samples, trait, range) == part(truth.samples));
    CHECK(same(reader.read<float>(ResultColumn::effect_allele_frequency, trait, range),
               part(truth.effect_allele_frequency)));
    CHECK(reader.names(range).variants == make_variants(first, last - first));

    CHECK_THROWS_AS(reader.read<float>(ResultColumn::beta, trait, range), ContractViolation);
    CHECK_THROWS_AS(reader.read<double>(ResultColumn::beta, trait, rows(0, variants + 1)),
                    ContractViolation);
    CHECK_THROWS_AS(reader.names(rows(-1, 2)), ContractViolation);
}

TEST_CASE("ResultReader: one wide allele among many short ones", "[store]") {
    ScratchFolder const folder;
    auto variants = make_variants(0, 3'000);
    variants[2'222].alternate = std::string(20'000, 'A');
    auto const path = folder.path() / "results.h5";
    test::write_results(path, header_of(1), std::vector<ContigVariants>{{"2", variants}},
                        numbers_of(1, 3'000));

    ResultReader const reader{path};

    CHECK(reader.names(rows(0, 3'000)).variants == variants);
    CHECK(reader.names(rows(2'222, 2'223)).variants.front() == variants[2'222]);
}

TEST_CASE("ResultWriter: leaves nothing behind unless it finishes", "[store]") {
    ScratchFolder const folder;
    {
        ResultWriter writer{folder.path() / "results.h5",
                            test::describe(header_of(1), contigs_of(10))};
        CHECK_THROWS_AS(writer.finish(), ContractViolation);
    }
    CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("ResultWriter: checks what it is given", "[store]") {
    ScratchFolder const folder;
    auto const path = folder.path() / "results.h5";
    constexpr std::int64_t variants = 3'000;
    auto const step = result_chunk_rows(variants, 2);
    auto const all = numbers_of(2, variants);
    ResultWriter writer{path, test::describe(header_of(2), contigs_of(variants))};
    auto const encoded = [&](std::int64_t size, std::int64_t padded) {
        std::vector<std::byte> bytes;
        auto const values = std::span{all[0].beta}.first(static_cast<std::size_t>(size));
        encode_results(std::span<double const>{values}, padded, bytes);
        return bytes;
    };
    auto const write = [&](ResultColumn which, std::int64_t row, std::int64_t trait,
                           std::vector<std::byte> const& bytes) {
        writer.write(which, row, TraitIndex{trait}, EncodedColumn{bytes});
    };
    auto const good = encoded(step, step);

    CHECK_THROWS_AS(write(ResultColumn::beta, 0, 0, good), ContractViolation);  // no names yet
    CHECK_THROWS_AS(writer.append_variants("2", make_variants(0, 5)), ContractViolation);
    CHECK_THROWS_AS(writer.append_variants("1", make_variants(0, variants + 1)), ContractViolation);
    std::vector<Variant> const wide{{1, std::string(100, 'x'), "A", "C"}};
    CHECK_THROWS_AS(writer.append_variants("1", wide), ContractViolation);
    CHECK_THROWS_AS(ResultWriter(path, header_of(1)), EnvironmentError);
    CHECK_THROWS_AS(ResultWriter(folder.path() / "b.h5", ResultHeader{}), ContractViolation);

    ResultWriter second{folder.path() / "c.h5", test::describe(header_of(2), contigs_of(variants))};
    for (auto const& [contig, part] : contigs_of(variants)) second.append_variants(contig, part);
    std::swap(writer, second);
    CHECK_THROWS_AS(write(ResultColumn::status, 0, 0, good), ContractViolation);
    CHECK_THROWS_AS(write(ResultColumn::beta, step, 0, good), ContractViolation);
    CHECK_THROWS_AS(write(ResultColumn::beta, 0, 1, good), ContractViolation);
    CHECK_THROWS_AS(write(ResultColumn::beta, 0, 0, encoded(step - 1, step)), ContractViolation);
    CHECK_THROWS_AS(write(ResultColumn::beta, 0, 0, encoded(step, step + 1)), ContractViolation);
    write(ResultColumn::beta, 0, 0, good);
    CHECK_THROWS_AS(write(ResultColumn::beta, 0, 0, good), ContractViolation);
    CHECK_THROWS_AS(write(ResultColumn::standard_error, 0, 0, good), ContractViolation);
    CHECK_THROWS_AS(writer.finish(), ContractViolation);
}

TEST_CASE("ResultReader: tells missing from damaged", "[store]") {
    ScratchFolder const folder;
    auto const path = folder.path() / "results.h5";
    CHECK_THROWS_AS(ResultReader{path}, UserError);
    write_known(path, 1, 100);
    std::filesystem::resize_file(path, 2000);
    CHECK_THROWS_AS(ResultReader{path}, CorruptInput);
    std::filesystem::remove(path);
    write_cohort_index(folder.path(), test::make_index(test::make_samples(2), 4));
    CHECK_THROWS_AS(ResultReader{folder.path() / "cohort.h5"}, CorruptInput);
}

/// A spool whose columns begin where `change` puts them, sealed with the right checksum.
void seal_beginnings(std::filesystem::path const& file, std::size_t columns,
                     std::function<void(std::span<std::uint64_t>)> const& change) {
    auto bytes = bytes_of(file);
    std::vector<std::uint64_t> begins(columns);
    auto const size = columns * sizeof(std::uint64_t);
    std::memcpy(begins.data(), bytes.data() + bytes.size() - size, size);
    change(begins);
    std::memcpy(bytes.data() + bytes.size() - size, begins.data(), size);
    constexpr std::size_t head_bytes = 40;  // Checksum, traits from and to, row, bytes of columns.
    auto const all = std::as_bytes(std::span{bytes});
    Checksum sum;
    sum.add(all.subspan(head_bytes));
    sum.add(all.subspan(sizeof(std::uint64_t), head_bytes - sizeof(std::uint64_t)));
    auto const value = sum.value();
    std::memcpy(bytes.data(), &value, sizeof value);
    test::write_bytes(file, bytes);
}

TEST_CASE("ResultSpool: columns that are not where the file says are damage", "[store]") {
    ScratchFolder const folder;
    auto const file = folder.path() / "columns";
    constexpr std::int64_t variants = 40;
    constexpr std::size_t columns = 2 * result_columns;
    auto const all = numbers_of(2, variants);
    {
        ResultSpool spool{file, {variants, 2}};
        write_chunk(spool, 0, 0, std::span{all}, 2);
    }
    auto const intact = bytes_of(file);
    auto const look = [&] {
        auto const spool = ResultSpool::reopen(file, {variants, 2}, std::ssize(intact));
        columns_of(spool, 0, 0);
    };
    seal_beginnings(file, columns, [](auto) {});
    CHECK(bytes_of(file) == intact);
    CHECK_NOTHROW(look());
    // Far outside; at the end; one byte on; where a column of another type is.
    for (auto begin : {std::uint64_t{1} << 60, static_cast<std::uint64_t>(intact.size()),
                       std::uint64_t{1}, std::uint64_t{0}}) {
        test::write_bytes(file, intact);
        seal_beginnings(file, columns, [&](std::span<std::uint64_t> begins) { begins[3] = begin; });
        CAPTURE(begin);
        CHECK_THROWS_AS(look(), CorruptInput);
    }
}

/// An empty results.h5 with a right checksum.
std::filesystem::path write_sealed(std::filesystem::path const& path, ResultHeader const& header,
                                   ResultShape const& shape) {
    std::filesystem::remove(path);
    auto file = hdf5::File::create(path);
    file.write_attribute("format_version", result_version);
    for (auto const* list : {"trait_id", "status_id", "contig_id"}) {
        std::vector<std::string> const names(*list == 't' ? header.traits.size() : 0, "a");
        write_texts(file, list, names);
    }
    for (auto const* text : {"model", "covariates", "missing_genotype"}) {
        file.write_attribute(text, std::string_view{});
    }
    file.write_attribute("fingerprint", header.fingerprint);
    file.write_attribute("variants", header.variants);
    file.write_attribute("id_width", header.id_width);
    file.write_attribute("allele_width", header.allele_width);
    file.write_attribute("chunk_rows", shape.chunk_rows);
    file.write_attribute("name_rows", shape.name_rows);
    file.write_attribute("checksum", checksum_of(header, shape));
    file.close();
    return path;
}

TEST_CASE("ResultReader: a shape that no results have is damage, sealed or not", "[store]") {
    ScratchFolder const folder;
    auto const path = folder.path() / "r.h5";
    auto const refusal = [&](ResultHeader const& header, ResultShape const& shape) {
        try {
            ResultReader{write_sealed(path, header, shape)};
        } catch (CorruptInput const& error) {
            return std::string{error.what()};
        }
        return std::string{};
    };
    ResultHeader const good{.traits = {"a"}, .variants = 5};
    auto const implausible = Catch::Contains("does not describe results");
    CHECK_THAT(refusal(good, {}), !implausible);  // Its datasets are missing.
    CHECK_THAT(refusal(good, {.chunk_rows = 0}), implausible);
    CHECK_THAT(refusal(good, {.name_rows = -1}), implausible);
    CHECK_THAT(refusal({.traits = {}, .variants = 5}, {}), implausible);
    CHECK_THAT(refusal({.traits = {"a"}, .variants = -1}, {}), implausible);
    CHECK_THAT(refusal({.traits = {"a"}, .variants = 5, .id_width = -1}, {}), implausible);
    CHECK_THAT(refusal({.traits = {"a"}, .variants = 5, .allele_width = std::int64_t{1} << 40}, {}),
               implausible);
}

}  // namespace
}  // namespace maniple
