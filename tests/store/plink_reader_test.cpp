#include "maniple/store/plink_reader.hpp"

#include <array>
#include <chrono>
#include <cstdlib>

#include <catch2/catch.hpp>

#include "maniple/store/plink_writer.hpp"
#include "store/scratch_store.hpp"
#include "store/text_file.hpp"

namespace maniple {
namespace {

using namespace test;

constexpr char const* three_people = "f1 a 0 0 1 -9\nf1 b 0 0 2 -9\nf2 c 0 0 0 -9\n";
constexpr char const* two_variants = "1\trs1\t0\t100\tT\tC\nchr2\trs2\t0\t-5\tG\tAA\n";
// rs1: a = 00, b = 01, c = 10; rs2: 11, 11, 00; the two bits of padding are set to be ignored.
std::string const two_rows{"\x6c\x1b\x01\xe4\xcf", 5};

std::filesystem::path write_trio(ScratchFolder const& folder, std::string_view bed = two_rows,
                                 std::string_view bim = two_variants,
                                 std::string_view fam = three_people) {
    write_text(folder.path() / "g.bed", bed);
    write_text(folder.path() / "g.bim", bim);
    write_text(folder.path() / "g.fam", fam);
    return folder.path() / "g";
}

std::string message_of(std::filesystem::path const& prefix,
                       SampleIdSource ids = SampleIdSource::individual) {
    return user_error([&] { PlinkReader{prefix, ids}; });
}

TEST_CASE("recode_from_bed: every code of every place, and back", "[store]") {
    constexpr std::array<std::uint64_t, 4> expected{2, 3, 1, 0};
    for (unsigned place = 0; place < 32; ++place) {
        for (std::uint64_t code = 0; code < 4; ++code) {
            auto const word = recode_from_bed(code << 2 * place);
            for (unsigned other = 0; other < 32; ++other) {
                CHECK((word >> 2 * other & 3) == (other == place ? expected[code] : 2));
            }
            CHECK(recode_to_bed(word) == code << 2 * place);
        }
    }
}

TEST_CASE("PlinkReader: genotypes count A1, padding is zero, names stay", "[store]") {
    ScratchFolder const folder;
    PlinkReader reader{write_trio(folder), SampleIdSource::individual};

    CHECK(reader.variants() == 2);
    CHECK(reader.samples().ids == std::vector<std::string>{"a", "b", "c"});
    CHECK(reader.samples().families == std::vector<std::string>{"f1", "f1", "f2"});
    CHECK(reader.samples().sexes == std::vector{Sex::male, Sex::female, Sex::unknown});
    auto const first = reader.next(10);
    REQUIRE(first);
    CHECK(first->contig == "1");
    REQUIRE(first->variants.size() == 1);
    CHECK(first->variants[0] == Variant{100, "rs1", "C", "T"});
    // a = 2 copies, b missing, c = 1 copy.
    CHECK(first->genotypes.view().words()[0] == (2U | 3U << 2 | 1U << 4));
    auto const second = reader.next(10);
    REQUIRE(second);
    CHECK(second->contig == "chr2");
    CHECK(second->variants[0] == Variant{-5, "rs2", "AA", "G"});
    CHECK(second->genotypes.view().words()[0] == 2U << 4);
    CHECK_FALSE(reader.next(10));
    CHECK(reader.remarks().size() == 1);  // The position below 1.
}

TEST_CASE("PlinkReader: PREFIX.bed names the files too, CR LF and blank lines are read",
          "[store]") {
    ScratchFolder const folder;
    write_trio(folder, two_rows, "1 rs1 0 100 T C\r\n2 rs2 0 5 G AA\r\n\r\n",
               "f1 a 0 0 1 1\r\nf1 b 0 0 2 2\r\nf2 c 0 0 0 -9\r\n");
    PlinkReader reader{folder.path() / "g.bed", SampleIdSource::family_and_individual};
    CHECK(reader.samples().ids == std::vector<std::string>{"f1_a", "f1_b", "f2_c"});
    CHECK(reader.next(1)->variants[0].reference == "C");
    CHECK(reader.remarks().at(0).find(".fam") != std::string::npos);
}

TEST_CASE("PlinkReader: blocks never hold more than asked for", "[store]") {
    ScratchFolder const folder;
    auto const samples = make_samples(37);
    auto const genotypes = random_genotypes(11, 37, 1);
    PlinkWriter writer{folder.path() / "w", samples};
    VariantBlock block{"7", make_variants(0, 11), random_genotypes(11, 37, 1)};
    writer.append(block);
    writer.finish();

    PlinkReader reader{folder.path() / "w", SampleIdSource::individual};
    std::int64_t row = 0;
    while (auto const part = reader.next(4)) {
        CHECK(std::ssize(part->variants) == (row == 8 ? 3 : 4));
        for (LocalVariantIndex v{0}; v < LocalVariantIndex{part->genotypes.variants()};
             ++v, ++row) {
            CHECK(std::ranges::equal(part->genotypes.view().row(v),
                                     genotypes.view().row(LocalVariantIndex{row})));
            CHECK(part->variants[v.at()] == block.variants[static_cast<std::size_t>(row)]);
        }
    }
    CHECK(row == 11);
}

TEST_CASE("PlinkReader: goes on from every place as if it had read on", "[store]") {
    ScratchFolder const folder;
    PlinkWriter writer{folder.path() / "w", make_samples(37)};
    writer.append({"7", make_variants(0, 11), random_genotypes(11, 37, 1)});
    writer.append({"8", make_variants(0, 3), random_genotypes(3, 37, 2)});
    writer.finish();
    auto const open = [&] { return PlinkReader{folder.path() / "w", SampleIdSource::individual}; };

    auto reader = open();
    for (bool more = true; more;) {
        auto later = open();
        later.go_on_from(reader.place());
        auto const block = reader.next(4);
        more = block.has_value();
        auto const same = later.next(4);
        REQUIRE(same.has_value() == more);
        if (!more) break;
        CHECK(same->contig == block->contig);
        CHECK(same->variants == block->variants);
        CHECK(std::ranges::equal(same->genotypes.view().words(), block->genotypes.view().words()));
        CHECK(later.place() == reader.place());
    }
    CHECK(reader.place() == SourcePlace{14});
    auto const stamp = reader.stamp();
    CHECK(open().stamp() == stamp);
    auto other = open();
    CHECK_THAT(user_error([&] { other.go_on_from({15}); }),
               Catch::Matchers::Contains("does not have the place"));
    auto const bim = folder.path() / "w.bim";
    std::filesystem::last_write_time(
        bim, std::filesystem::last_write_time(bim) + std::chrono::milliseconds{1});
    CHECK(open().stamp() != stamp);
}

TEST_CASE("PlinkReader: each bad file is refused with its place", "[store]") {
    ScratchFolder const folder;
    auto const contains = [](char const* text) { return Catch::Matchers::Contains(text); };

    SECTION("missing .bim") {
        std::filesystem::remove(write_trio(folder).string() + ".bim");
        CHECK_THAT(message_of(folder.path() / "g"), contains("g.bim' does not exist"));
    }
    SECTION("wrong magic") {
        CHECK_THAT(message_of(write_trio(folder, "\x6c\x1c\x01\xe4\xcf")),
                   contains("no PLINK 1 .bed"));
    }
    SECTION("empty .bed") {
        CHECK_THAT(message_of(write_trio(folder, "")), contains("no PLINK 1 .bed"));
    }
    SECTION("sample-major") {
        CHECK_THAT(message_of(write_trio(folder, std::string{"\x6c\x1b\x00\xe4\xcf", 5})),
                   contains("sample-major"));
    }
    SECTION("truncated .bed") {
        auto const message = message_of(write_trio(folder, two_rows.substr(0, 4)));
        CHECK_THAT(message, contains("has 4 bytes (must be 5 for 2 variants"));
        CHECK_THAT(message, contains("would hold 1 variants"));
    }
    SECTION(".fam of others") {
        auto const message = message_of(
            write_trio(folder, two_rows + two_rows.substr(3), two_variants, three_people));
        CHECK_THAT(message, contains("has 7 bytes (must be 5"));
    }
    SECTION("malformed .bim") {
        CHECK_THAT(message_of(write_trio(folder, two_rows, "1 rs1 0 100 T C\n1 rs2 0 G A\n")),
                   contains("g.bim' line 2: 5 columns"));
        CHECK_THAT(message_of(write_trio(folder, two_rows, "1 rs1 0 1e5 T C\n1 rs2 0 1 G A\n")),
                   contains("line 1: position '1e5'"));
        CHECK_THAT(message_of(write_trio(folder, two_rows, "1 rs1 0 3000000000 T C\n")),
                   contains("below 2^31"));
        CHECK_THAT(message_of(write_trio(folder, two_rows, "")), contains("lists no variants"));
    }
    SECTION("malformed .fam") {
        CHECK_THAT(message_of(write_trio(folder, two_rows, two_variants, "f a 0 0 1\n")),
                   contains("g.fam' line 1: 5 columns"));
        CHECK_THAT(message_of(write_trio(folder, two_rows, two_variants, "f \xf6 0 0 1 1\n")),
                   contains("not UTF-8"));
        CHECK_THAT(message_of(write_trio(folder, two_rows, two_variants, "")),
                   contains("is empty"));
    }
    SECTION("an allele that no store can hold") {
        auto const bim = "1 rs1 0 1 " + std::string(5000, 'A') + " C\n1 rs2 0 2 G A\n";
        CHECK_THAT(message_of(write_trio(folder, two_rows, bim)), contains("5000 bytes"));
    }
}

TEST_CASE("PlinkReader: repeated IIDs say whether family IDs help", "[store]") {
    ScratchFolder const folder;
    auto const prefix =
        write_trio(folder, two_rows, two_variants, "f1 a 0 0 1 -9\nf2 a 0 0 2 -9\nf2 c 0 0 0 -9\n");
    CHECK_THAT(message_of(prefix), Catch::Matchers::Contains("lines 1 and 2") &&
                                       Catch::Matchers::Contains("--sample-id fid-iid"));
    PlinkReader const reader{prefix, SampleIdSource::family_and_individual};
    CHECK(reader.samples().ids[1] == "f2_a");

    write_text(folder.path() / "g.fam", "f1 a 0 0 1 -9\nf1 a 0 0 2 -9\nf2 c 0 0 0 -9\n");
    CHECK_THAT(message_of(prefix), !Catch::Matchers::Contains("fid-iid"));
    CHECK_THAT(message_of(prefix, SampleIdSource::family_and_individual),
               Catch::Matchers::Contains("lines 1 and 2: both have the same sample ID") &&
                   !Catch::Matchers::Contains("f1_a"));
}

}  // namespace
}  // namespace maniple
