#include "maniple/run/import_table.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "store/scratch_store.hpp"
#include "store/text_file.hpp"

namespace maniple {
namespace {

using namespace test;
using Catch::Matchers::Contains;

Samples people() {
    return {.ids = {"a", "b", "f3_c", "d"},
            .families = {"f1", "f2", "f3", "0"},
            .sexes = std::vector<Sex>(4, Sex::unknown)};
}

struct TableFile {
    ScratchFolder folder;
    TableImport plan;

    explicit TableFile(std::string_view text, std::string const& name = "traits.tsv") {
        plan.file = write_text(folder.path() / name, text);
    }
    Table prepare() const {
        Log log{Speaker::silent};
        return prepare_table(people(), plan, log);
    }
};

std::string digits(Column const& column) {
    std::string text;
    for (auto const value : column.values) {
        text += std::isnan(value) ? "-" : std::to_string(static_cast<int>(value));
    }
    return text;
}

TEST_CASE("prepare_table: rows go to the cohort's order, others are missing", "[run]") {
    TableFile const file{"IID x\nd 4\na 7\n"};
    auto const table = file.prepare();
    CHECK(table.name == "traits");
    CHECK(table.source == "traits.tsv");
    CHECK(table.rows.file_rows == 2);
    CHECK(table.rows.matched == 2);
    CHECK(digits(table.columns.at(0)) == "7--4");
}

TEST_CASE("prepare_table: family IDs must agree where both sides have them", "[run]") {
    // b is in another family; the cohort calls c by both IDs; d has no family in the cohort.
    TableFile const file{"FID IID x\nf1 a 1\nf9 b 2\nf3 c 3\nf7 d 4\n"};
    auto const table = file.prepare();
    CHECK(digits(table.columns.at(0)) == "1-34");
    CHECK(table.rows.matched == 3);
    CHECK(digits(TableFile{"FID IID x\n0 a 3\n0 b 4\n"}.prepare().columns.at(0)) == "34--");
}

TEST_CASE("prepare_table: people in columns are refused, and not named", "[run]") {
    TableFile const file{"IID a b\nd 1 2\n"};
    auto const error = user_error([&] { file.prepare(); });
    CHECK_THAT(error, Contains("2 of 2 columns have the names of samples"));
    // One among others may be chance.
    CHECK(TableFile{"IID a height\nd 1 2\n"}.prepare().columns.size() == 2);
}

TEST_CASE("prepare_table: two rows for one sample are refused", "[run]") {
    TableFile const file{"FID IID x\nf1 a 1\n0 a 2\n"};
    CHECK_THAT(user_error([&] { file.prepare(); }), Contains("line 3") && Contains("line 2"));
}

TEST_CASE("prepare_table: few matches need permission, none are always refused", "[run]") {
    TableFile few{"IID x\na 1\nu 2\nv 3\n"};
    CHECK_THAT(user_error([&] { few.prepare(); }), Contains("only 1 of 3"));
    few.plan.unmatched = UnmatchedRows::allow;
    CHECK(few.prepare().rows.matched == 1);

    TableFile none{"FID IID x\nf9 a 1\n"};
    none.plan.unmatched = UnmatchedRows::allow;
    CHECK_THAT(user_error([&] { none.prepare(); }),
               Contains("none of 1") && Contains("another family ID"));
    CHECK(TableFile{"IID x\na 1\nu 2\n"}.prepare().rows.matched == 1);  // Exactly half.
}

TEST_CASE("prepare_table: a log file receives no sample ID", "[run]") {
    TableFile const file{"IID x\na 1\nsecret-person 2\n"};
    auto const path = file.folder.path() / "log.txt";
    Log log{Speaker::speaks};
    log.open_file(path);
    prepare_table(people(), file.plan, log);
    CHECK_THAT(text_of(path), Contains("2 rows, 1 of them") &&
                                  Contains("1 rows are not in the store, first at line 3") &&
                                  !Contains("secret"));
}

TEST_CASE("table_name: the file's name without extension, or as asked", "[run]") {
    CHECK(table_name({.file = "x/pheno.tsv.gz", .name = "", .text = {}}) == "pheno");
    CHECK(table_name({.file = "x/pheno", .name = "", .text = {}}) == "pheno");
    CHECK(table_name({.file = "x/pheno", .name = "other", .text = {}}) == "other");
    CHECK_THROWS_AS(table_name({.file = "x", .name = "a/b", .text = {}}), UserError);
    CHECK_THROWS_AS(table_name({.file = "x", .name = "..", .text = {}}), UserError);
}

TEST_CASE("import_table: writes once, and again only where told to replace", "[run]") {
    TableFile file{"IID x y\na 1 u\nb 2 v\n"};
    auto const store = file.folder.path() / "s";
    std::filesystem::create_directories(store / "tables");
    write_cohort_index(store, make_index(people(), 512));
    Log log{Speaker::silent};
    import_table(store, file.plan, log);
    auto const table = Cohort{store}.read_table("traits");
    CHECK(table.columns.at(1).levels == std::vector<std::string>{"u", "v"});
    CHECK(digits(table.columns.at(0)) == "01--");

    CHECK_THAT(user_error([&] { import_table(store, file.plan, log); }), Contains("--replace"));
    write_text(file.plan.file, "IID z\na 5\n");
    file.plan.existing = ExistingTable::replace;
    import_table(store, file.plan, log);
    CHECK(Cohort{store}.read_table("traits").columns.at(0).name == "z");
}

}  // namespace
}  // namespace maniple
