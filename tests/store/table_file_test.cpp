#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "maniple/store/cohort.hpp"
#include "store/scratch_store.hpp"

namespace maniple {
namespace {

using test::bytes_of;
using test::make_index;
using test::make_samples;
using test::make_table;
using test::ScratchFolder;

bool same_numbers(std::vector<double> const& a, std::vector<double> const& b) {
    return std::ranges::equal(
        a, b, [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

TEST_CASE("write_table: what goes in comes out", "[store]") {
    ScratchFolder const store;
    auto const samples = GENERATE(1, 50, 131'073);
    auto const index = make_index(make_samples(samples), 64);
    write_cohort_index(store.path(), index);
    auto const truth = make_table("p.1", samples);

    write_table(store.path(), index, truth, ExistingTable::refuse);
    Cohort const cohort{store.path()};
    auto const table = cohort.read_table("p.1");
    auto const summary = cohort.summarize_table("p.1");

    CHECK(cohort.table_names() == std::vector<std::string>{"p.1"});
    CHECK(table.source == "p.tsv");
    CHECK(table.rows.file_rows == samples + 3);
    CHECK(table.rows.matched == samples);
    REQUIRE(table.columns.size() == 2);
    REQUIRE(summary.columns.size() == 2);
    for (std::size_t c = 0; c < 2; ++c) {
        CHECK(table.columns[c].name == truth.columns[c].name);
        CHECK(table.columns[c].type == truth.columns[c].type);
        CHECK(table.columns[c].levels == truth.columns[c].levels);
        CHECK(same_numbers(table.columns[c].values, truth.columns[c].values));
        CHECK(summary.columns[c].levels == truth.columns[c].levels);
        CHECK(summary.columns[c].observed == truth.columns[c].observed());
    }
}

TEST_CASE("write_table: equal tables have equal bytes, whatever their NaNs", "[store]") {
    ScratchFolder const store;
    auto const index = make_index(make_samples(50), 64);
    auto table = make_table("a", 50);
    write_table(store.path(), index, table, ExistingTable::refuse);
    auto const before = bytes_of(store.path() / "tables/a.h5");
    for (auto& value : table.columns[0].values) {
        if (std::isnan(value)) value = -std::numeric_limits<double>::quiet_NaN();
    }

    write_table(store.path(), index, table, ExistingTable::replace);

    CHECK(bytes_of(store.path() / "tables/a.h5") == before);
}

TEST_CASE("write_table: refuses taken and impossible names", "[store]") {
    ScratchFolder const store;
    auto const index = make_index(make_samples(5), 64);
    write_table(store.path(), index, make_table("a", 5), ExistingTable::refuse);

    CHECK_THROWS_AS(write_table(store.path(), index, make_table("a", 5), ExistingTable::refuse),
                    UserError);
    for (auto const* name : {"", "a/b", "..", ".a", "a b", "é", "a\n"}) {
        CHECK_THROWS_AS(
            write_table(store.path(), index, make_table(name, 5), ExistingTable::refuse),
            UserError);
    }
    CHECK_THROWS_AS(write_table(store.path(), index, make_table("b", 6), ExistingTable::refuse),
                    ContractViolation);
}

TEST_CASE("Cohort::read_table: says which tables there are, and whose", "[store]") {
    ScratchFolder const store;
    ScratchFolder const other;
    auto const index = make_index(make_samples(5), 64);
    write_cohort_index(store.path(), index);
    write_table(store.path(), index, make_table("a", 5), ExistingTable::refuse);
    Cohort const cohort{store.path()};
    CHECK_THROWS_AS(cohort.read_table("b"), UserError);
    CHECK_THROWS_AS(cohort.read_table("../tables/a"), UserError);
    CHECK_THROWS_WITH(cohort.read_table("b"), Catch::Contains("it has: a"));

    auto samples = make_samples(5);
    std::swap(samples.ids[0], samples.ids[1]);
    write_table(other.path(), make_index(samples, 64), make_table("b", 5), ExistingTable::refuse);
    std::filesystem::copy_file(other.path() / "tables/b.h5", store.path() / "tables/b.h5");

    CHECK_THROWS_AS(cohort.read_table("b"), CorruptInput);
    CHECK_THROWS_WITH(cohort.summarize_table("b"), Catch::Contains("another cohort"));
}

TEST_CASE("write_table: a table without columns", "[store]") {
    ScratchFolder const store;
    auto const index = make_index(make_samples(5), 64);
    write_cohort_index(store.path(), index);
    auto table = make_table("a", 5);
    table.columns.clear();

    write_table(store.path(), index, table, ExistingTable::refuse);

    CHECK(Cohort{store.path()}.read_table("a").columns.empty());
}

}  // namespace
}  // namespace maniple
