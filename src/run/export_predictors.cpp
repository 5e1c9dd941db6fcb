#include "maniple/run/export_predictors.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "maniple/core/error.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/genotype/allele_match.hpp"
#include "maniple/run/export_target.hpp"
#include "maniple/run/predictor_source.hpp"
#include "maniple/store/cohort.hpp"
#include "maniple/store/loco_file.hpp"
#include "maniple/store/predictor_file.hpp"

namespace maniple {
namespace {

namespace fs = std::filesystem;

// REGENIE's chromosomes; the last is X.
constexpr int chromosomes = 23;

/// A row and where it comes from; nothing: NA.
struct PlannedRow {
    std::string contig;
    std::optional<std::int64_t> slice;
};

std::vector<PlannedRow> plan_rows(PredictorHeader const& header) {
    std::vector<PlannedRow> rows;
    std::set<std::string> numbered;
    for (int c = 1; c <= chromosomes; ++c) {
        auto name = std::to_string(c);
        numbered.insert(canonical_contig(name));
        auto const slice = header.slice_of(name);
        rows.push_back({std::move(name), slice});
    }
    while (!rows.empty() && !rows.back().slice) rows.pop_back();
    for (auto const& contig : header.contigs) {
        if (numbered.contains(canonical_contig(contig))) continue;
        rows.push_back({contig, header.slice_of(contig)});
    }
    return rows;
}

bool is_loco(std::string_view first) { return first.starts_with("FID_IID"); }

// A trait and a path.
bool is_list(std::string_view first) { return first.find(".loco") != std::string_view::npos; }

}  // namespace

void export_predictors(PredictorExport const& plan, Log& log) {
    Cohort const cohort{plan.store};
    auto const reader = read_predictors(plan.predictors, cohort);
    auto const& header = reader.header();
    bool const compressed = plan.prefix.extension() == ".gz";
    auto const prefix =
        (compressed ? fs::path{plan.prefix}.replace_extension() : plan.prefix).string();
    fs::path const list{prefix + "_pred.list"};
    std::vector<LocoEntry> entries;
    for (std::size_t t = 0; t < header.traits.size(); ++t) {
        if (header.traits[t].find_first_of(" \t") != std::string::npos) {
            throw UserError{fmt::format(
                "trait '{}' has a blank in its name (a _pred.list could not be read back); import "
                "its table with another name for it, and make the predictors again",
                header.traits[t])};
        }
        fs::path const file{fmt::format("{}_{}.loco{}", prefix, t + 1, compressed ? ".gz" : "")};
        require_export_target(file, plan.existing, is_loco);
        // REGENIE starts from the folder that it is called in.
        entries.push_back({header.traits[t], fs::absolute(file)});
    }
    require_export_target(list, plan.existing, is_list);

    auto const planned = plan_rows(header);
    for (TraitIndex t{0}; t.at() < entries.size(); ++t) {
        std::vector<LocoRow> rows;
        for (auto const& [contig, slice] : planned) {
            rows.push_back(
                {contig, slice ? reader.read(t, *slice)
                               : std::vector<float>(static_cast<std::size_t>(header.samples),
                                                    std::numeric_limits<float>::quiet_NaN())});
        }
        write_loco(entries[t.at()].file, cohort.samples(), rows, plan.existing);
    }
    write_loco_list(list, entries, plan.existing);
    log.note(fmt::format("predictors of {} written to '{}'",
                         plural(std::ssize(header.traits), "trait"), list.string()));
    log.note("  the files beside it hold predictions and IDs of single people");
}

}  // namespace maniple
