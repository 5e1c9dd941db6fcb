#include "scan_run.hpp"

#include <utility>

#include "scan_agreement.hpp"
#include "trait_choice.hpp"

namespace maniple {

ScanRun open_scan_run(ReportRequest const& request, std::optional<FoundLinkage> linkage) {
    ResultReader results{request.run / "results.h5"};
    auto record = read_scan_record(request.run / "run.json");
    auto summary = read_scan_summary(request.run / "summary.tsv");
    require_one_run(request.run, results.header(), record, summary);
    auto rows = choose_reported_traits(results.header().traits, request.traits);
    auto found = linkage ? *std::move(linkage) : find_linkage(request, record);
    return {.request = request,
            .results = std::move(results),
            .record = std::move(record),
            .summary = std::move(summary),
            .rows = std::move(rows),
            .linkage = std::move(found)};
}

}  // namespace maniple
