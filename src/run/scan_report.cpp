#include "maniple/run/scan_report.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "finished_run.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/small_count.hpp"
#include "maniple/core/version.hpp"
#include "maniple/model/test_status.hpp"
#include "maniple/run/column_choice.hpp"
#include "maniple/run/library_versions.hpp"
#include "maniple/run/scan_tally.hpp"
#include "maniple/run/text_file.hpp"
#include "told_json.hpp"

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

Json describe_whole_genome(WholeGenomeRequest const& request) {
    auto const& filter = request.filter;
    return {{"model", to_string(request.model)},
            {"variants", request.variants.extract.string()},
            {"exclude", request.variants.exclude.string()},
            {"chr", request.variants.chromosomes},
            {"min_maf", filter.min_maf},
            {"min_mac", filter.min_mac},
            {"max_missing", filter.max_missing},
            {"hwe", filter.min_hwe_p},
            {"block", request.block_variants},
            {"heritabilities", request.heritabilities},
            {"folds", request.folds_by == FoldsBy::hash ? "hash" : "contiguous"},
            {"seed", request.seed}};
}

std::string describe_tests(ScanPlan const& plan) {
    bool const has_events = plan.has_model(TraitModel::logistic) || plan.has_model(TraitModel::cox);
    return has_events ? plan.describe_correction() : "t-test";
}

Json describe_plan(ScanPlan const& plan) {
    auto const& request = plan.request();
    auto const& filter = request.filter;
    return {{"command", "scan"},
            {"model", to_string(request.model)},
            {"tests", describe_tests(plan)},
            {"min_cases", request.fewest_cases},
            {"min_carriers", request.rule.fewest_carriers},
            {"traits", plan.trait_labels()},
            {"covariates", plan.covariate_labels()},
            {"missing_genotype", request.missing == MissingGenotype::mean ? "mean" : "drop"},
            {"predictors", request.predictors.string()},
            {"whole_genome",
             request.whole_genome ? describe_whole_genome(*request.whole_genome) : Json{}},
            {"min_maf", filter.min_maf},
            {"min_mac", filter.min_mac},
            {"max_missing", filter.max_missing},
            {"hwe", filter.min_hwe_p},
            {"keep", request.samples.keep.string()},
            {"remove", request.samples.remove.string()},
            {"extract", request.variants.extract.string()},
            {"exclude", request.variants.exclude.string()},
            {"chr", request.variants.chromosomes},
            {"samples", told_or_null(plan.base_samples())},
            {"variants", plan.variants()}};
}

Json describe_files(ScanRequest const& request,
                    std::vector<std::filesystem::path> const& predictors) {
    auto paths = predictors;
    for (auto const& file : {request.samples.keep, request.samples.remove, request.variants.extract,
                             request.variants.exclude}) {
        paths.push_back(file);
    }
    if (request.whole_genome) {
        paths.push_back(request.whole_genome->variants.extract);
        paths.push_back(request.whole_genome->variants.exclude);
    }
    auto files = Json::array();
    for (auto const& file : paths) {
        if (file.empty()) continue;
        files.push_back({{"file", file.string()}, {"checksum", to_hex(checksum_of_file(file))}});
    }
    return files;
}

// Beside the samples of the analysis the store's would tell how few are left out.
Json samples_beside(Cohort const& cohort, std::int64_t analysed) {
    auto const samples = cohort.samples().size();
    return is_small(samples - analysed, fewest_told) ? Json{} : told_or_null(samples);
}

/// \param samples  of the store, as they are told.
Json describe_inputs(Cohort const& cohort, std::vector<std::string> const& used, Json files,
                     Json samples) {
    auto partitions = Json::array();
    for (auto const& partition : cohort.index().partitions) {
        partitions.push_back({{"file", partition.file}, {"checksum", to_hex(partition.checksum)}});
    }
    auto tables = Json::array();
    for (auto const& name : used) {
        auto const file = cohort.path() / "tables" / (name + ".h5");
        tables.push_back({{"name", name}, {"checksum", to_hex(checksum_of_file(file))}});
    }
    // A report may be made from anywhere.
    auto const store = std::filesystem::absolute(cohort.path()).lexically_normal();
    return {{"store", store.string()},
            {"samples", std::move(samples)},
            {"fingerprint", to_hex(cohort.index().fingerprint)},
            {"partitions", partitions},
            {"tables", tables},
            {"files", std::move(files)}};
}

