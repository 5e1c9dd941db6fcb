#include "finished_run.hpp"

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "maniple/core/checksum.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/version.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/json_file.hpp"
#include "maniple/run/kept_state.hpp"
#include "maniple/run/shard_file.hpp"

namespace maniple {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// What a finished run says of itself.
struct FinishedRun {
    PlanFacts facts;
    std::string finished;  ///< ISO 8601, UTC.
};

// Lists as options have them.
std::string text_of(Json const& value) {
    if (value.is_string()) return value.get<std::string>();
    if (!value.is_array()) return value.dump();
    std::vector<std::string> words;
    for (auto const& word : value) words.push_back(text_of(word));
    return fmt::format("{}", fmt::join(words, ","));
}

void add_plan(Json const& plan, std::string const& before, PlanFacts& facts) {
    for (auto const& [name, value] : plan.items()) {
        if (value.is_object()) {
            add_plan(value, fmt::format("{}{} ", before, name), facts);
        } else {
            facts.emplace_back(before + name, text_of(value));
        }
    }
}

/// \throws Json::exception where an object is not as run.json has it.
PlanFacts facts_of(std::string const& version, Json const& plan, Json const& inputs) {
    PlanFacts facts{{"version", version}};
    add_plan(plan, "", facts);
    auto const genotypes = inputs.at("fingerprint").dump() + inputs.at("partitions").dump();
    facts.emplace_back("genotypes of the store",
                       to_hex(checksum(std::as_bytes(std::span{genotypes}))));
    for (auto const& table : inputs.value("tables", Json::array())) {  // Scores need none.
        facts.emplace_back(fmt::format("table '{}'", table.at("name").get<std::string>()),
                           table.at("checksum").get<std::string>());
    }
    for (auto const& file : inputs.at("files")) {
        facts.emplace_back(fmt::format("file '{}'", file.at("file").get<std::string>()),
                           file.at("checksum").get<std::string>());
    }
    return facts;
}

PlanFacts with_shard(PlanFacts facts, std::optional<Shard> const& shard) {
    if (shard) facts.emplace_back("--shard", to_string(*shard));
    return facts;
}

std::optional<FinishedRun> read_finished(fs::path const& run) {
    std::error_code ignored;
    if (fs::exists(run / shard_file_name, ignored)) {
        auto const shard = read_shard_file(run / shard_file_name);
        auto const& subject = shard.subject;
        std::string version;
        for (auto const& [name, value] : shard.facts) {
            if (name == "version") version = value;
        }
        auto facts = facts_of(version, parse_json(subject.plan), parse_json(subject.inputs));
        return FinishedRun{with_shard(std::move(facts), shard.shard), shard.record.finished};
    }
    auto const file = run / "run.json";
    auto const text = read_whole_text(file);
    if (!text) return {};
    auto const damaged = [&](std::string const& fault) {
        return CorruptInput{
            fmt::format("'{}' is damaged ({}); choose another folder, or remove this one",
                        file.string(), fault)};
    };
    try {
        auto const json = parse_json(*text);
        return FinishedRun{
            facts_of(json.at("version").get<std::string>(), json.at("plan"), json.at("inputs")),
            json.at("finished").get<std::string>()};
    } catch (std::invalid_argument const& fault) {
        throw damaged(fault.what());
    } catch (Json::exception const& fault) {
        throw damaged(json_fault(fault));
    }
}

// On the root.
bool find_finished(IntendedRun const& intended, Log& log) {
    if (!RunFolder::holds_finished_run(intended.folder, intended.guests)) return false;
    auto const found = read_finished(intended.folder);
    if (!found) return false;
    auto const subject = intended.subject();
    auto const now = with_shard(facts_of(std::string{program_version}, parse_json(subject.plan),
                                         parse_json(subject.inputs)),
                                intended.shard);
    auto const differ = differences(found->facts, now);
    if (!differ.empty()) {
        throw UserError{fmt::format(
            "--out '{}' holds a finished run of another plan ({}); choose another folder, or "
            "remove this one",
            intended.folder.string(), fmt::join(differ, "; "))};
    }
    for (auto const& name : intended.files) {
        std::error_code ignored;
        if (fs::exists(intended.folder / name, ignored)) continue;
        throw UserError{
            fmt::format("--out '{}' holds a finished run of which '{}' is missing; bring it back, "
                        "choose another folder, or remove this one",
                        intended.folder.string(), name)};
    }
    log.note(fmt::format("nothing to do: '{}' holds just this run, finished at {}",
                         intended.folder.string(), found->finished));
    return true;
}

}  // namespace

bool is_finished(IntendedRun const& intended, mpi::Communicator const& comm, Log& log) {
    bool found = false;
    together(comm, [&] {
        if (comm.is_root()) found = find_finished(intended, log);
    });
    return comm.broadcast({std::byte{found}}) == mpi::Bytes{std::byte{1}};
}

}  // namespace maniple
