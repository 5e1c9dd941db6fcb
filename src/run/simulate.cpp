#include "maniple/run/simulate.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/store/effect_file.hpp"
#include "maniple/store/plink_writer.hpp"
#include "maniple/store/text_table_writer.hpp"
#include "simulated_source.hpp"

namespace maniple {
namespace {

namespace fs = std::filesystem;

// A second simulation has other people: it cannot be added to a store.
void require_new(fs::path const& store) {
    std::error_code ignored;
    if (!fs::exists(store, ignored)) return;
    if (fs::is_directory(store, ignored) && fs::is_empty(store, ignored)) return;
    throw UserError{fmt::format(
        "'{}' exists (a simulated cohort gets a store of its own); remove it or choose another "
        "--store",
        store.string())};
}

fs::path with_suffix(fs::path path, char const* suffix) { return path += suffix; }

void warn_of_missing_heritability(SimulatedTraits const& traits, double heritability, Log& log) {
    if (heritability == 0) return;
    for (std::size_t trait = 0; trait < traits.traits.size(); ++trait) {
        bool const varies = std::ranges::any_of(traits.genetic_values[trait],
                                                [](double value) { return value != 0; });
        if (varies) continue;
        log.warn(
            fmt::format("{} has no heritability (no causal variant varies in these samples); "
                        "choose more samples or a larger --causal",
                        traits.traits[trait]));
    }
}

std::int64_t write_truth(fs::path const& store, CohortIndex const& index, SimulatedTraits& traits) {
    auto const folder = store / "models";
    std::error_code error;
    fs::create_directory(folder, store, error);  // With the store's permissions.
    if (error) {
        throw EnvironmentError{
            fmt::format("'{}' cannot be made ({})", folder.string(), error.message())};
    }
    EffectTable truth{.fingerprint = index.fingerprint,
                      .traits = std::move(traits.traits),
                      .effects = {},
                      .genetic_values = std::move(traits.genetic_values)};
    for (auto& [trait, number, contig, variant, effect] : traits.effects) {
        truth.effects.push_back({trait, std::move(contig), std::move(variant), effect});
    }
    write_effects(folder / "truth.h5", truth);
    return std::ssize(truth.effects);
}

}  // namespace

SimulateSummary simulate(SimulateOptions const& options, Log& log) {
    expect(options.threads > 0, "somebody works");

    require_new(options.store);
    SimulatedSource source{options.genotypes, options.traits, options.threads};
    std::optional<PlinkWriter> writer;
    if (options.bfile) {
        writer.emplace(*options.bfile, source.samples());
        source.write_to(*writer);
    }
    SimulateSummary summary;
    summary.families = source.families();
    auto const write_traits = [&](fs::path const& store, CohortIndex const& index) {
        auto traits = source.finish();
        warn_of_missing_heritability(traits, options.traits.heritability, log);
        write_table(store, index, traits.table, ExistingTable::refuse);
        summary.columns = std::ssize(traits.table.columns);
        summary.effects = write_truth(store, index, traits);
        if (!writer) return;
        write_text_table(with_suffix(*options.bfile, ".tsv"), source.samples(), traits.table);
        writer->finish();
    };
    summary.ingest = ingest(options.store, {&source},
                            {.block_variants = window_variants,
                             .compression = options.compression,
                             .threads = options.threads,
                             .before_commit = write_traits},
                            log);
    return summary;
}

}  // namespace maniple
