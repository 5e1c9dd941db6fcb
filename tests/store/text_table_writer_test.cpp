#include "maniple/store/text_table_writer.hpp"

#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/store/text_table_reader.hpp"
#include "store/scratch_store.hpp"

namespace maniple {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

TEST_CASE("write_text_table: reading it gives the same table", "[store]") {
    test::ScratchFolder const folder;
    auto const samples = test::make_samples(4);
    Table table;
    table.columns = {
        {"height", ColumnType::quantitative, {}, {1.0 / 3, missing, -1e-300, 12345678.900000001}},
        {"case", ColumnType::binary, {}, {0, 1, missing, 1}},
        {"site", ColumnType::categorical, {"north", "south"}, {1, 0, 0, missing}}};
    write_text_table(folder.path() / "t.tsv", samples, table);

    auto const bytes = test::bytes_of(folder.path() / "t.tsv");
    std::string const text{bytes.begin(), bytes.end()};
    CHECK(text.substr(0, text.find('\n')) == "FID\tIID\theight\tcase\tsite");
    auto const read = read_text_table(folder.path() / "t.tsv", {});
    REQUIRE(read.columns.size() == 3);
    for (std::size_t c = 0; c < 3; ++c) {
        CHECK(read.columns[c].name == table.columns[c].name);
        CHECK(read.columns[c].type == table.columns[c].type);
        CHECK(read.columns[c].levels == table.columns[c].levels);
        for (std::size_t s = 0; s < 4; ++s) {
            double const is = read.columns[c].values[s], was = table.columns[c].values[s];
            CHECK((is == was || (std::isnan(is) && std::isnan(was))));
        }
    }
    for (std::size_t s = 0; s < 4; ++s) {
        CHECK(read.rows[s].individual == samples.ids[s]);
        CHECK(read.rows[s].family == samples.families[s]);
    }
}

TEST_CASE("write_text_table: refuses short columns and missing folders", "[store]") {
    test::ScratchFolder const folder;
    auto const samples = test::make_samples(2);
    Table table;
    CHECK_THROWS_AS(write_text_table(folder.path() / "no" / "t.tsv", samples, table),
                    EnvironmentError);
    table.columns = {{"height", ColumnType::quantitative, {}, {1}}};
    CHECK_THROWS_AS(write_text_table(folder.path() / "t.tsv", samples, table), ContractViolation);
}

}  // namespace
}  // namespace maniple
