#include "../../src/report/scan_overview.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

std::string overview(std::string const& told, std::string const& unpredicted) {
    ResultHeader header;
    header.traits = {"asthma"};
    header.contigs = {"1"};
    header.variants = 10;
    ScanSummary const summary{
        .columns = {"trait", "type", "samples", "left_out_by_covariate", "unpredicted", "tested",
                    "hits", "monomorphic"},
        .rows = {{"asthma", "binary", "90", told, unpredicted, "8", "0", "2"}}};
    return overview_html(header, {}, summary, {0});
}

bool holds(std::string const& html, std::string const& piece) {
    return html.find(piece) != std::string::npos;
}

TEST_CASE("overview_html: why people are left out of a trait, where any are", "[report]") {
    auto const told = overview("7", "0");
    CHECK(holds(told, "Left out: a level of a covariate tells their status"));
    CHECK(holds(told, "data-value=\"7\">7</td>"));
    CHECK(!holds(told, "without a prediction"));

    auto const unpredicted = overview("0", "<5");
    CHECK(holds(unpredicted, "Left out: without a prediction"));
    CHECK(holds(unpredicted, ">&lt;5</td>"));
    CHECK(!holds(unpredicted, "tells their status"));

    auto const neither = overview("0", "NA");
    CHECK(!holds(neither, "Left out: a level"));
    CHECK(!holds(neither, "without a prediction"));
}

}  // namespace
}  // namespace maniple
