#include "maniple/report/write_report.hpp"

#include <cstddef>
#include <exception>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "evaluation_page.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/core/verdict.hpp"
#include "maniple/report/page.hpp"
#include "maniple/run/export_target.hpp"
#include "maniple/run/text_file.hpp"
#include "scan_page.hpp"

namespace maniple {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view page_name = "report.html";

// Nobody said that anything may be replaced: an earlier page alone is.
void require_own_page(fs::path const& file) {
    std::error_code ignored;
    if (!fs::exists(file, ignored)) return;
    if (fs::is_regular_file(file, ignored)) {
        constexpr std::size_t longest = 200;
        std::string first(longest, '\0');
        std::ifstream in{file, std::ios::binary};
        in.read(first.data(), longest);
        first.resize(static_cast<std::size_t>(in.gcount()));
        if (is_page(first.substr(0, first.find('\n')))) return;
    }
    throw UserError{
        fmt::format("'{}' is not a page of maniple (only an earlier page is replaced); move it "
                    "away, or name another file with --out",
                    file.string())};
}

// What may not be looked at is not what is missing.
bool is_there(fs::path const& file) {
    std::error_code error;
    bool const exists = fs::exists(file, error);
    if (!error) return exists;
    throw EnvironmentError{fmt::format("'{}' cannot be read ({}); check its permissions",
                                       file.string(), error.message())};
}

}  // namespace

RunKind kind_of_run(fs::path const& run) {
    std::error_code ignored;
    if (!is_there(run) || !fs::is_directory(run, ignored)) {
        throw UserError{
            fmt::format("'{}' is no folder (a report is about the folder of a run); check --run",
                        run.string())};
    }
    if (is_there(run / "results.h5")) return RunKind::scan;
    if (is_there(run / "evaluation.json")) return RunKind::evaluation;
    if (is_there(run / "shard.done")) {
        throw UserError{fmt::format(
            "'{}' is one part of a scan; join the parts with `maniple merge`, which writes a "
            "report as well",
            run.string())};
    }
    if (is_there(run / ".unfinished")) {
        throw UserError{fmt::format(
            "'{}' holds a run that has not ended; run the same command again to complete it",
            run.string())};
    }
    throw UserError{
        fmt::format("'{}' has no results.h5 and no evaluation.json (reports are about finished "
                    "scans and evaluations); check --run",
                    run.string())};
}

void write_report(ReportRequest const& request, Log& log) {
    auto const file = request.file.empty() ? request.run / page_name : request.file;
    auto const existing = request.file.empty() ? ExistingFile::replace : request.existing;
    auto const kind = kind_of_run(request.run);
    if (request.file.empty()) {
        require_own_page(file);
    } else {
        require_export_target(file, existing, is_page);
    }
    auto const page = kind == RunKind::scan ? scan_page(request, log) : evaluation_page(request);
    DurableFile written{file};
    write_text(written.temporary(), page);
    written.commit(existing);
    log.note(fmt::format("report: {} ({})", file.string(), readable_bytes(std::ssize(page))));
}

void write_last_report(fs::path const& run, Log& log) {
    try {
        if (is_there(run / page_name)) return;
        write_report({.run = run}, log);
    } catch (...) {
        auto const verdict = judge(std::current_exception());
        throw EnvironmentError{fmt::format(
            "the run is complete, but its report could not be written: {}. Then write it with "
            "`maniple report --run {}`",
            verdict.message, run.string())};
    }
}

}  // namespace maniple
