#include "find_linkage.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/checksum.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"

namespace maniple {
namespace {

std::string text_at(nlohmann::ordered_json const& json, char const* name) {
    auto const found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

// Empty: the store holds what was scanned. Partitions that were added later do no harm.
std::string difference(CohortIndex const& index, nlohmann::ordered_json const& inputs) {
    if (to_hex(index.fingerprint) != text_at(inputs, "fingerprint")) return "its samples differ";
    std::map<std::string, std::string> checksums;
    for (auto const& partition : index.partitions) {
        checksums[partition.file] = to_hex(partition.checksum);
    }
    auto const scanned = inputs.find("partitions");
    if (scanned == inputs.end() || !scanned->is_array()) return "run.json does not list genotypes";
    for (auto const& partition : *scanned) {
        auto const found = checksums.find(text_at(partition, "file"));
        if (found == checksums.end() || found->second != text_at(partition, "checksum")) {
            return "its genotypes differ";
        }
    }
    return {};
}

FoundLinkage by_distance(std::string_view why) {
    return {.store = {},
            .reason = fmt::format("No r² is known ({}), so loci are by distance alone; `maniple "
                                  "report --store` names the store.",
                                  why)};
}

// Of a store with the fingerprint that run.json has.
void require_same_count(CohortIndex const& index, ReportRequest const& request,
                        ScanRecord const& record) {
    auto const samples = record.inputs.find("samples");
    if (samples == record.inputs.end() || samples->is_null()) return;  // Not told.
    if (*samples == index.samples.size()) return;
    throw CorruptInput{
        fmt::format("'{}' is not as the scan wrote it (the number of samples in the store is "
                    "another); bring back a copy, or run again",
                    (request.run / "run.json").string())};
}

FoundLinkage open_named(ReportRequest const& request, ScanRecord const& record) {
    auto const& path = request.store;
    Cohort cohort{path};
    auto const problem = difference(cohort.index(), record.inputs);
    if (problem.empty()) {
        require_same_count(cohort.index(), request, record);
        return {.store = StoreLinkage{std::move(cohort)}, .is_asked_for = true};
    }
    throw UserError{
        fmt::format("--store '{}' is not the one that was scanned ({}); name that one, or leave "
                    "--store out",
                    path.string(), problem)};
}

}  // namespace

std::vector<double> FoundLinkage::r_squared(std::string const& contig, Variant const& lead,
                                            std::span<Variant const> others) {
    expect(store.has_value(), "there is a store");

    try {
        return store->r_squared(contig, lead, others);
    } catch (Error const&) {
        if (is_asked_for) throw;
        throw StoreLost{};
    }
}

FoundLinkage find_linkage(ReportRequest const& request, ScanRecord const& record) {
    if (!request.store.empty()) return open_named(request, record);
    std::filesystem::path const path{text_at(record.inputs, "store")};
    std::error_code error;
    bool const is_there = !path.empty() && std::filesystem::exists(path / "cohort.h5", error);
    if (error) return unreadable_store();
    if (!is_there) return by_distance("the store that was scanned is not at hand");
    std::optional<Cohort> cohort;
    try {
        cohort.emplace(path);
    } catch (Error const&) {
        return unreadable_store();
    }
    if (auto const problem = difference(cohort->index(), record.inputs); !problem.empty()) {
        return by_distance(
            "the store in the place of the one that was scanned is another one, or "
            "has changed since: " +
            problem);
    }
    require_same_count(cohort->index(), request, record);
    return {.store = StoreLinkage{*std::move(cohort)}};
}

FoundLinkage unreadable_store() {
    return by_distance(
        "the store that was scanned cannot be read; `maniple verify` tells what is wrong with it");
}

Variant const& NameCache::at(ResultReader const& results, std::int64_t row) {
    constexpr std::int64_t kept = 4096;
    GlobalVariantIndex const index{row};
    if (index < rows_.first || index >= rows_.last) {
        auto const first = row / kept * kept;
        rows_ = {GlobalVariantIndex{first},
                 GlobalVariantIndex{std::min(first + kept, results.header().variants)}};
        names_ = results.names(rows_);
    }
    return names_.variants[static_cast<std::size_t>(index - rows_.first)];
}

}  // namespace maniple
