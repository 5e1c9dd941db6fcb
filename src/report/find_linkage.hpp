/// \file  Whether the store of a run is at hand. Private to report.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "maniple/report/scan_record.hpp"
#include "maniple/report/store_linkage.hpp"
#include "maniple/report/write_report.hpp"
#include "maniple/store/result_file.hpp"

namespace maniple {

/// A store that nobody asked for turned out to be damaged: a page can do without it.
struct StoreLost {};

struct FoundLinkage {
    std::optional<StoreLinkage> store;
    std::string reason = {};    ///< Why there is none, a sentence for the page.
    bool is_asked_for = false;  ///< The store, by the request.

    /// As StoreLinkage's. \pre store \throws StoreLost where it was not asked for, else Error.
    std::vector<double> r_squared(std::string const& contig, Variant const& lead,
                                  std::span<Variant const> others);
};

/// Open the store that the request or, where it names none, run.json names, if it holds the samples
/// and genotypes that were scanned. \throws UserError when the request names one that does not;
/// CorruptInput, EnvironmentError when the request names one that cannot be read.
FoundLinkage find_linkage(ReportRequest const& request, ScanRecord const& record);

/// Of a store that run.json names and that cannot be read.
FoundLinkage unreadable_store();

/// Names of variants, a few thousand rows of them in memory.
class NameCache {
public:
    /// \pre the row is in the file. \throws CorruptInput.
    Variant const& at(ResultReader const& results, std::int64_t row);

private:
    Range<GlobalVariantIndex> rows_;
    ResultNames names_;
};

}  // namespace maniple
