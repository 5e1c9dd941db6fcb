#include "maniple/report/scan_record.hpp"

#include <fstream>
#include <string>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "scratch_folder.hpp"

namespace maniple {
namespace {

using Catch::Contains;
using Words = std::vector<std::string>;

class ScratchFile {
public:
    explicit ScratchFile(std::string const& text) {
        std::ofstream{path(), std::ios::binary} << text;
    }
    std::filesystem::path path() const { return folder_ / "file"; }

private:
    test::ScratchFolder folder_;
};

ScanRecord record_of(std::string const& text) { return read_scan_record(ScratchFile{text}.path()); }

ScanSummary summary_of(std::string const& text) {
    return read_scan_summary(ScratchFile{text}.path());
}

// Why a text is refused; empty: it is not.
template <class Read>
std::string damage(Read const& read, std::string const& text) {
    try {
        read(text);
    } catch (CorruptInput const& error) {
        return error.what();
    }
    return "";
}

TEST_CASE("read_scan_record: version, libraries, plan and inputs", "[report]") {
    auto const record = record_of(R"({"version": "1.2", "host": "x",
        "libraries": {"hdf5": "1.14", "level": 3},
        "plan": {"command": "scan", "samples": 300, "covariates": ["age", "sex"], "none": null,
                 "empty": []},
        "inputs": {"store": "s"}})");
    CHECK(record.version == "1.2");
    REQUIRE(record.libraries.size() == 2);
    CHECK(record.libraries[0] == std::pair<std::string, std::string>{"hdf5", "1.14"});
    CHECK(record.libraries[1] == std::pair<std::string, std::string>{"level", "3"});
    CHECK(record.inputs["store"] == "s");
    CHECK(record.plan_text("command") == "scan");
    CHECK(record.plan_text("samples") == "300");
    CHECK(record.plan_text("covariates") == "age, sex");
    for (auto const* const name : {"none", "empty", "nowhere"}) CHECK(record.plan_text(name) == "");
    CHECK(record_of(R"({"version": "1", "plan": {}, "inputs": {}})").libraries.empty());
}

TEST_CASE("read_scan_record: refuses what no run writes", "[report]") {
    for (auto const* const text : {"", "{", R"({"version": "1", "plan": {}, "inputs": {})"}) {
        CHECK_THAT(damage(record_of, text), Contains("it is no JSON"));
    }
    for (auto const* const text :
         {"[]", "3", R"({"plan": {}, "inputs": {}})", R"({"version": 1, "plan": {}, "inputs": {}})",
          R"({"version": "1", "inputs": {}})", R"({"version": "1", "plan": [], "inputs": {}})",
          R"({"version": "1", "plan": {}})", R"({"version": "1", "plan": {}, "inputs": "s"})"}) {
        CHECK_THAT(damage(record_of, text), Contains("version, plan or inputs are missing"));
    }
}

TEST_CASE("read_scan_record, read_scan_summary: a place where there is no such file", "[report]") {
    test::ScratchFolder const folder;
    std::filesystem::create_symlink("loop", folder / "loop");
    for (auto const& read : {+[](std::filesystem::path const& path) { read_scan_record(path); },
                             +[](std::filesystem::path const& path) { read_scan_summary(path); }}) {
        CHECK_THROWS_AS(read(folder / "nowhere"), UserError);
        CHECK_THROWS_AS(read(folder.path()), CorruptInput);
        CHECK_THROWS_AS(read(folder / "loop"), EnvironmentError);
    }
}

TEST_CASE("read_scan_summary: cells by row and column", "[report]") {
    auto const summary = summary_of("trait\tcases\tlambda_gc\nheight\tNA\t1.01\nasthma\t<5\t\n");
    CHECK(summary.columns == Words{"trait", "cases", "lambda_gc"});
    REQUIRE(summary.rows.size() == 2);
    CHECK(summary.rows[0] == Words{"height", "NA", "1.01"});
    CHECK(summary.find("lambda_gc") == 2);
    CHECK_FALSE(summary.find("hits"));
    CHECK(summary.cell(0, "trait") == "height");
    CHECK(summary.cell(0, "cases") == "");  // It is NA.
    CHECK(summary.cell(1, "cases") == "<5");
    CHECK(summary.cell(1, "lambda_gc") == "");
    CHECK(summary.cell(1, "hits") == "");
    CHECK(summary_of("trait\tcases").rows.empty());
}

TEST_CASE("read_scan_summary: every row has a field for each column", "[report]") {
    CHECK_THAT(damage(summary_of, ""), Contains("it is empty"));
    CHECK_THAT(damage(summary_of, "a\tb\n1\t2\n3\n"), Contains("line 3 has 1 fields, not 2"));
    CHECK_THAT(damage(summary_of, "a\tb\n1\t2\t\n"), Contains("line 2 has 3 fields, not 2"));
    CHECK_THAT(damage(summary_of, "a\tb\n\n"), Contains("line 2 has 1 fields, not 2"));
}

}  // namespace
}  // namespace maniple
