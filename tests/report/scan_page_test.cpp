#include "../src/report/scan_page.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "report/scratch_scan.hpp"
#include "scratch_folder.hpp"

namespace maniple {
namespace {

bool holds(std::string const& page, std::string const& words) {
    return page.find(words) != std::string::npos;
}

std::string text_of(std::filesystem::path const& file) {
    std::ifstream in{file};
    return {std::istreambuf_iterator<char>{in}, {}};
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
    Log log{Speaker::speaks};
    test::ScratchFolder const folder;
    log.open_file(folder / "log.txt");
    auto const whole = scan_page({.run = scan.path()}, log);
    CHECK_FALSE(holds(whole, "No r² is known"));
    CHECK(holds(whole, "data-region=\"region-1\""));
    CHECK(text_of(folder / "log.txt").empty());
    damage_genotypes(scan);
    auto const page = scan_page({.run = scan.path()}, log);
    CHECK(holds(page, "the store that was scanned cannot be read"));
    CHECK(holds(page, "data-region=\"region-1\""));
    CHECK(holds(text_of(folder / "log.txt"), "note: No r² is known"));
    CHECK_THROWS_AS(scan_page({.run = scan.path(), .store = scan.cohort().path()}, log), Error);
}

}  // namespace
}  // namespace maniple
