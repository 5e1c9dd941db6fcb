#include "maniple/run/run_files.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "maniple/core/checksum.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/core/stopwatch.hpp"
#include "maniple/run/stop_request.hpp"
#include "maniple/store/check_structure.hpp"
#include "maniple/store/predictor_file.hpp"
#include "maniple/store/result_file.hpp"

namespace maniple {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr char const* results_name = "results.h5";
constexpr char const* predictors_name = "predictors.h5";
constexpr std::size_t traits_shown = 20;

std::string or_none(std::string const& text) { return text.empty() ? "none" : text; }

std::string list_some(std::vector<std::string> const& names) {
    auto const some = std::span{names}.first(std::min(traits_shown, names.size()));
    return fmt::format("{}{}", fmt::join(some, ", "), some.size() < names.size() ? ", ..." : "");
}

std::string describe_results(fs::path const& file) {
    auto const header = ResultReader{file}.header();
    return fmt::format(
        "results      {}\n"
        "variants     {} on {}\n"
        "traits       {}: {}\n"
        "model        {}\n"
        "covariates   {}\n"
        "fingerprint  {}\n",
        file.string(), grouped(header.variants), plural(std::ssize(header.contigs), "contig"),
        grouped(std::ssize(header.traits)), list_some(header.traits), header.model,
        or_none(header.covariates), to_hex(header.fingerprint));
}

std::string number_text(double value, char const* format) {
    return std::isnan(value) ? "-" : fmt::format(fmt::runtime(format), value);
}

std::string describe_predictors(fs::path const& file) {
    PredictorReader const reader{file};
    auto const& header = reader.header();
    auto text = fmt::format(
        "predictors   {}\n"
        "made by      {}\n"
        "method       {}\n"
        "covariates   {}\n"
        "contigs      {} left out one at a time: {}{}\n"
        "samples      {} in the store\n"
        "fingerprint  {}\n\n",
        file.string(), header.source, header.method, or_none(header.covariates),
        grouped(std::ssize(header.contigs)), list_some(header.contigs),
        header.whole == WholeGenome::present ? "; and none" : "", grouped(header.samples),
        to_hex(header.fingerprint));
    std::size_t width = 5;
    for (auto const& name : header.traits) width = std::max(width, name.size());
    text += fmt::format("  {:<{}}  {:<8}  {:>12}  {:>12}  {:>12}  {:>8}\n", "trait", width, "unit",
                        "scale", "samples", "heritability", "R^2");
    for (std::size_t t = 0; t < std::min(traits_shown, header.traits.size()); ++t) {
        TraitIndex const trait{static_cast<std::int64_t>(t)};
        auto const& how = reader.how(trait);
        text +=
            fmt::format("  {:<{}}  {:<8}  {:>12}  {:>12}  {:>12}  {:>8}\n", header.traits[t], width,
                        to_string(how.unit), number_text(how.scale, "{:.6g}"),
                        grouped(reader.trait_samples(trait)), number_text(how.heritability, "{:g}"),
                        number_text(how.r_squared, "{:.4f}"));
    }
    if (header.traits.size() > traits_shown) {
        text +=
            fmt::format("  and {} more (--json tells all)\n", header.traits.size() - traits_shown);
    }
    return text;
}

// JSON has no NaN: what is not known is null.
Json number_or_null(double value) { return std::isnan(value) ? Json{} : Json(value); }

Json results_as_json(fs::path const& file) {
    auto const header = ResultReader{file}.header();
    return {{"file", file.string()},
            {"variants", header.variants},
            {"contigs", header.contigs},
            {"traits", header.traits},
            {"model", header.model},
            {"covariates", header.covariates},
            {"missing_genotype", header.missing_genotype},
            {"fingerprint", to_hex(header.fingerprint)}};
}

Json predictors_as_json(fs::path const& file) {
    PredictorReader const reader{file};
    auto const& header = reader.header();
    auto traits = Json::array();
    for (TraitIndex t{0}; t.at() < header.traits.size(); ++t) {
        auto const& how = reader.how(t);
        traits.push_back({{"name", header.traits[t.at()]},
                          {"unit", std::string{to_string(how.unit)}},
                          {"scale", number_or_null(how.scale)},
                          {"samples", reader.trait_samples(t)},
                          {"heritability", number_or_null(how.heritability)},
                          {"r_squared", number_or_null(how.r_squared)}});
    }
    return {{"file", file.string()},      {"samples", header.samples},
            {"contigs", header.contigs},  {"whole_genome", header.whole == WholeGenome::present},
            {"method", header.method},    {"covariates", header.covariates},
            {"source", header.source},    {"fingerprint", to_hex(header.fingerprint)},
            {"traits", std::move(traits)}};
}

// Runs `check`; damage becomes a problem of the report, told once.
void record(RunReport& report, std::function<void()> const& check) {
    StopRequest::check();
    try {
        check();
    } catch (CorruptInput const& damage) {
        std::string problem = damage.what();
        if (std::ranges::count(report.problems, problem) == 0) {
            report.problems.push_back(std::move(problem));
        }
    }
}

void check_results(fs::path const& file, RunReport& report) {
    constexpr std::int64_t most_rows = 65'536;  // Of names in memory.
    std::optional<ResultReader> reader;
    record(report, [&] { reader.emplace(file); });
    if (!reader) return;
    auto const variants = reader->header().variants;
    for (std::int64_t first = 0; first < variants; first += most_rows) {
        record(report, [&] {
            reader->names({GlobalVariantIndex{first},
                           GlobalVariantIndex{std::min(variants, first + most_rows)}});
        });
    }
    for (TraitIndex t{0}; t.at() < reader->header().traits.size(); ++t) {
        record(report, [&] { reader->read(t); });
    }
}

void check_predictors(fs::path const& file, RunReport& report) {
    std::optional<PredictorReader> reader;
    record(report, [&] { reader.emplace(file); });
    if (!reader) return;
    for (TraitIndex t{0}; t.at() < reader->header().traits.size(); ++t) {
        for (std::int64_t slice = 0; slice < reader->header().slices(); ++slice) {
            record(report, [&] { reader->read(t, slice); });
        }
    }
}

}  // namespace

