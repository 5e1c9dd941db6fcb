#include "../src/run/finished_run.hpp"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "maniple/run/run_folder.hpp"
#include "scratch_folder.hpp"

namespace maniple {
namespace {

namespace fs = std::filesystem;

void write(fs::path const& file) { std::ofstream{file} << "x\n"; }

/// A folder that looks like that of predictors alone, with a plan.
void finish_run(fs::path const& path, PlanFacts const& facts) {
    RunFolder folder{path};
    write(path / "unnamed");
    keep_plan(path, facts, {{"run.json", path / "unnamed"}});
    fs::rename(path / "unnamed", path / "run.json");
    folder.finish();
}

bool is_finished_with(fs::path const& path, PlanFacts const& facts) {
    Log log{Speaker::silent};
    return is_finished({.folder = path, .facts = [&] { return facts; }}, mpi::Communicator::alone(),
                       log);
}

PlanFacts const plan{{"--trait", "a"}, {"chosen variants", "0123456789abcdef"}};

TEST_CASE("is_finished: the plan that was kept, and no other", "[run]") {
    test::ScratchFolder const scratch;
    auto const path = scratch.path() / "r";
    finish_run(path, plan);
    CHECK(is_finished_with(path, plan));
    CHECK_THROWS_WITH(is_finished_with(path, {{"--trait", "b"}, plan[1]}),
                      Catch::Contains("another plan (--trait was 'a' and is 'b');"));
    CHECK_THROWS_WITH(is_finished_with(path, {plan[0], {"chosen variants", "fedcba9876543210"}}),
                      Catch::Contains("another plan (chosen variants);"));
    CHECK_THROWS_WITH(is_finished_with(path, {plan[0]}),
                      Catch::Contains("another plan (chosen variants);"));
    PlanFacts more = plan;
    for (int i = 0; i < 7; ++i) more.emplace_back("--option-" + std::to_string(i), "1");
    CHECK_THROWS_WITH(is_finished_with(path, more),
                      Catch::Contains("--option-4 was 'nothing' and is '1'; and 2 more);"));
    write(path / "results.h5");
    std::ofstream{path / "run.json"} << "y\n";
    CHECK_THROWS_AS(is_finished_with(path, plan), CorruptInput);
    fs::remove(path / "run.json");
    CHECK_THROWS_WITH(is_finished_with(path, plan),
                      Catch::Contains("of which 'run.json' is missing"));
}

TEST_CASE("is_finished: only where there is a finished run with a plan", "[run]") {
    test::ScratchFolder const scratch;
    auto const path = scratch.path() / "r";
    CHECK_FALSE(is_finished_with({}, plan));
    CHECK_FALSE(is_finished_with(path, plan));
    fs::create_directory(path);
    CHECK_FALSE(is_finished_with(path, plan));
    fs::remove(path);
    finish_run(path, plan);
    write(path / ".unfinished");
    CHECK_FALSE(is_finished_with(path, plan));
    fs::remove(path / ".unfinished");
    CHECK(is_finished_with(path, plan));
    write(path / plan_name);
    CHECK_FALSE(is_finished_with(path, plan));
    fs::remove(path / plan_name);
    CHECK_FALSE(is_finished_with(path, plan));
}

TEST_CASE("keep_plan: for its owner alone, and gone with a run that fails", "[run]") {
    test::ScratchFolder const scratch;
    auto const path = scratch.path() / "r";
    {
        RunFolder const folder{path};
        fs::permissions(path, fs::perms::all);
        keep_plan(path, plan, {});
        CHECK(fs::status(path / plan_name).permissions() ==
              (fs::perms::owner_read | fs::perms::owner_write));
    }
    CHECK_FALSE(fs::exists(path / plan_name));
}

}  // namespace
}  // namespace maniple
