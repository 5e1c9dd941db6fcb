#include "../src/report/scan_page.hpp"

#include <string>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "report/scratch_scan.hpp"

namespace maniple {
namespace {

bool holds(std::string const& page, std::string const& words) {
    return page.find(words) != std::string::npos;
}

// Genotypes that are not those which the index of the store vouches for.
void damage_genotypes(test::ScratchScan const& scan) {
    auto const cohort = scan.cohort().open();
    for (auto const& partition : cohort.index().partitions) {
        scan.cohort().write(partition.file, "no HDF5");
    }
}

TEST_CASE("scan_page: a store that nobody named and that is damaged leaves linkage out",
          "[report]") {
    test::ScratchScan const scan;
    auto const whole = scan_page({.run = scan.path()});
    CHECK_FALSE(holds(whole, "No r² is known"));
    CHECK(holds(whole, "data-region=\"region-1\""));
    damage_genotypes(scan);
    auto const page = scan_page({.run = scan.path()});
    CHECK(holds(page, "the store that was scanned cannot be read"));
    CHECK(holds(page, "data-region=\"region-1\""));
    CHECK_THROWS_AS(scan_page({.run = scan.path(), .store = scan.cohort().path()}), Error);
}

}  // namespace
}  // namespace maniple
