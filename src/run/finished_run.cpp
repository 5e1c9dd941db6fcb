#include "finished_run.hpp"

#include <cstddef>
#include <span>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "cbor.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/error.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/run_folder.hpp"
#include "maniple/run/shard_file.hpp"

namespace maniple {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t differences_told = 5;

std::string describe(std::vector<std::string> differ) {
    auto const all = differ.size();
    if (all <= differences_told) return fmt::format("{}", fmt::join(differ, "; "));
    differ.resize(differences_told);
    return fmt::format("{}; and {} more", fmt::join(differ, "; "), all - differences_told);
}

// \param state  checksums by name.
void require_intact(fs::path const& run, mpi::Bytes const& state) {
    auto const checksums = read_cbor(state);
    for (auto const& [name, checksum] : checksums.items()) {
        std::error_code ignored;
        auto const file = run / name;
        if (!fs::is_regular_file(file, ignored)) {
            throw UserError{fmt::format(
                "--out '{}' holds a finished run of which '{}' is missing; bring it back, choose "
                "another folder, or remove this one",
                run.string(), name)};
        }
        if (to_hex(checksum_of_file(file)) == checksum) continue;
        throw CorruptInput{
            fmt::format("'{}' is damaged (it is not what the run made); bring back a copy, choose "
                        "another --out, or remove this run",
                        file.string())};
    }
    if (fs::exists(run / shard_file_name)) read_shard_file(run / shard_file_name);
}

// On the root.
bool find_finished(IntendedRun const& intended, Log& log) {
    auto const& folder = intended.folder;
    if (folder.empty() || !RunFolder::holds_finished_run(folder)) return false;
    auto const then = find_plan(folder);
    if (!then) return false;
    auto differ = differences(then->facts, intended.facts());
    if (!differ.empty()) {
        throw UserError{fmt::format(
            "--out '{}' holds a finished run of another plan ({}); choose another folder, or "
            "remove this one",
            folder.string(), describe(std::move(differ)))};
    }
    require_intact(folder, then->state);
    log.note(fmt::format("nothing to do: '{}' holds just this run, finished", folder.string()));
    return true;
}

}  // namespace

std::optional<KeptState> find_plan(fs::path const& run) {
    std::error_code ignored;
    auto const file = run / plan_name;
    if (!fs::is_regular_file(file, ignored)) return {};
    try {
        return read_state(file, {"run", "choose another --out"});
    } catch (Error const&) {  // Of others, or nobody may read it.
        return {};
    }
}

void keep_plan(fs::path const& run, PlanFacts const& facts, std::vector<MadeFile> const& files) {
    auto const file = run / plan_name;
    auto checksums = nlohmann::json::object();
    for (auto const& made : files) checksums[made.name] = to_hex(checksum_of_file(made.bytes));
    auto const state = nlohmann::json::to_cbor(checksums);
    keep_state(file, facts, std::as_bytes(std::span{state}));
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
