#include "finished_run.hpp"

#include <cstddef>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "maniple/core/error.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/run_files.hpp"
#include "maniple/run/shard_set.hpp"

namespace maniple {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t differences_told = 5;

// Of a finished run; nothing where that is not known, of which others tell.
std::optional<PlanFacts> find_plan(fs::path const& run) {
    std::error_code ignored;
    auto const file = run / plan_name;
    if (!fs::is_regular_file(file, ignored)) return {};
    try {
        return read_state(file, {"run", "choose another --out"}).facts;
    } catch (CorruptInput const&) {
        return {};
    }
}

std::string describe(std::vector<std::string> differ) {
    auto const all = differ.size();
    if (all <= differences_told) return fmt::format("{}", fmt::join(differ, "; "));
    differ.resize(differences_told);
    return fmt::format("{}; and {} more", fmt::join(differ, "; "), all - differences_told);
}

void require_files(IntendedRun const& intended) {
    for (auto const& name : intended.files) {
        std::error_code ignored;
        if (fs::is_regular_file(intended.folder / name, ignored)) continue;
        throw UserError{
            fmt::format("--out '{}' holds a finished run of which '{}' is missing; bring it back, "
                        "choose another folder, or remove this one",
                        intended.folder.string(), name)};
    }
}

void require_intact(fs::path const& run) {
    std::error_code ignored;
    if (fs::exists(run / shard_file_name, ignored)) {
        FoundShard const shard{.folder = run, .file = read_shard_file(run / shard_file_name)};
        shard.columns();
        shard.names();
        return;
    }
    auto const report = verify_run(find_run_files(run));
    if (!report.problems.empty()) throw CorruptInput{report.problems.front()};
}

// On the root.
bool find_finished(IntendedRun const& intended, Log& log) {
    auto const& folder = intended.folder;
    if (folder.empty() || !RunFolder::holds_finished_run(folder, intended.guests)) return false;
    auto const then = find_plan(folder);
    if (!then) return false;
    auto differ = differences(*then, intended.facts());
    if (!differ.empty()) {
        throw UserError{fmt::format(
            "--out '{}' holds a finished run of another plan ({}); choose another folder, or "
            "remove this one",
            folder.string(), describe(std::move(differ)))};
    }
    require_files(intended);
    require_intact(folder);
    log.note(fmt::format("nothing to do: '{}' holds just this run, finished", folder.string()));
    return true;
}

}  // namespace

void keep_plan(RunFolder const& folder, PlanFacts const& facts) {
    auto const file = folder.path() / plan_name;
    keep_state(file, facts, {});
    std::error_code error;
    fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write, error);
    if (!error) return;
    throw EnvironmentError{
        fmt::format("'{}' cannot be made its owner's alone ({}); choose another folder",
                    file.string(), error.message())};
}

bool is_finished(IntendedRun const& intended, mpi::Communicator const& comm, Log& log) {
    bool found = false;
    together(comm, [&] {
        if (comm.is_root()) found = find_finished(intended, log);
    });
    return comm.broadcast({std::byte{found}}) == mpi::Bytes{std::byte{1}};
}

}  // namespace maniple
