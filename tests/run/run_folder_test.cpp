#include "maniple/run/run_folder.hpp"

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "store/scratch_store.hpp"

namespace maniple {
namespace {

namespace fs = std::filesystem;

TEST_CASE("RunFolder: is private, and gone when the run did not finish", "[run]") {
    test::ScratchFolder const scratch;
    auto const run = scratch.path() / "a" / "run";
    {
        RunFolder const folder{run};
        CHECK(fs::status(run).permissions() == fs::perms::owner_all);
        test::write_bytes(run / "log.txt", {'x'});
    }
    CHECK(fs::is_empty(scratch.path()));
}

TEST_CASE("RunFolder: a finished run stays and is not overwritten", "[run]") {
    test::ScratchFolder const scratch;
    auto const run = scratch.path() / "run";
    {
        RunFolder folder{run};
        test::write_bytes(run / "results.h5", {'x'});
        folder.finish();
    }
    CHECK(fs::exists(run / "results.h5"));
    CHECK_THROWS_AS(RunFolder{run}, UserError);
    CHECK(test::bytes_of(run / "results.h5") == std::vector{'x'});
}

TEST_CASE("RunFolder: predictors alone are a finished run", "[run]") {
    test::ScratchFolder const scratch;
    auto const run = scratch.path() / "run";
    {
        RunFolder folder{run, RunProgress::whole_genome};
        test::write_bytes(run / "predictors.h5", {'x'});
        test::write_bytes(run / "run.json", {'x'});
        folder.finish();
    }
    CHECK_THROWS_WITH(RunFolder::require_usable(run), Catch::Contains("holds a finished run"));
    test::write_bytes(run / ".unfinished", {});  // Its process died before it was done.
    CHECK_NOTHROW(RunFolder::require_usable(run));
}

TEST_CASE("RunFolder: starts an unfinished run again, and nothing else", "[run]") {
    test::ScratchFolder const scratch;
    auto const run = scratch.path() / "run";
    fs::create_directory(run);
    test::write_bytes(run / ".unfinished", {});
    test::write_bytes(run / "log.txt", {'x'});
    test::write_bytes(run / "report.html", {'x'});
    test::write_bytes(run / "results.h5.unfinished-1", {'x'});
    {
        RunFolder const folder{run};
        CHECK_FALSE(fs::exists(run / "report.html"));
        CHECK_FALSE(fs::exists(run / "results.h5.unfinished-1"));
    }
    fs::create_directory(scratch.path() / "mine");
    test::write_bytes(scratch.path() / "mine" / "thesis.txt", {'x'});
    CHECK_THROWS_AS(RunFolder{scratch.path() / "mine"}, UserError);
    CHECK(fs::exists(scratch.path() / "mine" / "thesis.txt"));
    CHECK_THROWS_AS(RunFolder{scratch.path() / "mine" / "thesis.txt"}, UserError);
}

TEST_CASE("RunFolder: keeps the work that its kind of run goes on from", "[run]") {
    test::ScratchFolder const scratch;
    auto const run = scratch.path() / "run";
    {
        RunFolder const folder{run, RunProgress::whole_genome};
        CHECK(folder.progress() == run / "whole-genome");
        fs::create_directory(folder.progress());
        test::write_bytes(folder.progress() / "traits-1", {'x'});
        test::write_bytes(run / "predictors.h5", {'x'});
        test::write_bytes(run / "log.txt", {'x'});
    }
    CHECK_FALSE(fs::exists(run / "log.txt"));
    CHECK_THROWS_WITH(RunFolder{run}, Catch::Contains("'whole-genome'"));
    CHECK_THROWS_AS((RunFolder{run, RunProgress::models}), UserError);
    {
        RunFolder folder{run, RunProgress::whole_genome};
        CHECK(fs::exists(run / "predictors.h5"));
        CHECK(fs::exists(run / "whole-genome/traits-1"));
        test::write_bytes(run / "results.h5", {'x'});
        folder.finish();
    }
    CHECK(fs::exists(run / "predictors.h5"));
    CHECK_FALSE(fs::exists(run / "whole-genome"));
    CHECK_FALSE(fs::exists(run / ".unfinished"));
}

TEST_CASE("RunFolder: an empty folder of progress, and predictors without one, are not kept",
          "[run]") {
    test::ScratchFolder const scratch;
    auto const run = scratch.path() / "run";
    {
        RunFolder const folder{run, RunProgress::whole_genome};
        fs::create_directory(folder.progress());
        test::write_bytes(run / "predictors.h5", {'x'});
    }
    CHECK(fs::is_empty(scratch.path()));
}

TEST_CASE("RunFolder: two runs refuse each other", "[run]") {
    test::ScratchFolder const scratch;
    auto const run = scratch.path() / "run";
    RunFolder const first{run};
    test::write_bytes(run / "log.txt", {'x'});
    CHECK_THROWS_AS(RunFolder{run}, UserError);
    CHECK(fs::exists(run / "log.txt"));
}

}  // namespace
}  // namespace maniple