std::string to_text(Json const& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// What `describe` says of a trait.
constexpr char const* trait_columns =
    "trait\ttype\tsamples\tcases\tcontrols\tleft_out_by_covariate";
constexpr char const* whole_genome_columns =
    "\twhole_genome_samples\twhole_genome_heritability\twhole_genome_r_squared";

std::string describe(WholeGenomeSummary const& summary) {
    auto const number = [](double value) {
        return std::isnan(value) ? std::string{"NA"} : fmt::format("{:.6g}", value);
    };
    return fmt::format("\t{}\t{}\t{}", summary.samples ? describe_count(*summary.samples) : "NA",
                       number(summary.how.heritability), number(summary.how.r_squared));
}

// As `trait_columns`; of times to an event, events and people censored.
std::string describe(std::string const& trait, TraitCounts const& counts) {
    bool const has_cases = counts.outcome != Outcome::quantitative;
    auto const people = describe_people(counts);
    return fmt::format("{}\t{}\t{}\t{}\t{}\t{}", trait, trait_type(counts.outcome),
                       describe_count(counts.samples), has_cases ? people.cases : "NA",
                       has_cases ? people.controls : "NA", describe_count(counts.told));
}

// Not that of getrusage, which is the parent's where that held more.
std::int64_t peak_memory() {
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmHWM:")) return std::stoll(line.substr(6)) * 1024;
    }
    return 0;
}

}  // namespace

TraitSummary summarize(ScanPlan const& plan, std::string const& label, TraitIndex trait,
                       ScanTally const& tally, TraitIndex in_batch) {
    std::optional<WholeGenomeSummary> whole_genome;
    if (auto const* const source = plan.predictors()) {
        auto const predictor = plan.predictor(trait);
        whole_genome = {source->trait_samples(predictor), source->how(predictor)};
    }
    return {.trait = label,
            .counts = plan.trait_counts(trait),
            .predictors = plan.predictors() == nullptr ? "NA" : plan.predictors()->file().string(),
            .whole_genome = whole_genome,
            .lambda_gc = tally.lambda_gc(in_batch),
            .hits = tally.hits(in_batch),
            .by_status = tally.by_status(in_batch)};
}

void write_summary(std::filesystem::path const& file, std::vector<TraitSummary> const& summaries) {
    bool const is_predicted = !summaries.empty() && summaries.front().whole_genome.has_value();
    auto text = fmt::format("{}\tpredictors\tunpredicted{}\ttested\tlambda_gc\thits", trait_columns,
                            is_predicted ? whole_genome_columns : "");
    for (auto name : test_status_names().subspan(1)) text += fmt::format("\t{}", name);
    text += '\n';
    for (auto const& row : summaries) {
        text += fmt::format("{}\t{}\t{}{}\t{}\t{}\t{}", describe(row.trait, row.counts),
                            row.predictors, describe_count(row.counts.unpredicted),
                            row.whole_genome ? describe(*row.whole_genome) : "", row.by_status[0],
                            std::isnan(row.lambda_gc) ? "NA" : fmt::format("{:.4f}", row.lambda_gc),
                            row.hits);
        for (std::size_t s = 1; s < row.by_status.size(); ++s) {
            text += fmt::format("\t{}", row.by_status[s]);
        }
        text += '\n';
    }
    write_text(file, text);
}

void write_summary(std::filesystem::path const& file, std::vector<PredictedTrait> const& traits) {
    auto text = fmt::format("{}{}\n", trait_columns, whole_genome_columns);
    for (auto const& trait : traits) {
        text += describe(trait.name, trait.counts) +
                describe(WholeGenomeSummary{trait.counts.samples, trait.how}) + '\n';
    }
    write_text(file, text);
}

std::string describe_rank(mpi::Communicator const& comm, int threads) {
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    return Json{{"rank", comm.rank()},
                {"host", host.data()},
                {"threads", threads},
                {"peak_memory_bytes", peak_memory()}}
        .dump(-1, ' ', false, Json::error_handler_t::replace);
}

