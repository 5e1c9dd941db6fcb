#include "maniple/cli/job_file.hpp"

#include <catch2/catch.hpp>

#include "cli/job_text.hpp"
#include "maniple/core/error.hpp"

namespace maniple::cli {
namespace {

using Catch::Contains;

TEST_CASE("read_job_file: settings with their lines; comments and blanks are skipped", "[cli]") {
    JobText const job{"# science\n\n trait = a,b \nout=run # here\n\nplan =\n"};
    auto const settings = read_job_file(job.path());
    REQUIRE(settings.size() == 3);
    CHECK(settings[0].key == "trait");
    CHECK(settings[0].value == "a,b");
    CHECK(settings[0].line == 3);
    CHECK(settings[1].key == "out");
    CHECK(settings[1].value == "run");
    CHECK(settings[2].value.empty());
    CHECK(settings[2].line == 6);
}

TEST_CASE("read_job_file: reads files with Windows line ends and without a last one", "[cli]") {
    JobText const job{"trait = a\r\nout = run"};
    auto const settings = read_job_file(job.path());
    REQUIRE(settings.size() == 2);
    CHECK(settings[0].value == "a");
    CHECK(settings[1].value == "run");
}

TEST_CASE("read_job_file: names file and line of what is no setting", "[cli]") {
    JobText const job{"trait = a\nheight\n"};
    CHECK_THROWS_WITH(read_job_file(job.path()),
                      Contains(job.path()) && Contains("line 2") && Contains("'height'"));
    CHECK_THROWS_AS(read_job_file(job.path()), UserError);
    JobText const nameless{"trait = a\n = b\n"};
    CHECK_THROWS_WITH(read_job_file(nameless.path()),
                      Contains("line 2") && Contains("is no setting"));
}

TEST_CASE("read_job_file: refuses a key that is set twice", "[cli]") {
    JobText const job{"trait = a\nout = run\ntrait = b\n"};
    CHECK_THROWS_WITH(read_job_file(job.path()), Contains("line 3") && Contains("line 1"));
}

TEST_CASE("read_job_file: says that a file is missing or a folder", "[cli]") {
    CHECK_THROWS_WITH(read_job_file("no-such-job.ini"), Contains("'no-such-job.ini'"));
    CHECK_THROWS_WITH(read_job_file(std::filesystem::temp_directory_path()), Contains("folder"));
}

TEST_CASE("read_job_file: an empty file has no settings", "[cli]") {
    JobText const job{""};
    CHECK(read_job_file(job.path()).empty());
}

}  // namespace
}  // namespace maniple::cli
