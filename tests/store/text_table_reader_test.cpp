#include "maniple/store/text_table_reader.hpp"

#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "store/scratch_store.hpp"
#include "store/text_file.hpp"

namespace maniple {
namespace {

using namespace test;
using Catch::Matchers::Contains;

constexpr double absent = std::numeric_limits<double>::quiet_NaN();

TextTable read(std::string_view text, TextTableOptions const& options = {}) {
    ScratchFolder const folder;
    return read_text_table(write_text(folder.path() / "t", text), options);
}

std::string error_in(std::string_view text, TextTableOptions const& options = {}) {
    return user_error([&] { read(text, options); });
}

bool same(std::vector<double> const& a, std::vector<double> const& b) {
    return std::ranges::equal(
        a, b, [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

TEST_CASE("read_text_table: every separator and header form gives the same table", "[store]") {
    auto const text =
        GENERATE(as<std::string>{}, "FID\tIID\tage\tsite\nf\ta\t1.5\tx\n0\tb\tNA\ty\n",
                 "#FID\tIID\tage\tsite\r\nf\ta\t1.5\tx\r\n0\tb\t\ty\r\n",
                 "\xef\xbb\xbf"
                 "fid,iid,age,site\nf,a,1.5,x\n0,b,,y",
                 "\"FID\",\"IID\",\"age\",\"site\"\n\"f\",\"a\",1.5,\"x\"\n0,b,.,y\n",
                 "# made today\n#Fid  Iid age site\n  f a +1.50 x\n\n# more\n0 b nan y\n");
    auto const table = read(text);

    CHECK(table.has_families);
    REQUIRE(table.rows.size() == 2);
    CHECK(table.rows[0].family == "f");
    CHECK(table.rows[1].individual == "b");
    REQUIRE(table.columns.size() == 2);
    CHECK(table.columns[0].name == "age");
    CHECK(table.columns[0].type == ColumnType::quantitative);
    CHECK(same(table.columns[0].values, {1.5, absent}));
    CHECK(table.columns[1].type == ColumnType::categorical);
    CHECK(table.columns[1].levels == std::vector<std::string>{"x", "y"});
    CHECK(same(table.columns[1].values, {0, 1}));
}

TEST_CASE("read_text_table: without family IDs they are '0'", "[store]") {
    auto const table = read("#IID\tx\na\t1\nb\t3\n");
    CHECK_FALSE(table.has_families);
    CHECK(table.rows[1].family == "0");
    CHECK(table.rows[1].line == 3);
}

TEST_CASE("read_text_table: types follow from the values", "[store]") {
    auto const table = read(
        "IID zero_one one_two two_three only_one letters mixed_missing\n"
        "a 0 1 2 1 z NA\n"
        "b 1 2 3 1 . .\n"
        "c NA NA 2 NA m N/A\n"
        "d 1 1 3 1 z NaN\n");
    auto const& columns = table.columns;
    CHECK(columns[0].type == ColumnType::binary);
    CHECK(same(columns[0].values, {0, 1, absent, 1}));
    CHECK(columns[1].type == ColumnType::binary);
    CHECK(same(columns[1].values, {0, 1, absent, 0}));
    CHECK(columns[2].type == ColumnType::quantitative);
    CHECK(columns[3].type == ColumnType::quantitative);
    CHECK(columns[4].levels == std::vector<std::string>{"m", "z"});
    CHECK(same(columns[4].values, {1, absent, 0, 1}));
    CHECK(columns[5].observed() == 0);
    CHECK(table.remarks.size() == 2);  // The recoded 1/2 and the column without values.
}

TEST_CASE("read_text_table: -9 is a number unless it was named, or stands beside two codes",
          "[store]") {
    constexpr char const* text = "IID x y\na -9 1\nb -9.0 2\nc 4 -9\n";
    auto const kept = read(text);
    CHECK(same(kept.columns[0].values, {-9, -9, 4}));
    CHECK(kept.columns[0].type == ColumnType::quantitative);
    CHECK(kept.columns[1].type == ColumnType::binary);
    CHECK(same(kept.columns[1].values, {0, 1, absent}));
    CHECK(kept.remarks.size() == 3);
    auto const coded = read("IID x y z\na -9 1 0\nb 0 -9 3\nc 1 0 -9\n");
    CHECK(coded.columns[0].type == ColumnType::binary);
    CHECK(same(coded.columns[0].values, {absent, 0, 1}));
    CHECK(same(coded.columns[1].values, {1, absent, 0}));
    CHECK(same(coded.columns[2].values, {0, 3, -9}));

    // Beside one code it may be the other.
    auto const lone = read("IID x y\na 1 2\nb -9 -9\nc 1 2\n");
    for (auto const& column : lone.columns) CHECK(column.type == ColumnType::quantitative);
    CHECK(same(lone.columns[0].values, {1, -9, 1}));
    REQUIRE(lone.remarks.size() == 2);
    CHECK_THAT(lone.remarks[0], Contains("holds -9 as a number"));

    auto const named = read(text, {.missing_values = {"-9", "none"}, .categorical = {}});
    CHECK(same(named.columns[0].values, {absent, absent, 4}));
    CHECK(named.columns[1].type == ColumnType::binary);
}

TEST_CASE("read_text_table: --categorical turns numbers into levels", "[store]") {
    auto const table =
        read("IID batch\na 10\nb 9\nc NA\nd x\n", {.missing_values = {}, .categorical = {"batch"}});
    CHECK(table.columns[0].levels == std::vector<std::string>{"10", "9", "x"});
    CHECK(same(table.columns[0].values, {0, 1, absent, 2}));
    CHECK_THAT(error_in("IID x\na 1\n", {.missing_values = {}, .categorical = {"y"}}),
               Contains("no column 'y'"));
}

TEST_CASE("read_text_table: numbers keep every bit, tiny ones may underflow", "[store]") {
    auto const table = read("IID x\na 0.1\nb 1e308\nc 1e-400\nd -0x\n",
                            {.missing_values = {"-0x"}, .categorical = {}});
    CHECK(same(table.columns[0].values, {0.1, 1e308, 0, absent}));
}

TEST_CASE("read_text_table: each malformed file is refused with its line", "[store]") {
    CHECK_THAT(error_in(""), Contains("is empty"));
    CHECK_THAT(error_in("IID x\n"), Contains("no rows"));
    CHECK_THAT(error_in("IID\na\n"), Contains("no columns besides the IDs"));
    CHECK_THAT(error_in("id x\na 1\n"), Contains("line 1: no sample IDs") && Contains("2 columns"));
    // No header: the first line is a sample, which no message quotes.
    CHECK_THAT(error_in("anna anna 1\nbert bert 2\n"), Contains("header") && !Contains("anna"));
    CHECK_THAT(error_in("IID x x\na 1 2\n"), Contains("the name of column 3 stands there twice"));
    CHECK_THAT(error_in("IID IID x\na b 2\n"), Contains("'IID' stands there twice"));
    CHECK_THAT(error_in("IID\tx\t\na\t1\t2\n"), Contains("column 3 is empty"));
    CHECK_THAT(error_in("IID x\na 1\nb 1 2\n"), Contains("line 3: 3 fields (must be 2"));
    CHECK_THAT(error_in("IID,x\na\n"), Contains("line 2: 1 fields"));
    CHECK_THAT(error_in("IID x\na 1\nb 2\na 3\n"),
               Contains("line 4: its sample stands already in line 2") && !Contains("'a'"));
    CHECK_THAT(error_in("IID x\na 1\nb tall\n"), Contains("line 3: x is text (must be a number"));
    // What may be somebody's ID is not quoted; what stands for missing, or is nearly a number, is.
    CHECK_THAT(error_in("IID x\na 1\nb a\n"), Contains("x is text"));
    CHECK_THAT(error_in("IID x\na 1\nb anna-17\n"), !Contains("anna"));
    CHECK_THAT(error_in("IID x\na anna\nb 3\n"), Contains("x is a number") && !Contains("anna"));
    CHECK_THAT(error_in("IID x\na 1\nb Missing\n"), Contains("x = 'Missing' (must be a number"));
    CHECK_THAT(error_in("IID\tx\na\t1\nb\t1,5\n"), Contains("x = '1,5' (must be a number"));
    CHECK_THAT(error_in("IID x\na tall\nb 7\n"),
               Contains("line 3: x is a number (the lines before") && !Contains("tall") &&
                   !Contains("-9"));
    CHECK_THAT(error_in("IID x\na tall\nb -9\n"),
               Contains("line 3: x is a number (") && Contains("--missing-value -9"));
    CHECK_THAT(error_in("IID x\na -9\nb tall\n"),
               Contains("line 3: x is text (must be") && Contains("--missing-value -9"));
    CHECK_THAT(error_in("IID x\na 1\nb inf\n"), Contains("line 3: x = 'inf' (must be a finite"));
    CHECK_THAT(error_in("IID x\na 1e999\n"), Contains("must be a finite"));
    CHECK_THAT(error_in("IID,x\na,\"1\n"), Contains("quote is not closed"));
    CHECK_THAT(error_in("IID,x\n,1\n"), Contains("line 2: the sample ID is empty"));
    CHECK_THAT(error_in("IID x\na K\xf6ln\n"), Contains("not UTF-8"));
}

TEST_CASE("read_text_table: one person in two families is two rows", "[store]") {
    CHECK(read("FID IID x\nf1 a 1\nf2 a 3\n").rows.size() == 2);
    CHECK_THAT(error_in("FID IID x\nf1 a 1\nf1 a 3\n"), Contains("line 3"));
}

TEST_CASE("read_text_table: a hundred thousand columns take no longer than their text", "[store]") {
    ScratchFolder const folder;
    constexpr int columns = 100'000;
    std::string header = "IID";
    std::string row = "a";
    for (int c = 0; c < columns; ++c) {
        header += fmt::format("\tprotein_{}", c);
        row += "\t0.5";
    }
    auto const path = write_text(folder.path() / "t", header + "\n" + row + "\n");
    CHECK(read_text_table(path, {}).columns.size() == columns);
    write_text(path, header + "\tprotein_7\n" + row + "\t1\n");
    CHECK_THAT(user_error([&] { read_text_table(path, {}); }),
               Catch::Contains("the name of column 100002 stands there twice"));
}

}  // namespace
}  // namespace maniple
