#include "../src/report/find_linkage.hpp"

#include <filesystem>
#include <string>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "report/scratch_scan.hpp"

namespace maniple {
namespace {

using Catch::Contains;

FoundLinkage find(test::ScratchScan const& scan, std::filesystem::path const& named = {}) {
    scan.write_texts();
    return find_linkage({.run = scan.path(), .store = named},
                        read_scan_record(scan.path() / "run.json"));
}

// Why there is none.
std::string reason(test::ScratchScan const& scan) {
    auto const found = find(scan);
    CHECK(found.store.has_value() == found.reason.empty());
    return found.reason;
}

TEST_CASE("find_linkage: the store that was scanned, or is named", "[report]") {
    test::ScratchScan scan;
    CHECK(find(scan).store);
    scan.record["inputs"]["store"] = "nowhere";
    CHECK_THAT(reason(scan), Contains("not at hand"));
    CHECK(find(scan, scan.cohort().path()).store);
    scan.record["inputs"].erase("store");
    CHECK_THAT(reason(scan), Contains("not at hand"));
}

TEST_CASE("find_linkage: another store is left out, and refused where it is named", "[report]") {
    test::ScratchScan scan;
    auto const whole = scan.record;
    auto const require_left_out = [&](char const* difference) {
        CHECK_THAT(reason(scan), Contains(difference));
        CHECK_THROWS_AS(find(scan, scan.cohort().path()), UserError);
        scan.record = whole;
    };
    scan.record["inputs"]["fingerprint"] = "0";
    require_left_out("its samples differ");
    scan.record["inputs"]["partitions"][1]["checksum"] = "0";
    require_left_out("its genotypes differ");
    scan.record["inputs"]["partitions"].push_back({{"file", "other"}, {"checksum", "0"}});
    require_left_out("its genotypes differ");
    scan.record["inputs"].erase("partitions");
    require_left_out("does not list genotypes");
    scan.record["inputs"]["partitions"].erase(1);  // Added after the scan.
    CHECK(reason(scan).empty());
}

TEST_CASE("find_linkage: a record with other counts than its store is damaged", "[report]") {
    test::ScratchScan scan;
    scan.record["inputs"]["samples"] = 41;
    CHECK_THROWS_AS(find(scan), CorruptInput);
    CHECK_THROWS_AS(find(scan, scan.cohort().path()), CorruptInput);
    scan.record["inputs"]["samples"] = nullptr;
    CHECK(find(scan).store);
}

TEST_CASE("find_linkage: a store that cannot be read is left out, and refused where it is named",
          "[report]") {
    test::ScratchScan scan;
    scan.cohort().write("cohort.h5", "no HDF5");
    CHECK_THAT(reason(scan), Contains("cannot be read"));
    CHECK_THROWS_AS(find(scan, scan.cohort().path()), Error);
    std::filesystem::remove(scan.cohort().path() / "cohort.h5");
    CHECK_THAT(reason(scan), Contains("not at hand"));
    std::filesystem::create_symlink("cohort.h5", scan.cohort().path() / "cohort.h5");
    CHECK_THAT(reason(scan), Contains("cannot be read"));
}

}  // namespace
}  // namespace maniple
