#include "ingest_journal.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cbor.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"

namespace maniple {
namespace {

using Json = nlohmann::json;

Json to_json(IngestState::Partition const& partition) {
    auto const& entry = partition.entry;
    return {entry.file,  entry.contig,   entry.variants,  entry.blocks,
            entry.bytes, entry.checksum, partition.source};
}

IngestState::Partition to_partition(Json const& json) {
    return {{.file = json.at(0),
             .contig = json.at(1),
             .variants = whole_from<std::int64_t>(json.at(2)),
             .blocks = whole_from<std::int64_t>(json.at(3)),
             .bytes = whole_from<std::int64_t>(json.at(4)),
             .checksum = whole_from<std::uint64_t>(json.at(5))},
            whole_from<std::size_t>(json.at(6))};
}

Json to_json(PartitionStart const& start) {
    return {start.source, start.place, start.contigs, start.last_position, start.unsorted_contig};
}

PartitionStart to_start(Json const& json) {
    return {.source = whole_from<std::size_t>(json.at(0)),
            .place = all_whole_from(json.at(1)),
            .contigs = json.at(2),
            .last_position = whole_from<std::int32_t>(json.at(3)),
            .unsorted_contig = json.at(4)};
}

}  // namespace

IngestJournal::IngestJournal(std::filesystem::path file, std::filesystem::path store,
                             PlanFacts facts, std::vector<GenotypeSource*> const& sources)
    : file_{std::move(file)}, store_{std::move(store)}, facts_{std::move(facts)} {
    for (auto const* source : sources) {
        sources_.names.push_back(source->name());
        sources_.stamps.push_back(source->stamp());
        is_of_use_ = is_of_use_ && !sources_.stamps.back().empty();
    }
}

KeptWork IngestJournal::work() const {
    return {.name = fmt::format("import into '{}'", store_.string()),
            .alternative = "choose another --store"};
}

void IngestJournal::require_same_sources(Sources const& then, IngestState& state, Log& log) const {
    auto const refuse = [&](std::string const& difference) {
        throw UserError{fmt::format(
            "an interrupted {} had other files ({}); give the files that it had, in their order, "
            "choose another --store, or remove '{}' to start again",
            work().name, difference, file_.string())};
    };
    if (!is_of_use_) refuse(fmt::format("'{}' is none", sources_.names.front()));
    auto const begun = state.next.source;
    for (std::size_t i = 0; i <= begun && i < then.names.size(); ++i) {
        if (i >= sources_.names.size()) {
            refuse(fmt::format("'{}' was number {}, and is not given", then.names[i], i + 1));
        }
        auto const file_name = [](std::string const& name) {
            return std::filesystem::path{name}.filename();
        };
        bool const same_name = file_name(then.names[i]) == file_name(sources_.names[i]);
        if (same_name && then.stamps[i] == sources_.stamps[i]) continue;
        if (!same_name) {
            refuse(fmt::format("'{}' was number {}, not '{}'", then.names[i], i + 1,
                               sources_.names[i]));
        }
        if (i < begun) refuse(fmt::format("'{}' has changed since", then.names[i]));
        log.note(
            fmt::format("'{}' has changed since an import of it was interrupted: it is read "
                        "from its beginning",
                        then.names[i]));
        std::erase_if(state.partitions, [&](IngestState::Partition const& partition) {
            return partition.source == begun;
        });
        state.next = {};
        state.next.source = begun;
    }
}

std::optional<IngestState> IngestJournal::find(Log& log) const {
    auto const bytes = find_state(file_, facts_, work());
    if (!bytes) return std::nullopt;
    IngestState state;
    Sources then;
    try {
        auto const json = read_cbor(*bytes);
        then = {json.at("sources"), json.at("stamps")};
        for (auto const& partition : json.at("partitions")) {
            state.partitions.push_back(to_partition(partition));
        }
        state.next = to_start(json.at("next"));
    } catch (Json::exception const&) {
        throw_damaged(file_, work());
    }
    if (state.next.source > then.names.size() || then.names.size() != then.stamps.size()) {
        throw_damaged(file_, work());
    }
    require_same_sources(then, state, log);
    return state;
}

void IngestJournal::keep(IngestState const& state) const {
    expect(is_of_use_, "somebody can go on from it");

    auto partitions = Json::array();
    for (auto const& partition : state.partitions) partitions.push_back(to_json(partition));
    auto const bytes = Json::to_cbor(Json{{"sources", sources_.names},
                                          {"stamps", sources_.stamps},
                                          {"partitions", std::move(partitions)},
                                          {"next", to_json(state.next)}});
    keep_state(file_, facts_, std::as_bytes(std::span{bytes}));
}

}  // namespace maniple
