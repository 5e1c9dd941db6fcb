#include "maniple/run/ingest.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "run/given_source.hpp"
#include "store/text_file.hpp"

namespace maniple {
namespace {

using namespace test;
using Catch::Matchers::Contains;

GivenSource three_contigs(std::int64_t samples = 45, unsigned seed = 1) {
    std::vector<GivenContig> contigs;
    contigs.push_back(random_contig("1", 70, samples, seed));
    contigs.push_back(random_contig("HLA-A*01:01", 16, samples, seed + 1));
    contigs.push_back(random_contig("X", 1, samples, seed + 2));
    return {make_samples(samples), std::move(contigs)};
}

IngestSummary run(std::filesystem::path const& store, std::vector<GenotypeSource*> const& sources,
                  IngestOptions const& options) {
    Log log{Speaker::silent};
    return ingest(store, sources, options, log);
}

void check_partition(Cohort const& cohort, std::size_t number, GivenContig const& expected) {
    CHECK(cohort.index().partitions[number].contig == expected.name);
    auto const partition = cohort.open_partition(number);
    CHECK(test::all_variants(partition) == expected.variants);
    std::int64_t row = 0;
    for (std::int64_t b = 0; b < partition.blocks(); ++b) {
        RawBlock raw;
        partition.read_block(b, raw);
        auto const block = decode_block(raw);
        bool const last = b + 1 == partition.blocks();
        CHECK((last || raw.variants() == cohort.index().block_variants));
        for (LocalVariantIndex v{0}; v < LocalVariantIndex{raw.variants()}; ++v, ++row) {
            CHECK(std::ranges::equal(block.row(v),
                                     expected.genotypes.view().row(LocalVariantIndex{row})));
        }
    }
    CHECK(row == std::ssize(expected.variants));
}

std::int64_t entries(std::filesystem::path const& folder) {
    return std::distance(std::filesystem::directory_iterator{folder}, {});
}

TEST_CASE("ingest: every variant arrives, in blocks of the wanted size", "[run]") {
    ScratchFolder const folder;
    auto const store = folder.path() / "s";
    auto source = three_contigs();
    auto const block_variants = GENERATE(1, 16, 512);
    auto const threads = GENERATE(1, 3);
    auto const summary =
        run(store, {&source},
            {.block_variants = block_variants, .threads = threads, .before_commit = {}});

    CHECK(summary.samples == 45);
    CHECK(summary.variants == 87);
    CHECK(summary.partitions == 3);
    CHECK(summary.contigs == 3);
    CHECK(summary.packed_bytes == 87 * 12);
    Cohort const cohort{store};
    CHECK(cohort.samples().ids == source.samples().ids);
    CHECK(cohort.index().block_variants == block_variants);
    for (std::size_t i = 0; i < 3; ++i) check_partition(cohort, i, source.contigs()[i]);
    CHECK(entries(folder.path()) == 1);
}

TEST_CASE("ingest: a contig longer than a partition is continued in the next", "[run]") {
    ScratchFolder const folder;
    std::vector<GivenContig> contigs;
    contigs.push_back(random_contig("9", partition_variants + 5, 3, 1));
    GivenSource source{make_samples(3), std::move(contigs)};
    run(folder.path() / "s", {&source}, {.block_variants = 1000, .before_commit = {}});

    Cohort const cohort{folder.path() / "s"};
    REQUIRE(cohort.index().partitions.size() == 2);
    CHECK(cohort.index().partitions[0].variants == 65'000);  // Whole blocks.
    CHECK(cohort.index().partitions[1].variants == 541);
    CHECK(cohort.open_partition(1).read_variants(0).front() ==
          source.contigs()[0].variants[65'000]);
}

TEST_CASE("ingest: the bytes do not depend on the number of threads", "[run]") {
    ScratchFolder const folder;
    for (int const threads : {1, 2, 4}) {
        auto source = three_contigs();
        run(folder.path() / fmt::format("{}", threads), {&source},
            {.block_variants = 8, .threads = threads, .before_commit = {}});
    }
    for (auto const* file : {"cohort.h5", "genotypes/1-1.h5", "genotypes/HLA-A_01_01-1.h5"}) {
        auto const bytes = bytes_of(folder.path() / "1" / file);
        CHECK_FALSE(bytes.empty());
        CHECK(bytes == bytes_of(folder.path() / "2" / file));
        CHECK(bytes == bytes_of(folder.path() / "4" / file));
    }
}

TEST_CASE("ingest: an existing store of the same samples is extended", "[run]") {
    ScratchFolder const folder;
    auto const store = folder.path() / "s";
    auto first = three_contigs();
    auto second = three_contigs(45, 10);
    run(store, {&first}, {.block_variants = 16, .before_commit = {}});
    // Left by an import that was killed; its name is taken again.
    write_text(store / "genotypes" / "1-2.h5", "rubbish");
    auto const summary = run(store, {&second}, {.block_variants = 99, .before_commit = {}});

    CHECK(summary.variants == 87);
    Cohort const cohort{store};
    CHECK(cohort.index().block_variants == 16);
    REQUIRE(cohort.index().partitions.size() == 6);
    CHECK(cohort.index().partitions[3].file == "genotypes/1-2.h5");
    for (std::size_t i = 0; i < 3; ++i) {
        check_partition(cohort, i, first.contigs()[i]);
        check_partition(cohort, i + 3, second.contigs()[i]);
    }
}

TEST_CASE("ingest: the same genotypes do not come in twice", "[run]") {
    ScratchFolder const folder;
    auto first = three_contigs();
    auto again = three_contigs();
    CHECK_THAT(user_error([&] {
                   run(folder.path() / "s", {&first, &again}, {});
               }),
               Contains("come twice"));
    CHECK(entries(folder.path()) == 0);
}

TEST_CASE("ingest: other samples are refused with the first difference", "[run]") {
    ScratchFolder const folder;
    auto const store = folder.path() / "s";
    auto first = three_contigs();
    auto people = make_samples(45);
    std::swap(people.ids[4], people.ids[7]);
    std::vector<GivenContig> contigs;
    contigs.push_back(random_contig("2", 5, 45, 1));
    GivenSource other{people, std::move(contigs)};

    CHECK_THAT(user_error([&] {
                   run(store, {&first, &other}, {});
               }),
               Contains("first difference at sample 5"));
    CHECK(entries(folder.path()) == 0);
    run(store, {&first}, {});
    auto const before = bytes_of(store / "cohort.h5");
    CHECK_THAT(user_error([&] { run(store, {&other}, {}); }), Contains("sample 5"));
    CHECK(bytes_of(store / "cohort.h5") == before);
    CHECK(entries(store / "genotypes") == 3);
}

TEST_CASE("ingest: a contig that comes back is refused and nothing is left", "[run]") {
    ScratchFolder const folder;
    auto const store = folder.path() / "s";
    std::vector<GivenContig> contigs;
    contigs.push_back(random_contig("1", 5, 4, 1));
    contigs.push_back(random_contig("2", 5, 4, 2));
    contigs.push_back(random_contig("1", 5, 4, 3));
    GivenSource source{make_samples(4), std::move(contigs)};
    CHECK_THAT(
        user_error([&] { run(store, {&source}, {.block_variants = 2, .before_commit = {}}); }),
        Contains("contig '1' comes back after '2'"));
    CHECK(entries(folder.path()) == 0);
}

TEST_CASE("ingest: a failure before commit undoes new and added partitions", "[run]") {
    ScratchFolder const folder;
    auto const store = folder.path() / "s";
    IngestOptions const failing{.before_commit = [](auto const&, CohortIndex const& index) {
        CHECK(index.variants() >= 87);
        throw UserError{"no"};
    }};
    auto first = three_contigs();
    CHECK_THROWS_AS(run(store, {&first}, failing), UserError);
    CHECK(entries(folder.path()) == 0);

    auto second = three_contigs();
    auto third = three_contigs(45, 10);
    run(store, {&second}, {});
    CHECK_THROWS_AS(run(store, {&third}, failing), UserError);
    CHECK(entries(store / "genotypes") == 3);
    CHECK(Cohort{store}.index().partitions.size() == 3);
}

TEST_CASE("ingest: what cohort.h5 lists stays, also where the commit fails behind it", "[run]") {
    ScratchFolder const folder;
    auto const store = folder.path() / "s";
    auto first = three_contigs();
    auto second = three_contigs(45, 10);
    run(store, {&first}, {});
    // As when cohort.h5 has its new name and the folder cannot be synced.
    IngestOptions const failing{.before_commit = [](auto const& place, CohortIndex const& index) {
        write_cohort_index(place, index);
        throw EnvironmentError{"fsync"};
    }};
    CHECK_THROWS_AS(run(store, {&second}, failing), EnvironmentError);
    Cohort const cohort{store};
    REQUIRE(cohort.index().partitions.size() == 6);
    for (std::size_t i = 0; i < 3; ++i) {
        check_partition(cohort, i, first.contigs()[i]);
        check_partition(cohort, i + 3, second.contigs()[i]);
    }
}

std::vector<std::string> files_in(std::filesystem::path const& folder) {
    std::vector<std::string> files;
    for (auto const& entry : std::filesystem::recursive_directory_iterator{folder}) {
        if (!entry.is_directory()) files.push_back(entry.path().lexically_relative(folder));
    }
    std::ranges::sort(files);
    return files;
}

void check_same_files(std::filesystem::path const& folder, std::filesystem::path const& other) {
    REQUIRE(files_in(folder) == files_in(other));
    for (auto const& file : files_in(folder)) {
        CHECK(bytes_of(folder / file) == bytes_of(other / file));
    }
}

// Two files, the second with a contig of two partitions.
std::vector<GivenSource> two_files() {
    std::vector<GivenContig> contigs;
    contigs.push_back(random_contig("2", 33, 3, 20));
    contigs.push_back(random_contig("9", partition_variants + 5, 3, 21));
    contigs.push_back(random_contig("X", 4, 3, 22));
    std::vector<GivenSource> files;
    files.push_back(three_contigs(3));
    files.emplace_back(make_samples(3), std::move(contigs));
    files[0].set_stamp("first");
    files[1].set_stamp("second");
    return files;
}

TEST_CASE("ingest: goes on where it was interrupted, to the same bytes", "[run]") {
    ScratchFolder const folder;
    bool const extends = GENERATE(false, true);
    IngestOptions const options{.block_variants = 16, .before_commit = {}};
    auto files = two_files();
    for (auto const* store : {"whole", "s"}) {
        auto before = three_contigs(3, 7);
        if (extends) run(folder.path() / store, {&before}, options);
    }
    run(folder.path() / "whole", {&files[0], &files[1]}, options);
    auto const calls = std::array{files[0].calls(), files[1].calls()};

    auto const at = GENERATE(0, 1, 5, 11, 12, 14, 15, 17, 18, 20, 22, 24, 9000, 9366, 10'000);
    std::int64_t const behind = at - calls[0];
    bool const is_first = behind < 0;
    if (!is_first && behind >= calls[1]) return;
    auto broken = two_files();
    broken[is_first ? 0 : 1].fail_at(is_first ? at : behind);
    CHECK_THROWS_AS(run(folder.path() / "s", {&broken[0], &broken[1]}, options), EnvironmentError);
    auto again = two_files();
    run(folder.path() / "s", {&again[0], &again[1]}, options);
    check_same_files(folder.path() / "s", folder.path() / "whole");
    CHECK(entries(folder.path()) == 2);
}

TEST_CASE("ingest: what was interrupted goes on with the same sources alone", "[run]") {
    ScratchFolder const folder;
    auto const store = folder.path() / "s";
    auto const left = folder.path() / ".s.partial" / ".import-begun-0";
    IngestOptions const options{.block_variants = 16, .before_commit = {}};
    auto broken = two_files();
    broken[1].fail_at(2000);
    CHECK_THROWS_AS(run(store, {&broken[0], &broken[1]}, options), EnvironmentError);
    REQUIRE(std::filesystem::exists(left));
    auto const refused = [&](std::vector<GenotypeSource*> const& sources,
                             IngestOptions const& wanted) {
        auto const kept = files_in(folder.path());
        auto const said = user_error([&] { run(store, sources, wanted); });
        CHECK(files_in(folder.path()) == kept);
        CHECK_THAT(said, Contains("remove '" + left.string() + "' to start again"));
        return said;
    };
    auto files = two_files();
    CHECK_THAT(refused({&files[1], &files[0]}, options), Contains("'given' has changed since"));
    CHECK_THAT(refused({&files[0]}, options), Contains("'given' was number 2, and is not given"));
    files[0].set_stamp("changed");
    CHECK_THAT(refused({&files[0], &files[1]}, options), Contains("'given' has changed since"));
    files[0].set_stamp("");
    CHECK_THAT(refused({&files[0]}, options), Contains("is none"));
    files = two_files();
    CHECK_THAT(refused({&files[0], &files[1]}, {.block_variants = 999, .before_commit = {}}),
               Contains("--block-variants was '16' and is '999'"));
    CHECK_THAT(
        refused({&files[0], &files[1]}, {.block_variants = 16, .compression = Compression::none}),
        Contains("--compression was 'auto' and is 'none'"));
    auto others = three_contigs(4);
    others.set_stamp("first");
    CHECK_THAT(refused({&others}, options), Contains("samples of the genotypes"));

    SECTION("a file that was begun and is another now is read anew") {
        std::vector<GivenContig> contigs;
        contigs.push_back(random_contig("2", 40, 3, 5));
        GivenSource mended{make_samples(3), std::move(contigs)};
        mended.set_stamp("mended");
        run(store, {&files[0], &mended}, options);
        Cohort const cohort{store};
        REQUIRE(cohort.index().partitions.size() == 4);
        check_partition(cohort, 2, files[0].contigs()[2]);
        check_partition(cohort, 3, mended.contigs()[0]);
        CHECK(entries(store / "genotypes") == 4);
    }
    SECTION("damage is named") {
        auto const damaged = GENERATE(".import-begun-0", "genotypes/1-1.h5");
        auto const file = left.parent_path() / damaged;
        auto bytes = bytes_of(file);
        bytes[bytes.size() / 2] ^= 1;
        write_bytes(file, bytes);
        if (damaged == std::string{".import-begun-0"}) {
            CHECK_THROWS_AS(run(store, {&files[0], &files[1]}, options), CorruptInput);
        }
        std::filesystem::resize_file(file, bytes.size() / 2);
        CHECK_THROWS_AS(run(store, {&files[0], &files[1]}, options), CorruptInput);
    }
    SECTION("without its journal all of it is rubbish") {
        std::filesystem::remove(left);
        run(store, {&files[0], &files[1]}, options);
        CHECK(Cohort{store}.index().partitions.size() == 7);
    }
    CHECK(files_in(folder.path()).size() > 1);
}

TEST_CASE("ingest: refuses sources without variants and folders that are no store", "[run]") {
    ScratchFolder const folder;
    GivenSource empty{make_samples(4), {}};
    CHECK_THAT(user_error([&] { run(folder.path() / "s", {&empty}, {}); }),
               Contains("no variants"));
    auto source = three_contigs();
    write_text(folder.path() / "file", "x");
    CHECK_THAT(user_error([&] { run(folder.path(), {&source}, {}); }), Contains("is no store"));
    CHECK_THAT(user_error([&] { run(folder.path() / "file", {&source}, {}); }),
               Contains("is no store"));
    CHECK_THAT(user_error([&] { run(folder.path() / "a" / "b", {&source}, {}); }),
               Contains("is no folder"));
    CHECK_THROWS_AS(run(folder.path() / "s", {}, {}), ContractViolation);
    CHECK(entries(folder.path()) == 1);
}

}  // namespace
}  // namespace maniple
