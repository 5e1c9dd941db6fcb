#include "run_files.hpp"

#include <charconv>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "maniple/core/checksum.hpp"
#include "maniple/core/error.hpp"

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void reject(std::filesystem::path const& file, std::string_view difference) {
    throw CorruptInput{
        fmt::format("'{}' and results.h5 are not of one run ({}); bring back the files of one run",
                    file.string(), difference)};
}

// As run.json has it: bytes that are no UTF-8 are replaced.
std::string written(Json const& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool has(Json const& object, char const* name, Json const& value) {
    auto const found = object.find(name);
    return found != object.end() && written(*found) == written(value);
}

std::string joined_covariates(Json const& plan) {
    std::vector<std::string> names;
    for (auto const& name : plan.value("covariates", Json::array())) {
        names.push_back(name.is_string() ? name.get<std::string>() : written(name));
    }
    return fmt::format("{}", fmt::join(names, ","));
}

void require_same_record(std::filesystem::path const& file, ResultHeader const& header,
                         ScanRecord const& record) {
    if (!has(record.inputs, "fingerprint", to_hex(header.fingerprint))) {
        reject(file, "their samples differ");
    }
    if (!has(record.plan, "traits", header.traits)) reject(file, "their traits differ");
    if (!has(record.plan, "variants", header.variants)) {
        reject(file, "their numbers of variants differ");
    }
    if (written(joined_covariates(record.plan)) != written(header.covariates)) {
        reject(file, "their covariates differ");
    }
}

std::int64_t number_of(std::string const& text) {
    std::int64_t number = -1;
    auto const* const last = text.data() + text.size();
    auto const [end, error] = std::from_chars(text.data(), last, number);
    return error == std::errc{} && end == last ? number : -1;
}

void require_same_summary(std::filesystem::path const& file, ResultHeader const& header,
                          ScanSummary const& summary) {
    auto const hits = summary.find("hits");
    if (!summary.find("trait") || !summary.find("tested") || !hits) {
        reject(file, "it has no column trait, tested or hits");
    }
    if (summary.rows.size() != header.traits.size()) {
        reject(file, fmt::format("they have {} and {} traits", summary.rows.size(),
                                 header.traits.size()));
    }
    for (std::size_t t = 0; t < header.traits.size(); ++t) {
        auto const& cells = summary.rows[t];
        if (cells[*summary.find("trait")] != header.traits[t]) reject(file, "their traits differ");
        auto variants = number_of(summary.cell(t, "tested"));
        for (auto status = *hits + 1; status < cells.size(); ++status) {
            variants += number_of(cells[status]);
        }
        if (variants != header.variants) reject(file, "their numbers of variants differ");
    }
}

}  // namespace

void require_one_run(std::filesystem::path const& run, ResultHeader const& header,
                     ScanRecord const& record, ScanSummary const& summary) {
    require_same_summary(run / "summary.tsv", header, summary);
    require_same_record(run / "run.json", header, record);
}

void require_same_counts(std::filesystem::path const& run, ScanSummary const& summary,
                         std::size_t row, TraitSurvey const& survey) {
    if (number_of(summary.cell(row, "tested")) != survey.all_ranks().count() ||
        number_of(summary.cell(row, "hits")) != survey.hits) {
        reject(run / "summary.tsv", "their numbers of variants tested or of hits differ");
    }
}

}  // namespace maniple
