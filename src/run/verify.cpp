#include "maniple/run/verify.hpp"

#include <omp.h>

#include <algorithm>
#include <exception>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/durable_file.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/stopwatch.hpp"
#include "maniple/store/cohort.hpp"

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
    std::exception_ptr first_error;
    auto const blocks = reader.blocks();
#pragma omp parallel num_threads(threads)
    {
        RawBlock raw;
        std::optional<PackedBlock> genotypes;
#pragma omp for schedule(dynamic)
        for (std::int64_t block = 0; block < blocks; ++block) {
            try {
                std::exception_ptr failed;
#pragma omp critical(maniple_verify_read)
                {
                    try {
                        if (!first_error) reader.read_block(block, raw);
                    } catch (...) {
                        failed = std::current_exception();
                    }
                }
                if (failed) std::rethrow_exception(failed);
                if (!genotypes) genotypes.emplace(raw.variants, samples);
                decode_block(raw, *genotypes);
                check_counts(reader, raw, *genotypes, block);
            } catch (CorruptInput const& damage) {
#pragma omp critical(maniple_verify_report)
                problems.emplace(block, damage.what());
            } catch (...) {
#pragma omp critical(maniple_verify_read)
                if (!first_error) first_error = std::current_exception();
            }
        }
    }
    if (first_error) std::rethrow_exception(first_error);
    for (auto& [block, problem] : problems) report.problems.push_back(std::move(problem));
    report.blocks += blocks;
    report.genotype_bytes += std::ssize(reader.variants()) * packed_stride(samples);
}

// What lies in the store's folders and belongs to nobody.
void note_strangers(Cohort const& cohort, VerifyReport& report) {
    std::set<std::filesystem::path> known{"cohort.h5", "genotypes", "tables", "models"};
    for (auto const& entry : cohort.index().partitions) known.insert(entry.file);
    for (auto const& name : cohort.table_names()) known.insert("tables/" + name + ".h5");
    std::set<std::string> notes;
    std::error_code error;
    auto walk = std::filesystem::recursive_directory_iterator{cohort.path(), error};
    for (; !error && walk != std::filesystem::recursive_directory_iterator{};
         walk.increment(error)) {
        auto const path = walk->path().lexically_relative(cohort.path());
        if (known.contains(path) || *path.begin() == "models") continue;
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
    note_strangers(*cohort, report);
}

}  // namespace

std::string VerifyReport::summary() const {
    return fmt::format(
        "{}: {} partitions, {} blocks, {} tables; {:.3g} GB of genotypes in {:.1f} s ({:.3g} GB/s)",
        problems.empty() ? "every checksum holds" : "damaged", partitions, blocks, tables,
        static_cast<double>(genotype_bytes) * 1e-9, seconds,
        static_cast<double>(genotype_bytes) * 1e-9 / std::max(seconds, 1e-9));
}

VerifyReport verify_store(std::filesystem::path const& store, int threads) {
    expect(threads >= 0, "threads are not negative");

    Stopwatch const watch;
    VerifyReport report;
    check_store(store, threads > 0 ? threads : omp_get_max_threads(), report);
    report.seconds = watch.seconds();
    return report;
}

}  // namespace maniple
