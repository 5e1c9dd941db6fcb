#include "maniple/core/suggestion.hpp"

#include <algorithm>
#include <vector>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

// The definition, by recursion.
std::int64_t distance_by_definition(std::string_view a, std::string_view b) {
    if (a.empty() || b.empty()) return std::ssize(a) + std::ssize(b);
    auto best = std::min(
        {distance_by_definition(a.substr(1), b) + 1, distance_by_definition(a, b.substr(1)) + 1,
         distance_by_definition(a.substr(1), b.substr(1)) + (a[0] == b[0] ? 0 : 1)});
    if (a.size() > 1 && b.size() > 1 && a[0] == b[1] && a[1] == b[0]) {
        best = std::min(best, distance_by_definition(a.substr(2), b.substr(2)) + 1);
    }
    return best;
}

TEST_CASE("edit_distance: equals its recursive definition", "[cli]") {
    std::vector<std::string> const words{"",    "a",    "ba", "scan", "scna",
                                         "can", "info", "on", "ofni"};
    for (auto const& from : words) {
        for (auto const& to : words) {
            INFO(from << " to " << to);
            CHECK(edit_distance(from, to) == distance_by_definition(from, to));
        }
    }
}

TEST_CASE("suggest: names the nearest word, and none when all are far", "[cli]") {
    std::vector<std::string> const names{"scan", "export", "slurm-script", "missing-genotype"};
    CHECK(suggest("scna", names, "") == " (did you mean 'scan'?)");
    CHECK(suggest("exprot", names, "maniple ") == " (did you mean 'maniple export'?)");
    CHECK(suggest("slurm", names, "--") == " (did you mean '--slurm-script'?)");
    CHECK(suggest("missing_genotype", names, "--") == " (did you mean '--missing-genotype'?)");
    CHECK(suggest("frobnicate", names, "").empty());
    CHECK(suggest("", names, "").empty());
    CHECK(suggest("scan", {}, "").empty());
}

}  // namespace
}  // namespace maniple
