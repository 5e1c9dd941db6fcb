#include "maniple/run/ingest.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "run/ingest_case.hpp"
#include "store/text_file.hpp"

namespace maniple {
namespace {

using namespace test;
using Catch::Matchers::Contains;

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
