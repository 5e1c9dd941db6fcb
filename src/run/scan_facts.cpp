// What decides the numbers of a scan.
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "maniple/core/checksum.hpp"
#include "maniple/core/version.hpp"
#include "maniple/run/scan_plan.hpp"
#include "plan_checksums.hpp"

namespace maniple {
namespace {

// Names that hold a comma are told from two.
std::string list_names(std::vector<std::string> names) {
    for (auto& name : names) {
        if (name.find(',') != std::string::npos) name = fmt::format("\"{}\"", name);
    }
    return fmt::format("{}", fmt::join(names, ","));
}

}  // namespace

PlanFacts ScanPlan::facts() const {
    auto const& filter = request_.filter;
    auto const& rule = request_.rule;
    std::vector<std::string> kinds;
    for (auto const& trait : traits_) kinds.emplace_back(trait_type(trait.counts.outcome));
    PlanFacts facts{
        {"version", std::string{program_version}},
        {"genotypes of the store", to_hex(checksum_of(cohort_.index()))},
        {"--trait", list_names(trait_labels())},
        {"kinds of the traits", list_names(kinds)},
        {"--covariate", list_names(covariate_labels())},
        {"--model", to_string(request_.model)},
        {"--correction", describe_correction()},
        {"--min-carriers", fmt::format("{}", rule.fewest_carriers)},
        {"--min-cases", fmt::format("{}", request_.fewest_cases)},
        {"--missing-genotype", request_.missing == MissingGenotype::mean ? "mean" : "drop"},
        {"filters", fmt::format("maf {}, mac {}, missing {}, hwe {}", filter.min_maf,
                                filter.min_mac, filter.max_missing, filter.min_hwe_p)},
        {"samples that may take part",
         to_hex(checksum(std::as_bytes(loader_->candidates().words())))},
        {"chosen variants", to_hex(checksum_of(blocks_))}};
    for (auto const& name : tables()) {
        facts.emplace_back(fmt::format("table '{}'", name),
                           to_hex(checksum_of_file(cohort_.path() / "tables" / (name + ".h5"))));
    }
    Checksum predictors;
    for (auto const& file : predictor_files()) {
        auto const sum = checksum_of_file(file);
        predictors.add_values(std::span{&sum, 1});
    }
    facts.emplace_back("predictors", to_hex(predictors.value()));
    return facts;
}

}  // namespace maniple
