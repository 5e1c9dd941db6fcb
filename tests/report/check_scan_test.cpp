#include "maniple/report/check_scan.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "report/scratch_scan.hpp"

namespace maniple {
namespace {

using Catch::Contains;
using Json = nlohmann::ordered_json;

// Why a scan is refused; empty: it is not.
std::string refusal(test::ScratchScan const& scan) {
    scan.write_texts();
    try {
        check_scan_texts(scan.path());
    } catch (CorruptInput const& error) {
        return error.what();
    }
    return "";
}

// With another cell of summary.tsv.
std::string refusal_of_cell(test::ScratchScan& scan, std::size_t line, std::string_view column,
                            std::string const& text) {
    auto const whole = scan.summary;
    auto const fields = [](std::string const& from) {
        std::vector<std::string> found{""};
        for (char const c : from) {
            if (c == '\t') found.emplace_back();
            if (c != '\t') found.back() += c;
        }
        return found;
    };
    auto const names = fields(whole[0]);
    auto const place = std::ranges::find(names, column) - names.begin();
    REQUIRE(place < std::ssize(names));
    auto cells = fields(whole[line]);
    cells[static_cast<std::size_t>(place)] = text;
    scan.summary[line] = fmt::format("{}", fmt::join(cells, "\t"));
    auto const message = refusal(scan);
    scan.summary = whole;
    return message;
}

std::string refusal_of_record(test::ScratchScan& scan, char const* pointer, Json const& value) {
    auto const whole = scan.record;
    scan.record.at(Json::json_pointer{pointer}) = value;
    auto const message = refusal(scan);
    scan.record = whole;
    return message;
}

TEST_CASE("check_scan_texts: files of one run are right, and so is a run without them",
          "[report]") {
    test::ScratchScan scan;
    CHECK(refusal(scan).empty());
    scan.record["plan"]["samples"] = nullptr;  // Not told.
    scan.record["inputs"]["samples"] = nullptr;
    CHECK(refusal(scan).empty());
    std::filesystem::remove(scan.path() / "summary.tsv");
    std::filesystem::remove(scan.path() / "results.h5");
    check_scan_texts(scan.path());
}

TEST_CASE("check_scan_texts: every column of a summary is there", "[report]") {
    test::ScratchScan scan;
    auto const whole = scan.summary;
    for (auto const* const column :
         {"type", "samples", "cases", "controls", "left_out_by_covariate", "predictors",
          "unpredicted", "tested", "lambda_gc", "hits"}) {
        CHECK_THAT(refusal_of_cell(scan, 0, column, "other"),
                   Contains(fmt::format("it has no column '{}'", column)));
    }
    CHECK_THAT(refusal_of_cell(scan, 0, "separated", "other"),
               Contains("the columns after 'hits' are not the reasons"));
}

TEST_CASE("check_scan_texts: cells of a summary are counts, or as few people are told",
          "[report]") {
    test::ScratchScan scan;
    for (auto const* const column :
         {"samples", "left_out_by_covariate", "unpredicted", "tested", "hits", "separated"}) {
        for (auto const* const text : {"-1", "-3", "x", "", "1.5", "7 ", "NA"}) {
            CAPTURE(column, text);
            CHECK_THAT(refusal_of_cell(scan, 1, column, text),
                       Contains(fmt::format("line 2: {} = '{}'", column, text)));
        }
    }
    CHECK_THAT(refusal_of_cell(scan, 2, "type", "odd"), Contains("line 3: type = 'odd'"));
    for (auto const* const column : {"cases", "controls"}) {
        CHECK_THAT(refusal_of_cell(scan, 2, column, "few"), Contains("line 3"));
        CHECK(refusal_of_cell(scan, 2, column, "12").empty());
        CHECK(refusal_of_cell(scan, 2, column, "NA").empty());
    }
    CHECK(refusal_of_cell(scan, 2, "unpredicted", "<5").empty());
    CHECK_FALSE(refusal_of_cell(scan, 2, "tested", "<5").empty());
}

TEST_CASE("check_scan_texts: a summary has the traits and variants of the results", "[report]") {
    test::ScratchScan scan;
    CHECK_THAT(refusal_of_cell(scan, 1, "trait", "c"), Contains("their traits differ"));
    CHECK_THAT(refusal_of_cell(scan, 2, "constant_genotype", "0"),
               Contains("their numbers of variants differ"));
    auto const whole = scan.summary;
    scan.summary.pop_back();
    CHECK_THAT(refusal(scan), Contains("they have 1 and 2 traits"));
    scan.summary = whole;
    scan.summary.push_back(whole[2]);
    CHECK_THAT(refusal(scan), Contains("they have 3 and 2 traits"));
}

TEST_CASE("check_scan_texts: p-values of the results are those of the summary", "[report]") {
    test::ScratchScan scan;
    for (std::size_t line = 1; line < 3; ++line) {
        CHECK_THAT(refusal_of_cell(scan, line, "hits", "1"), Contains("or of hits differ"));
        CHECK_THAT(refusal_of_cell(scan, line, "lambda_gc", "1.0000"), Contains("lambda GC"));
        CHECK_THAT(refusal_of_cell(scan, line, "lambda_gc", "NA"), Contains("lambda GC"));
    }
    // One variant more is tested, and one less has a reason why not: 29 all the same.
    auto const whole = scan.summary;
    scan.summary[2].replace(scan.summary[2].find("\t28\t"), 4, "\t29\t");
    auto const constant = scan.summary[2].find("\t1\t");
    REQUIRE(constant != std::string::npos);
    scan.summary[2].replace(constant, 3, "\t0\t");
    CHECK_THAT(refusal(scan), Contains("variants tested or of hits differ"));
}

TEST_CASE("check_scan_texts: run.json is of the run of the results", "[report]") {
    test::ScratchScan scan;
    CHECK_THAT(refusal_of_record(scan, "/inputs/fingerprint", "0"), Contains("samples differ"));
    CHECK_THAT(refusal_of_record(scan, "/plan/traits", {"b", "a"}), Contains("traits differ"));
    CHECK_THAT(refusal_of_record(scan, "/plan/variants", 30), Contains("numbers of variants"));
    CHECK_THAT(refusal_of_record(scan, "/plan/covariates", {"age"}), Contains("covariates differ"));
    CHECK_THAT(refusal_of_record(scan, "/plan/samples", 39), Contains("samples differ"));
    CHECK_THAT(refusal_of_record(scan, "/plan/samples", 41), Contains("samples differ"));
    CHECK_THAT(refusal_of_record(scan, "/plan/samples", "40"), Contains("samples differ"));
    CHECK_THAT(refusal_of_record(scan, "/inputs/samples", 39), Contains("samples differ"));
    CHECK_THAT(refusal_of_record(scan, "/inputs/samples", -1), Contains("samples differ"));
    CHECK(refusal_of_record(scan, "/inputs/samples", 41).empty());
    CHECK(refusal(scan).empty());
}

}  // namespace
}  // namespace maniple