RunFiles find_run_files(fs::path const& path) {
    std::error_code ignored;
    if (fs::is_regular_file(path, ignored)) {
        if (is_predictor_file(path)) return {.results = {}, .predictors = path};
        if (path.filename() == results_name) return {.results = path, .predictors = {}};
        if (path.filename() == predictors_name) return {.results = {}, .predictors = path};
        return {};
    }
    RunFiles files;
    if (fs::exists(path / "cohort.h5", ignored)) return files;
    if (fs::exists(path / results_name, ignored)) files.results = path / results_name;
    if (fs::exists(path / predictors_name, ignored)) files.predictors = path / predictors_name;
    return files;
}

std::string describe_text(RunFiles const& files) {
    std::string text;
    if (files.results) text += describe_results(*files.results);
    if (files.results && files.predictors) text += '\n';
    if (files.predictors) text += describe_predictors(*files.predictors);
    return text;
}

std::string describe_json(RunFiles const& files) {
    Json const all{
        {"results", files.results ? results_as_json(*files.results) : Json{}},
        {"predictors", files.predictors ? predictors_as_json(*files.predictors) : Json{}}};
    // Names come from people's files and need not be UTF-8; JSON must be.
    return all.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string RunReport::summary() const {
    return fmt::format("{}: {} of {} in {:.1f} s",
                       problems.empty() ? "every checksum holds" : "damaged", plural(files, "file"),
                       readable_bytes(bytes), seconds);
}

RunReport verify_run(RunFiles const& files) {
    Stopwatch const watch;
    RunReport report;
    auto const check = [&](auto const& file, auto const& how) {
        if (!file) return;
        std::error_code ignored;
        auto const known = report.problems.size();
        ++report.files;
        report.bytes += static_cast<std::int64_t>(fs::file_size(*file, ignored));
        how(*file, report);
        if (report.problems.size() > known) return;  // Of one damage one is told once.
        record(report, [&] { check_structure(*file); });
    };
    check(files.results, check_results);
    check(files.predictors, check_predictors);
    report.seconds = watch.seconds();
    return report;
}

}  // namespace maniple
