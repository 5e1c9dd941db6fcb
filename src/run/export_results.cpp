#include "maniple/run/export_results.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <map>
#include <numeric>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/run/export_target.hpp"
#include "maniple/store/result_file.hpp"

namespace maniple {
namespace {

// First lines of exports are headers.
bool is_statistics(std::string_view first) {
    for (auto format :
         {StatisticsFormat::gwas_ssf, StatisticsFormat::regenie, StatisticsFormat::plink}) {
        if (!first.empty() && header_line(format).starts_with(first)) return true;
    }
    return false;
}

ResultReader open_results(std::filesystem::path const& run) {
    auto const file = run / "results.h5";
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored) && std::filesystem::is_directory(run, ignored)) {
        throw UserError{fmt::format(
            "'{}' has no results.h5 (the run has not ended, or this is no run); run the same scan "
            "again to complete it",
            run.string())};
    }
    return ResultReader{file};
}

TraitIndex find_trait(std::vector<std::string> const& traits, ResultExport const& plan) {
    constexpr std::size_t shown = 20;
    auto const listed = fmt::format(
        "{}{}",
        fmt::join(traits.begin(),
                  traits.begin() + static_cast<std::ptrdiff_t>(std::min(shown, traits.size())),
                  ", "),
        traits.size() > shown ? ", ..." : "");
    if (plan.trait.empty()) {
        if (traits.size() == 1) return TraitIndex{0};
        throw UserError{fmt::format("'{}' has {} traits ({}); choose one with --trait",
                                    plan.run.string(), traits.size(), listed)};
    }
    auto const place = std::ranges::find(traits, plan.trait);
    if (place != traits.end()) return TraitIndex{place - traits.begin()};
    throw UserError{fmt::format("'{}' has no trait '{}' (it has: {}); correct --trait",
                                plan.run.string(), plan.trait, listed)};
}

// Rows in the order of contigs and positions; rows of one position keep the store's order.
std::vector<std::size_t> sorted_rows(std::vector<std::string> const& contigs,
                                     ResultNames const& names) {
    std::vector<std::size_t> by_name(contigs.size());
    std::iota(by_name.begin(), by_name.end(), std::size_t{0});
    std::ranges::stable_sort(by_name, [&](std::size_t a, std::size_t b) {
        return std::tuple{contig_rank(contigs[a]), std::string_view{contigs[a]}} <
               std::tuple{contig_rank(contigs[b]), std::string_view{contigs[b]}};
    });
    std::vector<std::size_t> place(contigs.size());
    for (std::size_t i = 0; i < by_name.size(); ++i) place[by_name[i]] = i;

    std::vector<std::size_t> rows(names.variants.size());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    auto const key = [&](std::size_t row) {
        return std::pair{place[static_cast<std::size_t>(names.contig[row])],
                         names.variants[row].position};
    };
    std::ranges::stable_sort(rows, {}, key);
    return rows;
}

void report(ResultExport const& plan, std::string const& trait, std::int64_t written,
            std::map<std::string, std::int64_t> const& without_number,
            std::filesystem::path const& index, Log& log) {
    log.note(
        fmt::format("trait '{}': {} variants written to '{}'", trait, written, plan.file.string()));
    for (auto const& [status, count] : without_number) {
        log.note(fmt::format("  {} variants are '{}'{}", count, status,
                             status.starts_with("filtered") ? ": left out" : ": written as NA"));
    }
    if (!index.empty()) {
        log.note(fmt::format("  index: '{}'", index.string()));
    } else if (plan.file.extension() == ".gz") {
        log.note("  no index: tabix does not know the blanks that this format separates by");
    }
}

}  // namespace

int contig_rank(std::string_view contig) {
    constexpr std::array<std::string_view, 4> letters{"X", "Y", "XY", "MT"};
    constexpr int autosomes = 22;
    if (contig.starts_with("chr") || contig.starts_with("Chr") || contig.starts_with("CHR")) {
        contig.remove_prefix(3);
    }
    if (contig == "M") contig = "MT";
    int number = 0;
    auto const [end, error] = std::from_chars(contig.data(), contig.data() + contig.size(), number);
    bool const is_number = error == std::errc{} && end == contig.data() + contig.size();
    // PLINK writes X, Y, XY and MT as 23 to 26.
    if (is_number && number >= 1 && number <= autosomes + std::ssize(letters)) return number;
    auto const letter = std::ranges::find(letters, contig) - letters.begin();
    return autosomes + 1 + static_cast<int>(letter);
}

void export_results(ResultExport const& plan, Log& log) {
    expect(plan.threads > 0, "somebody works");

    require_export_target(plan.file, plan.existing, is_statistics);
    auto const results = open_results(plan.run);
    auto const& header = results.header();
    auto const trait = find_trait(header.traits, plan);
    auto const numbers = results.read(trait);
    auto const names = results.names({GlobalVariantIndex{0}, GlobalVariantIndex{header.variants}});
    SummaryStatisticsWriter writer{plan.file, plan.format, plan.threads};
    std::int64_t written = 0;
    std::map<std::string, std::int64_t> without_number;
    for (auto const row : sorted_rows(header.contigs, names)) {
        auto const code = numbers.status[row];
        if (code >= header.statuses.size()) {
            throw CorruptInput{
                fmt::format("'{}': status, row {}: code {} has no name; run the scan "
                            "again",
                            (plan.run / "results.h5").string(), row, code)};
        }
        auto const& status = header.statuses[code];
        if (code != 0) ++without_number[status];
        if (status.starts_with("filtered")) continue;
        writer.append({.contig = header.contigs[static_cast<std::size_t>(names.contig[row])],
                       .variant = names.variants[row],
                       .beta = numbers.beta[row],
                       .standard_error = numbers.standard_error[row],
                       .neg_log10_p = numbers.neg_log10_p[row],
                       .effect_allele_frequency = numbers.effect_allele_frequency[row],
                       .samples = numbers.samples[row],
                       .status = status});
        ++written;
    }
    writer.finish(plan.existing);
    report(plan, header.traits[trait.at()], written, without_number, writer.index(), log);
}

}  // namespace maniple
