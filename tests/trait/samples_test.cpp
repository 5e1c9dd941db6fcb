#include "maniple/trait/samples.hpp"

#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"

namespace maniple {
namespace {

Samples with_ids(std::vector<std::string> ids) {
    auto const size = ids.size();
    return {std::move(ids), std::vector<std::string>(size, "0"),
            std::vector<Sex>(size, Sex::unknown)};
}

TEST_CASE("fingerprint: depends on the IDs, their order and their borders", "[samples]") {
    auto const original = fingerprint(with_ids({"a1", "a2", "b"}));
    CHECK(fingerprint(with_ids({"a1", "a2", "b"})) == original);
    CHECK(fingerprint(with_ids({"a2", "a1", "b"})) != original);
    CHECK(fingerprint(with_ids({"a1", "a2"})) != original);
    CHECK(fingerprint(with_ids({"a1a", "2", "b"})) != original);
}

TEST_CASE("fingerprint: family and sex do not change who the rows are", "[samples]") {
    auto samples = with_ids({"a1", "a2"});
    auto const original = fingerprint(samples);
    samples.families = {"f1", "f2"};
    samples.sexes = {Sex::male, Sex::female};
    CHECK(fingerprint(samples) == original);
}

TEST_CASE("Sex: has PLINK's codes", "[samples]") {
    CHECK(static_cast<int>(Sex::unknown) == 0);
    CHECK(static_cast<int>(Sex::male) == 1);
    CHECK(static_cast<int>(Sex::female) == 2);
}

TEST_CASE("require_unique_ids: passes IDs that differ, also by case or length alone", "[samples]") {
    CHECK_NOTHROW(require_unique_ids(with_ids({"a", "A", "aa", "b"}), "x.fam"));
}

TEST_CASE("require_unique_ids: names the file and both samples of an ID, never the ID",
          "[samples]") {
    auto const samples = with_ids({"anna", "bert", "carl", "bert", "anna"});
    CHECK_THROWS_AS(require_unique_ids(samples, "x.fam"), UserError);
    CHECK_THROWS_WITH(require_unique_ids(samples, "x.fam"),
                      Catch::Contains("'x.fam': samples 2 and 4 have") && !Catch::Contains("bert"));
}

TEST_CASE("require_unique_ids: refuses an empty ID and a file without samples", "[samples]") {
    CHECK_THROWS_AS(require_unique_ids(with_ids({"a", ""}), "x.fam"), UserError);
    CHECK_THROWS_WITH(require_unique_ids(with_ids({"a", ""}), "x.fam"),
                      Catch::Contains("'x.fam' sample 2") && Catch::Contains("empty"));
    CHECK_THROWS_AS(require_unique_ids(Samples{}, "x.fam"), UserError);
    CHECK_THROWS_WITH(require_unique_ids(Samples{}, "x.fam"),
                      Catch::Contains("'x.fam'") && Catch::Contains("no samples"));
}

TEST_CASE("find_repeated: the first ID that was there before", "[trait]") {
    using Pair = std::pair<std::size_t, std::size_t>;
    CHECK_FALSE(find_repeated({}));
    CHECK_FALSE(find_repeated({"a"}));
    CHECK(find_repeated({"a", "a"}) == Pair{0, 1});
    CHECK(find_repeated({"a", "b", "c", "b", "a"}) == Pair{1, 3});
    std::vector<std::string> many;
    for (int i = 0; i < 10'000; ++i) many.push_back(std::to_string(i));
    CHECK_FALSE(find_repeated(many));
    many[9'000] = "17";
    CHECK(find_repeated(many) == Pair{17, 9'000});
}

}  // namespace
}  // namespace maniple
