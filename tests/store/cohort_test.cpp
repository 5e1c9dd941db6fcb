#include "maniple/store/cohort.hpp"

#include <unistd.h>

#include <limits>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "store/scratch_store.hpp"

namespace maniple {
namespace {

using test::bytes_of;
using test::make_index;
using test::make_samples;
using test::ScratchFolder;
using test::write_bytes;
using test::write_partition;

TEST_CASE("write_cohort_index: what goes in comes out", "[store]") {
    ScratchFolder const store;
    auto const samples = GENERATE(1, 2, 1000);
    auto index = make_index(make_samples(samples), 64);
    index.partitions.push_back(write_partition(store.path(), "2", index.format(), 70, 1).entry);
    index.partitions.push_back(write_partition(store.path(), "10", index.format(), 64, 2).entry);

    write_cohort_index(store.path(), index);
    Cohort const cohort{store.path()};

    CHECK(cohort.samples().ids == index.samples.ids);
    CHECK(cohort.samples().families == index.samples.families);
    CHECK(cohort.samples().sexes == index.samples.sexes);
    CHECK(cohort.index().fingerprint == index.fingerprint);
    CHECK(cohort.index().variants() == 134);
    CHECK(cohort.index().contigs() == std::vector<std::string>{"2", "10"});
    CHECK(cohort.open_partition(1).variants() == 64);
    CHECK(cohort.table_names().empty());
}

TEST_CASE("write_cohort_index: replaces in one step, with equal bytes for equal input", "[store]") {
    ScratchFolder const store;
    auto index = make_index(make_samples(40), 64);
    write_cohort_index(store.path(), index);
    auto const before = bytes_of(store.path() / "cohort.h5");
    index.partitions.push_back(write_partition(store.path(), "2", index.format(), 70, 1).entry);
    write_cohort_index(store.path(), index);
    CHECK(Cohort{store.path()}.index().partitions.size() == 1);

    index.partitions.clear();
    write_cohort_index(store.path(), index);

    CHECK(bytes_of(store.path() / "cohort.h5") == before);
    CHECK(std::distance(std::filesystem::directory_iterator{store.path()}, {}) == 2);
}

TEST_CASE("write_cohort_index: files are as private as the store's folder", "[store]") {
    using std::filesystem::perms;
    ScratchFolder const store;
    auto const group = GENERATE(perms::none, perms::group_read | perms::group_exec);
    std::filesystem::permissions(store.path(), perms::owner_all | group);

    write_cohort_index(store.path(), make_index(make_samples(3), 64));

    CHECK(std::filesystem::status(store.path() / "cohort.h5").permissions() ==
          (perms::owner_read | perms::owner_write | (group & perms::group_read)));
}

TEST_CASE("Cohort: says what is no store and what is a broken one", "[store]") {
    ScratchFolder const folder;
    CHECK_THROWS_WITH(Cohort{folder.path() / "none"}, Catch::Contains("does not exist"));
    CHECK_THROWS_AS(Cohort{folder.path() / "none"}, UserError);
    CHECK_THROWS_AS(Cohort{folder.path()}, UserError);
    write_bytes(folder.path() / "file", {'x'});
    CHECK_THROWS_AS(Cohort{folder.path() / "file"}, UserError);
    write_bytes(folder.path() / "cohort.h5", {'x'});
    CHECK_THROWS_AS(Cohort{folder.path()}, CorruptInput);
}

TEST_CASE("Cohort: a store that may not be read is the machine's refusal", "[store]") {
    if (::geteuid() == 0) {
        WARN("skipped: the superuser may read everything");
        return;
    }
    ScratchFolder const store;
    write_cohort_index(store.path(), make_index(make_samples(3), 64));
    std::filesystem::permissions(store.path() / "cohort.h5", std::filesystem::perms::none);

    CHECK_THROWS_AS(Cohort{store.path()}, EnvironmentError);
}

TEST_CASE("write_cohort_index: refuses an ID that the file could not give back", "[store]") {
    ScratchFolder const store;
    Samples samples = make_samples(2);
    samples.ids[1] += '\0';

    CHECK_THROWS_AS(write_cohort_index(store.path(), make_index(samples, 64)), UserError);
    CHECK(std::filesystem::is_empty(store.path()));
}

TEST_CASE("Cohort: an index whose numbers cannot be is refused, sealed or not", "[store]") {
    ScratchFolder const folder;
    auto index = make_index(make_samples(3), 4);
    index.partitions.push_back({.file = "genotypes/1-1.h5",
                                .contig = "1",
                                .variants = 6,
                                .blocks = 2,
                                .bytes = 1000,
                                .checksum = 1});
    write_cohort_index(folder.path(), index);
    CHECK_NOTHROW(Cohort{folder.path()});
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    for (auto blocks : {std::int64_t{1}, std::int64_t{3}, most}) {
        index.partitions.front().blocks = blocks;
        write_cohort_index(folder.path(), index);
        CHECK_THROWS_AS(Cohort{folder.path()}, CorruptInput);
    }
    index.partitions.front() = {
        .file = "genotypes/1-1.h5", .contig = "1", .variants = most, .blocks = 1};
    index.block_variants = most;
    write_cohort_index(folder.path(), index);
    CHECK_THROWS_AS(Cohort{folder.path()}, CorruptInput);
}

}  // namespace
}  // namespace maniple