RunSubject describe_scan(ScanPlan const& plan) {
    return {to_text(describe_plan(plan)),
            to_text(describe_inputs(plan.cohort(), plan.tables(),
                                    describe_files(plan.request(), plan.predictor_files()),
                                    samples_beside(plan.cohort(), plan.base_samples())))};
}

RunSubject describe_predictor_run(ScanRequest const& request, Cohort const& cohort) {
    StoreTables const tables{cohort};
    auto const columns = list_columns(tables);
    auto const covariates = choose_covariates(columns, request.covariates);
    std::set<std::string> used;
    auto traits = Json::array();
    for (auto const& trait : choose_traits(columns, request.traits, covariates)) {
        traits.push_back(trait.reference.label);
        used.insert(trait.reference.table);
    }
    auto names = Json::array();
    for (auto const& covariate : covariates) {
        names.push_back(covariate.label);
        used.insert(covariate.table);
    }
    Json const plan{{"command", "scan"},
                    {"whole_genome_only", true},
                    {"traits", traits},
                    {"covariates", names},
                    {"whole_genome", describe_whole_genome(*request.whole_genome)},
                    {"keep", request.samples.keep.string()},
                    {"remove", request.samples.remove.string()}};
    return {to_text(plan),
            to_text(describe_inputs(cohort, {used.begin(), used.end()}, describe_files(request, {}),
                                    told_or_null(cohort.samples().size())))};
}

void write_run_record(std::filesystem::path const& file, RunSubject const& subject,
                      RunRecord const& record) {
    Json libraries;
    for (auto const& library : library_versions()) libraries[library.name] = library.version;
    libraries["MPI"] = record.mpi;
    auto ranks = Json::array();
    for (auto const& rank : record.ranks) ranks.push_back(Json::parse(rank));
    Json const json{{"program", "maniple"},
                    {"version", program_version},
                    {"libraries", libraries},
                    {"plan", Json::parse(subject.plan)},
                    {"inputs", Json::parse(subject.inputs)},
                    {"ranks", ranks},
                    {"started", record.started},
                    {"finished", record.finished},
                    {"seconds", record.seconds}};
    write_text(file, json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n');
}

void commit_run(RunFolder const& folder, DurableFile& results,
                std::vector<TraitSummary> const& summaries, RunSubject const& subject,
                RunRecord const& record, PlanFacts const& facts) {
    DurableFile table{folder.path() / "summary.tsv"};
    write_summary(table.temporary(), summaries);
    DurableFile described{folder.path() / "run.json"};
    write_run_record(described.temporary(), subject, record);
    std::vector<MadeFile> files{{"results.h5", results.temporary()},
                                {"summary.tsv", table.temporary()},
                                {"run.json", described.temporary()}};
    auto const predictors = folder.path() / "predictors.h5";
    if (std::filesystem::exists(predictors)) files.push_back({"predictors.h5", predictors});
    keep_plan(folder.path(), facts, files);
    table.commit(ExistingFile::refuse);
    described.commit(ExistingFile::refuse);
    results.commit(ExistingFile::refuse);
}

void describe_outcome(std::vector<TraitSummary> const& summaries, Log& log) {
    constexpr std::size_t shown = 20;
    bool any_inflated = false;
    for (std::size_t t = 0; t < std::min(shown, summaries.size()); ++t) {
        auto const& row = summaries[t];
        log.note(fmt::format("  {}: {} variants tested, {} with p <= 5e-8, lambda GC {:.3f}{}",
                             row.trait, row.by_status[0], row.hits, row.lambda_gc,
                             row.lambda_gc > inflated_lambda ? " (*)" : ""));
        any_inflated |= row.lambda_gc > inflated_lambda;
    }
    if (summaries.size() > shown) log.note("  (summary.tsv has the other traits)");
    if (any_inflated) {
        log.note(
            "  (*) more small p-values than chance: many small effects, or ancestry and relatives "
            "that the covariates do not account for");
    }
}

std::string timestamp() {
    std::time_t const now = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text.data();
}

}  // namespace maniple
