#include "maniple/run/verify.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/durable_file.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/stopwatch.hpp"
#include "maniple/run/first_failure.hpp"
#include "maniple/store/cohort.hpp"
#include "maniple/store/effect_file.hpp"

namespace maniple {
namespace {

// Runs `check`; damage becomes a problem of the report.
template <class Check>
void record(VerifyReport& report, Check const& check) {
    try {
        check();
    } catch (CorruptInput const& damage) {
        report.problems.emplace_back(damage.what());
    }
}

// Alleles and missing genotypes of a block, against what the partition says of its variants.
void check_counts(PartitionReader const& reader, RawBlock const& raw, PackedBlock const& genotypes,
                  std::int64_t block) {
    auto const counted = encode_block(genotypes.view(), genotypes.variants(), Compression::none);
    auto const first = static_cast<std::size_t>(reader.block_rows(block).first.get());
    auto const rows = static_cast<std::size_t>(raw.variants);
    if (!std::ranges::equal(counted.missing, reader.missing().subspan(first, rows)) ||
        !std::ranges::equal(counted.alternate_count,
                            reader.alternate_count().subspan(first, rows))) {
        throw CorruptInput{
            fmt::format("{}: its genotypes do not have the counts in variant_missing and "
                        "variant_alternate_count; import again",
                        raw.place)};
    }
}

void check_blocks(PartitionReader const& reader, std::int64_t samples, int threads,
                  VerifyReport& report) {
    // Threads finish in any order; problems are told in the order of blocks.
    std::map<std::int64_t, std::string> problems;
    FirstFailure failure;
    std::mutex reading, reporting;
    auto const blocks = reader.blocks();
#pragma omp parallel num_threads(threads)
    {
        RawBlock raw;
        std::optional<PackedBlock> genotypes;
#pragma omp for schedule(dynamic)
        for (std::int64_t block = 0; block < blocks; ++block) {
            failure.guard([&] {
                if (failure.get()) return;
                try {
                    {
                        std::scoped_lock const lock{reading};
                        reader.read_block(block, raw);
                    }
                    if (!genotypes) genotypes.emplace(raw.variants, samples);
                    decode_block(raw, *genotypes);
                    check_counts(reader, raw, *genotypes, block);
                } catch (CorruptInput const& damage) {
                    std::scoped_lock const lock{reporting};
                    problems.emplace(block, damage.what());
                }
            });
        }
    }
    failure.rethrow();
    for (auto& [block, problem] : problems) report.problems.push_back(std::move(problem));
    report.blocks += blocks;
    report.genotype_bytes += std::ssize(reader.variants()) * packed_stride(samples);
}

void check_model(Cohort const& cohort, std::string const& name) {
    auto const file = cohort.path() / "models" / (name + ".h5");
    auto const effects = read_effects(file);
    if (effects.fingerprint == cohort.index().fingerprint) return;
    throw CorruptInput{
        fmt::format("'{}' belongs to another cohort (its samples are not those of cohort.h5); put "
                    "back the one that was made with this store",
                    file.string())};
}

// What lies in the store's folders and belongs to nobody.
void note_strangers(Cohort const& cohort, VerifyReport& report) {
    std::set<std::filesystem::path> known{"cohort.h5", "genotypes", "tables", "models"};
    for (auto const& entry : cohort.index().partitions) known.insert(entry.file);
    for (auto const& name : cohort.table_names()) known.insert("tables/" + name + ".h5");
    for (auto const& name : cohort.model_names()) known.insert("models/" + name + ".h5");
    std::set<std::string> notes;
    std::error_code error;
    auto walk = std::filesystem::recursive_directory_iterator{cohort.path(), error};
    for (; !error && walk != std::filesystem::recursive_directory_iterator{};
         walk.increment(error)) {
        auto const path = walk->path().lexically_relative(cohort.path());
        if (known.contains(path)) continue;
        if (is_temporary_name(path)) {
            notes.insert(fmt::format(
                "'{}' was never finished (its writer was interrupted); it can be removed unless an "
                "import is running",
                path.string()));
        } else {
            notes.insert(fmt::format("'{}' is no part of the store", path.string()));
        }
    }
    if (error) {
        throw EnvironmentError{fmt::format("'{}' cannot be listed ({}); check permissions",
                                           cohort.path().string(), error.message())};
    }
    report.notes.assign(notes.begin(), notes.end());
}

void check_store(std::filesystem::path const& store, int threads, VerifyReport& report) {
    std::optional<Cohort> cohort;
    record(report, [&] { cohort.emplace(store); });
    if (!cohort) return;
    for (std::size_t p = 0; p < cohort->index().partitions.size(); ++p) {
        record(report, [&] {
            ++report.partitions;
            auto const reader = cohort->open_partition(p);
            check_blocks(reader, cohort->samples().size(), threads, report);
        });
    }
    for (auto const& name : cohort->table_names()) {
        record(report, [&] {
            ++report.tables;
            cohort->read_table(name);
        });
    }
    for (auto const& name : cohort->model_names()) {
        record(report, [&] {
            ++report.models;
            check_model(*cohort, name);
        });
    }
    note_strangers(*cohort, report);
}

}  // namespace

std::string VerifyReport::summary() const {
    return fmt::format(
        "{}: {} partitions, {} blocks, {} tables, {} models; {:.3g} GB of genotypes in {:.1f} s "
        "({:.3g} GB/s)",
        problems.empty() ? "every checksum holds" : "damaged", partitions, blocks, tables, models,
        static_cast<double>(genotype_bytes) * 1e-9, seconds,
        static_cast<double>(genotype_bytes) * 1e-9 / std::max(seconds, 1e-9));
}

VerifyReport verify_store(std::filesystem::path const& store, int threads) {
    expect(threads > 0, "somebody works");

    Stopwatch const watch;
    VerifyReport report;
    check_store(store, threads, report);
    report.seconds = watch.seconds();
    return report;
}

}  // namespace maniple
