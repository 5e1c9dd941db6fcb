#include "maniple/run/doctor.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <unistd.h>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

using Catch::Contains;

/// An environment variable that has a value as long as the test.
class Setting {
public:
    Setting(char const* name, char const* value) : name_{name} {
        if (char const* const old = std::getenv(name)) old_ = old;
        had_ = std::getenv(name) != nullptr;
        setenv(name, value, 1);
    }
    ~Setting() {
        if (had_) {
            setenv(name_, old_.c_str(), 1);
        } else {
            unsetenv(name_);
        }
    }
    Setting(Setting const&) = delete;
    Setting& operator=(Setting const&) = delete;

private:
    char const* name_;
    std::string old_;
    bool had_ = false;
};

Finding find(std::string const& subject, std::filesystem::path const& folder) {
    auto const findings =
        examine({.folder = folder, .mpi = "none (one rank)"}, mpi::Communicator::alone());
    auto const found = std::find_if(findings.begin(), findings.end(), [&](Finding const& finding) {
        return finding.subject == subject;
    });
    REQUIRE(found != findings.end());
    return *found;
}

std::filesystem::path fresh_folder() {
    auto const folder = std::filesystem::temp_directory_path() /
                        ("maniple-doctor-test-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    return folder;
}

TEST_CASE("examine: a writable folder is healthy and stays empty", "[run]") {
    auto const folder = fresh_folder();
    CHECK(find("folder", folder).health != Health::failure);
    CHECK(std::filesystem::is_empty(folder));
    std::filesystem::remove_all(folder);
}

TEST_CASE("examine: a folder that is not there fails, with advice", "[run]") {
    auto const finding = find("folder", "/no/such/folder");
    CHECK(finding.health == Health::failure);
    CHECK_THAT(finding.state, Contains("/no/such/folder"));
    CHECK_THAT(finding.advice, Contains("--path"));
}

TEST_CASE("examine: warns when Slurm's tasks are more than the ranks", "[run]") {
    Setting const job{"SLURM_JOB_ID", "12"};
    Setting const tasks{"SLURM_NTASKS", "4"};
    auto const finding = find("Slurm", ".");
    CHECK(finding.health == Health::warning);
    CHECK_THAT(finding.state, Contains("job 12") && Contains("4 tasks for 1 rank"));
}

TEST_CASE("examine: whatever is not healthy says what to change", "[run]") {
    auto const findings =
        examine({.folder = ".", .mpi = "none (one rank)"}, mpi::Communicator::alone());
    CHECK(findings.size() >= 11);
    for (auto const& finding : findings) {
        INFO(finding.subject << ": " << finding.state);
        CHECK_FALSE(finding.state.empty());
        CHECK(finding.advice.empty() == (finding.health == Health::ok));
    }
}

TEST_CASE("describe_json: every finding, also with bytes that are no UTF-8", "[run]") {
    auto const text = describe_json(
        {{Health::ok, "MPI", "fine", ""}, {Health::failure, "folder", "'\xff' is gone", "choose"}});
    CHECK_THAT(text, Contains("\"health\": \"ok\"") && Contains("\"health\": \"fail\"") &&
                         Contains("\"advice\": \"choose\""));
    CHECK_THAT(text, Contains("is gone") && !Contains("\xff"));
}

}  // namespace
}  // namespace maniple
