#include "scan_agreement.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "maniple/core/checksum.hpp"
#include "maniple/core/error.hpp"
#include "maniple/model/test_status.hpp"
#include "maniple/run/trait_counts.hpp"

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

// A trait has no more samples than the analysis, and that no more than the store.
bool has_samples_for(Json const& all, std::int64_t part) {
    return !all.is_number_integer() || part <= all.get<std::int64_t>();
}

void require_same_samples(std::filesystem::path const& file, ScanRecord const& record,
                          ScanSummary const& summary) {
    auto const analysed = record.plan.value("samples", Json{});
    auto const of_store = record.inputs.value("samples", Json{});
    for (std::size_t t = 0; t < summary.rows.size(); ++t) {
        if (!has_samples_for(analysed, summary.count(t, "samples"))) {
            reject(file, "their samples differ");
        }
    }
    for (auto const& count : {analysed, of_store}) {
        bool const is_count = count.is_number_integer() && count >= 0;
        if (!is_count && !count.is_null()) reject(file, "their samples differ");
    }
    if (analysed.is_number_integer() && !has_samples_for(of_store, analysed.get<std::int64_t>()))
        reject(file, "their samples differ");
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

[[noreturn]] void reject_table(std::filesystem::path const& file, std::string_view reason) {
    throw CorruptInput{
        fmt::format("'{}' is not as a scan writes it ({}); bring back a copy, or run again",
                    file.string(), reason)};
}

// Columns of predictions may stand among them; after `hits` there are the statuses alone.
void require_columns(std::filesystem::path const& file, ScanSummary const& summary) {
    constexpr std::array<std::string_view, 11> names{
        "trait",      "type",        "samples", "cases",     "controls", "left_out_by_covariate",
        "predictors", "unpredicted", "tested",  "lambda_gc", "hits"};
    for (auto const name : names) {
        if (!summary.find(name)) reject_table(file, fmt::format("it has no column '{}'", name));
    }
    auto const statuses = test_status_names().subspan(1);
    std::span const found{summary.columns};
    if (!std::ranges::equal(found.subspan(*summary.find("hits") + 1), statuses)) {
        reject_table(file, "the columns after 'hits' are not the reasons for no result");
    }
}

bool is_type(std::string const& text) {
    constexpr std::array kinds{Outcome::quantitative, Outcome::binary, Outcome::time_to_event};
    return std::ranges::any_of(kinds, [&](Outcome kind) { return text == trait_type(kind); });
}

void require_numbers(std::filesystem::path const& file, ScanSummary const& summary,
                     std::size_t row) {
    auto const require = [&](std::string_view column, bool holds) {
        if (holds) return;
        reject_table(file, fmt::format("line {}: {} = '{}'", row + 2, column,
                                       summary.rows[row][*summary.find(column)]));
    };
    require("type", is_type(summary.cell(row, "type")));
    auto const is_people = [&](std::string_view column) {
        return summary.cell(row, column) == "<5" || summary.count(row, column) >= 0;
    };
    for (auto const* const people : {"samples", "left_out_by_covariate", "unpredicted"}) {
        require(people, is_people(people));
    }
    for (auto const* const people : {"cases", "controls"}) {
        require(people, summary.cell(row, people).empty() || is_people(people));
    }
    auto const [samples, cases, controls] = std::array{
        summary.count(row, "samples"), summary.count(row, "cases"), summary.count(row, "controls")};
    bool const are_told = samples >= 0 && cases >= 0 && controls >= 0;
    require("samples", !are_told || (cases <= samples && samples - cases == controls));
    require("tested", summary.count(row, "tested") >= 0);
    for (auto column = *summary.find("hits"); column < summary.columns.size(); ++column) {
        require(summary.columns[column], summary.count(row, summary.columns[column]) >= 0);
    }
}

// Variants tested and those of each status; the counts may be any.
bool adds_up(ScanSummary const& summary, std::size_t row, std::int64_t variants) {
    auto left = variants - std::min(summary.count(row, "tested"), variants + 1);
    for (auto c = *summary.find("hits") + 1; c < summary.columns.size() && left >= 0; ++c) {
        left -= std::min(summary.count(row, summary.columns[c]), left + 1);
    }
    return left == 0;
}

void require_same_summary(std::filesystem::path const& file, ResultHeader const& header,
                          ScanSummary const& summary) {
    require_columns(file, summary);
    if (summary.rows.size() != header.traits.size()) {
        reject(file, fmt::format("they have {} and {} traits", summary.rows.size(),
                                 header.traits.size()));
    }
    for (std::size_t t = 0; t < header.traits.size(); ++t) {
        auto const& cells = summary.rows[t];
        if (cells[*summary.find("trait")] != header.traits[t]) reject(file, "their traits differ");
        require_numbers(file, summary, t);
        if (!adds_up(summary, t, header.variants)) {
            reject(file, "their numbers of variants differ");
        }
    }
}

// As summary.tsv has it.
std::string lambda_text(double lambda) {
    return std::isnan(lambda) ? std::string{} : fmt::format("{:.4f}", lambda);
}

}  // namespace

void require_one_run(std::filesystem::path const& run, ResultHeader const& header,
                     ScanRecord const& record, ScanSummary const& summary) {
    require_same_summary(run / "summary.tsv", header, summary);
    require_same_record(run / "run.json", header, record);
    require_same_samples(run / "run.json", record, summary);
}

void require_same_counts(std::filesystem::path const& run, ResultHeader const& header,
                         ScanSummary const& summary, std::size_t row, TraitNumbers const& numbers) {
    auto const samples = summary.count(row, "samples");
    bool const may_be_fewer = header.missing_genotype == "drop" || numbers.tested == 0;
    bool const is_told = samples >= 0;
    if (is_told &&
        (samples < numbers.most_samples || (samples > numbers.most_samples && !may_be_fewer))) {
        reject(run / "summary.tsv", "their samples differ");
    }
    if (summary.count(row, "tested") != numbers.tested ||
        summary.count(row, "hits") != numbers.hits) {
        reject(run / "summary.tsv", "their numbers of variants tested or of hits differ");
    }
    if (summary.cell(row, "lambda_gc") != lambda_text(numbers.lambda_gc)) {
        reject(run / "summary.tsv", "their lambda GC differ");
    }
}

}  // namespace maniple
