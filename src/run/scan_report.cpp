#include "maniple/run/scan_report.hpp"

#include <unistd.h>

#include <array>
#include <cmath>
#include <ctime>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "maniple/core/checksum.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/version.hpp"
#include "maniple/model/test_status.hpp"
#include "maniple/run/library_versions.hpp"
#include "maniple/run/text_file.hpp"

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

char const* describe_model(ModelChoice model) {
    switch (model) {
        case ModelChoice::by_type:
            return "auto";
        case ModelChoice::logistic:
            return "logistic";
        case ModelChoice::linear:
            break;
    }
    return "linear";
}

Json describe_plan(ScanPlan const& plan) {
    auto const& request = plan.request();
    auto const& filter = request.filter;
    return {{"command", "scan"},
            {"model", describe_model(request.model)},
            {"tests", plan.has_model(TraitModel::logistic) ? plan.describe_correction() : "t-test"},
            {"min_cases", request.fewest_cases},
            {"min_carriers", request.rule.fewest_carriers},
            {"traits", plan.trait_labels()},
            {"covariates", plan.covariate_labels()},
            {"missing_genotype", request.missing == MissingGenotype::mean ? "mean" : "drop"},
            {"predictors", request.predictors.string()},
            {"min_maf", filter.min_maf},
            {"min_mac", filter.min_mac},
            {"max_missing", filter.max_missing},
            {"hwe", filter.min_hwe_p},
            {"keep", request.samples.keep.string()},
            {"remove", request.samples.remove.string()},
            {"extract", request.variants.extract.string()},
            {"exclude", request.variants.exclude.string()},
            {"chr", request.variants.chromosomes},
            {"samples", plan.base_samples()},
            {"variants", plan.variants()}};
}

Json describe_files(ScanPlan const& plan) {
    auto const& request = plan.request();
    auto files = Json::array();
    for (auto const& file : plan.predictor_files()) {
        files.push_back({{"file", file.string()}, {"checksum", to_hex(checksum_of_file(file))}});
    }
    for (auto const& file : {request.samples.keep, request.samples.remove, request.variants.extract,
                             request.variants.exclude}) {
        if (file.empty()) continue;
        files.push_back({{"file", file.string()}, {"checksum", to_hex(checksum_of_file(file))}});
    }
    return files;
}

Json describe_inputs(ScanPlan const& plan) {
    auto partitions = Json::array();
    for (auto const& partition : plan.cohort().index().partitions) {
        partitions.push_back({{"file", partition.file}, {"checksum", to_hex(partition.checksum)}});
    }
    auto tables = Json::array();
    for (auto const& name : plan.tables()) {
        auto const file = plan.cohort().path() / "tables" / (name + ".h5");
        tables.push_back({{"name", name}, {"checksum", to_hex(checksum_of_file(file))}});
    }
    return {{"store", plan.cohort().path().string()},
            {"fingerprint", to_hex(plan.cohort().index().fingerprint)},
            {"partitions", partitions},
            {"tables", tables},
            {"files", describe_files(plan)}};
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
    return {.trait = label,
            .counts = plan.trait_counts(trait),
            .predictors = plan.predictors() == nullptr ? "NA" : plan.predictors()->file().string(),
            .lambda_gc = tally.lambda_gc(in_batch),
            .hits = tally.hits(in_batch),
            .by_status = tally.by_status(in_batch)};
}

void write_summary(std::filesystem::path const& file, std::vector<TraitSummary> const& summaries) {
    std::string text =
        "trait\ttype\tsamples\tcases\tcontrols\tpredictors\tunpredicted\ttested\tlambda_gc\thits";
    for (auto name : test_status_names().subspan(1)) text += fmt::format("\t{}", name);
    text += '\n';
    for (auto const& row : summaries) {
        bool const binary = row.counts.type == ColumnType::binary;
        auto const people = describe_people(row.counts);
        text += fmt::format(
            "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}", row.trait, to_string(row.counts.type),
            row.counts.samples, binary ? people.cases : "NA", binary ? people.controls : "NA",
            row.predictors, row.counts.unpredicted, row.by_status[0],
            std::isnan(row.lambda_gc) ? "NA" : fmt::format("{:.4f}", row.lambda_gc), row.hits);
        for (std::size_t s = 1; s < row.by_status.size(); ++s) {
            text += fmt::format("\t{}", row.by_status[s]);
        }
        text += '\n';
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
    auto const text = [](Json const& json) {
        return json.dump(-1, ' ', false, Json::error_handler_t::replace);
    };
    return {text(describe_plan(plan)), text(describe_inputs(plan))};
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

std::string timestamp() {
    std::time_t const now = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text.data();
}

}  // namespace maniple
