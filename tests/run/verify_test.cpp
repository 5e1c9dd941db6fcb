#include "maniple/run/verify.hpp"

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/store/effect_file.hpp"
#include "store/known_model.hpp"
#include "store/scratch_store.hpp"

namespace maniple {
namespace {

using test::bytes_of;
using test::write_bytes;

void make_store(std::filesystem::path const& store) {
    auto index = test::make_index(test::make_samples(400), 32);
    for (auto const* contig : {"1", "2", "X"}) {
        index.partitions.push_back(
            test::write_partition(store, contig, index.format(), 100, 1, 0.5).entry);
    }
    write_cohort_index(store, index);
    write_table(store, index, test::make_table("a", 400), ExistingTable::refuse);
    write_table(store, index, test::make_table("b", 400), ExistingTable::refuse);
}

// Spoil the stored genotypes of one block: its rows are stored as they are.
void spoil_block(std::filesystem::path const& file, PackedBlock const& block) {
    auto bytes = bytes_of(file);
    auto const wanted = std::as_bytes(block.view().words());
    auto const at = std::search(bytes.begin(), bytes.end(), wanted.begin(), wanted.end(),
                                [](char a, std::byte b) { return static_cast<std::byte>(a) == b; });
    REQUIRE(at != bytes.end());
    *at = static_cast<char>(*at ^ 1);
    write_bytes(file, bytes);
}

TEST_CASE("verify_store: a good store has no problems, whatever the threads", "[run]") {
    test::ScratchFolder const store;
    make_store(store.path());

    auto const report = verify_store(store.path(), GENERATE(1, 2, 3));

    CHECK(report.problems.empty());
    CHECK(report.notes.empty());
    CHECK(report.partitions == 3);
    CHECK(report.blocks == 12);
    CHECK(report.tables == 2);
    CHECK(report.models == 0);
    CHECK(report.genotype_bytes == 300 * packed_stride(400));
    CHECK_THAT(report.summary(),
               Catch::StartsWith("every checksum holds: 3 partitions, 12 blocks"));
}

TEST_CASE("verify_store: tells every problem, in the order of the store", "[run]") {
    test::ScratchFolder const store;
    make_store(store.path());
    spoil_block(store.path() / "genotypes/1-1.h5", test::random_genotypes(32, 400, 1 + 64, 0.5));
    spoil_block(store.path() / "genotypes/1-1.h5", test::random_genotypes(32, 400, 1, 0.5));
    std::filesystem::resize_file(store.path() / "genotypes/2-1.h5", 900);
    std::filesystem::resize_file(store.path() / "tables/a.h5", 900);

    auto const report = verify_store(store.path(), GENERATE(1, 2));

    REQUIRE(report.problems.size() == 4);
    CHECK_THAT(report.problems[0], Catch::Contains("1-1.h5': call_genotype_2bit, block 0"));
    CHECK_THAT(report.problems[1], Catch::Contains("1-1.h5': call_genotype_2bit, block 2"));
    CHECK_THAT(report.problems[2], Catch::Contains("2-1.h5"));
    CHECK_THAT(report.problems[3], Catch::Contains("a.h5"));
    CHECK(report.partitions == 3);
    CHECK(report.tables == 2);
}

TEST_CASE("verify_store: a damaged index is a problem, no store is not", "[run]") {
    test::ScratchFolder const store;
    CHECK_THROWS_AS(verify_store(store.path(), 1), UserError);
    CHECK_THROWS_AS(verify_store(store.path(), 0), ContractViolation);
    make_store(store.path());
    std::filesystem::resize_file(store.path() / "cohort.h5", 900);

    CHECK(verify_store(store.path(), 1).problems.size() == 1);
}

void write_truth(std::filesystem::path const& store, std::string const& name,
                 std::uint64_t fingerprint) {
    std::filesystem::create_directories(store / "models");
    EffectTable table{.fingerprint = fingerprint,
                      .traits = {"height"},
                      .effects = {},
                      .genetic_values = {std::vector<double>(400, 0.25)}};
    table.effects.push_back({TraitIndex{0}, "1", {5, "rs1", "A", "C"}, 0.1});
    write_effects(store / "models" / (name + ".h5"), table);
}

TEST_CASE("verify_store: models are checked, and that they are of this cohort", "[run]") {
    test::ScratchFolder const store;
    make_store(store.path());
    auto const own = fingerprint(test::make_samples(400));
    write_truth(store.path(), "a", own);
    write_bytes(store.path() / "models/a.h5.unfinished-12", {'x'});
    auto const good = verify_store(store.path(), 1);
    CHECK(good.problems.empty());
    CHECK(good.models == 1);
    REQUIRE(good.notes.size() == 1);
    CHECK_THAT(good.notes[0], Catch::Contains("a.h5.unfinished-12' was never finished"));
    CHECK_THAT(good.summary(), Catch::Contains("2 tables, 1 models"));

    write_truth(store.path(), "b", own + 1);
    std::filesystem::resize_file(store.path() / "models/a.h5", 900);
    auto const bad = verify_store(store.path(), 1);
    CHECK(bad.models == 2);
    REQUIRE(bad.problems.size() == 2);
    CHECK_THAT(bad.problems[0], Catch::Contains("a.h5"));
    CHECK_THAT(bad.problems[1], Catch::Contains("b.h5' belongs to another cohort"));
}

TEST_CASE("verify_store: scores may come from anywhere, their training samples may not", "[run]") {
    test::ScratchFolder const store;
    make_store(store.path());
    auto const add = [&](char const* name, std::int64_t samples) {
        auto const model = test::make_model(50, test::make_samples(samples));
        write_model(store.path() / "models" / name, model, ExistingFile::refuse);
        return model;
    };
    add("own.h5", 400);
    auto other = add("other.h5", 300);
    CHECK(verify_store(store.path(), 1).problems.empty());

    other.training.fingerprint = fingerprint(test::make_samples(400));
    write_model(store.path() / "models/other.h5", other, ExistingFile::replace);
    std::filesystem::resize_file(store.path() / "models/own.h5", 3000);
    auto const bad = verify_store(store.path(), 1);
    CHECK(bad.models == 2);
    REQUIRE(bad.problems.size() == 2);
    CHECK_THAT(bad.problems[0], Catch::Contains("other.h5': its training samples are not as many"));
    CHECK_THAT(bad.problems[1], Catch::Contains("own.h5"));
}

TEST_CASE("verify_store: notes what is no part of the store", "[run]") {
    test::ScratchFolder const store;
    make_store(store.path());
    write_bytes(store.path() / "genotypes/3-1.h5.unfinished-4711", {'x'});
    write_bytes(store.path() / "genotypes/9-1.h5", {'x'});
    write_bytes(store.path() / "README", {'x'});

    auto const report = verify_store(store.path(), 1);

    CHECK(report.problems.empty());
    REQUIRE(report.notes.size() == 3);
    CHECK_THAT(report.notes[0], Catch::Contains("README"));
    CHECK_THAT(report.notes[1], Catch::Contains("3-1.h5.unfinished-4711' was never finished"));
    CHECK_THAT(report.notes[2], Catch::Contains("9-1.h5' is no part of the store"));
}

TEST_CASE("verify_store: names what an unfinished fit keeps beside its model", "[run]") {
    test::ScratchFolder const store;
    make_store(store.path());
    std::filesystem::create_directory(store.path() / "models");
    write_bytes(store.path() / "models/.height.fit", {'x'});
    write_bytes(store.path() / "models/.height.lock", {});
    write_bytes(store.path() / "models/other.fit", {'x'});

    auto const report = verify_store(store.path(), 1);

    CHECK(report.problems.empty());
    REQUIRE(report.notes.size() == 3);
    CHECK_THAT(report.notes[0],
               Catch::Contains("checkpoint of an unfinished fit of model 'height'"));
    CHECK_THAT(report.notes[1], Catch::Contains("unfinished fit of model 'height'"));
    CHECK_THAT(report.notes[2], Catch::Contains("other.fit' is no part of the store"));
}

}  // namespace
}  // namespace maniple
