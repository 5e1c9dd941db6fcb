#include "maniple/run/shard_file.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "cbor.hpp"
#include "maniple/core/error.hpp"

namespace maniple {
namespace {

using Json = nlohmann::json;

KeptWork shard_work() { return {"shard", "choose another --out"}; }

Json describe(ResultHeader const& header) {
    return {{"traits", header.traits},
            {"statuses", header.statuses},
            {"model", header.model},
            {"covariates", header.covariates},
            {"missing_genotype", header.missing_genotype},
            {"fingerprint", header.fingerprint},
            {"variants", header.variants},
            {"contigs", header.contigs},
            {"id_width", header.id_width},
            {"allele_width", header.allele_width}};
}

ResultHeader header_of(Json const& json) {
    return {.traits = json.at("traits"),
            .statuses = json.at("statuses"),
            .model = json.at("model"),
            .covariates = json.at("covariates"),
            .missing_genotype = json.at("missing_genotype"),
            .fingerprint = json.at("fingerprint"),
            .variants = whole_from<std::int64_t>(json.at("variants")),
            .contigs = json.at("contigs"),
            .id_width = whole_from<std::int64_t>(json.at("id_width")),
            .allele_width = whole_from<std::int64_t>(json.at("allele_width"))};
}

Json describe(TraitSummary const& trait) {
    auto const& counts = trait.counts;
    Json json{{"trait", trait.trait},
              {"outcome", static_cast<int>(counts.outcome)},
              {"samples", counts.samples},
              {"cases", counts.cases},
              {"unpredicted", counts.unpredicted},
              {"told", counts.told},
              {"telling", counts.telling},
              {"predictors", trait.predictors}};
    if (auto const& genome = trait.whole_genome) {
        json["whole_genome"] = {{"unit", static_cast<int>(genome->how.unit)},
                                {"scale", genome->how.scale},
                                {"heritability", genome->how.heritability},
                                {"r_squared", genome->how.r_squared}};
        if (genome->samples) json["whole_genome"]["samples"] = *genome->samples;
    }
    return json;
}

TraitSummary summary_of(Json const& json) {
    TraitSummary trait{
        .trait = json.at("trait"),
        .counts = {.outcome = choice_from(json.at("outcome"), Outcome::time_to_event),
                   .samples = whole_from<std::int64_t>(json.at("samples")),
                   .cases = whole_from<std::int64_t>(json.at("cases")),
                   .unpredicted = whole_from<std::int64_t>(json.at("unpredicted")),
                   .told = whole_from<std::int64_t>(json.at("told")),
                   .telling = json.at("telling")},
        .predictors = json.at("predictors")};
    auto const genome = json.find("whole_genome");
    if (genome == json.end()) return trait;
    trait.whole_genome.emplace();
    auto& known = *trait.whole_genome;
    known.how = {.unit = choice_from(genome->at("unit"), PredictionUnit::log_odds),
                 .scale = genome->at("scale"),
                 .heritability = genome->at("heritability"),
                 .r_squared = genome->at("r_squared")};
    if (genome->contains("samples")) known.samples = genome->at("samples").get<std::int64_t>();
    return trait;
}

Json describe(RunRecord const& record) {
    return {{"started", record.started},
            {"finished", record.finished},
            {"seconds", record.seconds},
            {"mpi", record.mpi},
            {"ranks", record.ranks}};
}

RunRecord record_of(Json const& json) {
    return {.started = json.at("started"),
            .finished = json.at("finished"),
            .seconds = json.at("seconds"),
            .mpi = json.at("mpi"),
            .ranks = json.at("ranks")};
}

}  // namespace

void write_shard_file(std::filesystem::path const& file, ShardFile const& shard) {
    auto traits = Json::array();
    for (auto const& trait : shard.traits) traits.push_back(describe(trait));
    auto const state = Json::to_cbor(Json{{"shard", shard.shard.number},
                                          {"shards", shard.shard.count},
                                          {"first_row", shard.rows.first.get()},
                                          {"last_row", shard.rows.last.get()},
                                          {"column_bytes", shard.kept.column_bytes},
                                          {"name_bytes", shard.kept.names.bytes},
                                          {"most_name_bytes", shard.kept.names.most_bytes},
                                          {"header", describe(shard.header)},
                                          {"traits", traits},
                                          {"plan", shard.subject.plan},
                                          {"inputs", shard.subject.inputs},
                                          {"record", describe(shard.record)}});
    keep_state(file, shard.facts, std::as_bytes(std::span{state}));
}

ShardFile read_shard_file(std::filesystem::path const& file) {
    auto kept = read_state(file, shard_work());
    try {
        auto const json = read_cbor(kept.state);
        ShardFile shard{
            .shard = {.number = whole_from<int>(json.at("shard")),
                      .count = whole_from<int>(json.at("shards"))},
            .facts = std::move(kept.facts),
            .rows = {GlobalVariantIndex{whole_from<std::int64_t>(json.at("first_row"))},
                     GlobalVariantIndex{whole_from<std::int64_t>(json.at("last_row"))}},
            .kept = {.column_bytes = whole_from<std::int64_t>(json.at("column_bytes")),
                     .names = {.bytes = whole_from<std::int64_t>(json.at("name_bytes")),
                               .most_bytes = whole_from<std::int64_t>(json.at("most_name_bytes"))}},
            .header = header_of(json.at("header")),
            .traits = {},
            .subject = {.plan = json.at("plan"), .inputs = json.at("inputs")},
            .record = record_of(json.at("record"))};
        for (auto const& trait : json.at("traits")) shard.traits.push_back(summary_of(trait));
        return shard;
    } catch (Json::exception const&) {
        throw_damaged(file, shard_work());
    } catch (std::out_of_range const&) {
        throw_damaged(file, shard_work());
    }
}

}  // namespace maniple
