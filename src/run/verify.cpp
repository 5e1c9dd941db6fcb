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
#include "maniple/store/check_structure.hpp"
#include "maniple/store/cohort.hpp"
#include "maniple/store/effect_file.hpp"
#include "maniple/store/model_file.hpp"
#include "store_target.hpp"

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

/// Blocks of all partitions, one after the other; what cannot be read becomes a problem. One thread
/// at a time.
class BlockQueue {
public:
    BlockQueue(Cohort const& cohort, VerifyReport& report) : cohort_{cohort}, report_{report} {}

    /// A block and what the partition says of its variants, where that could be read.
    struct Block {
        std::size_t partition = 0;
        std::int64_t number = 0;
        std::optional<VariantNumbers> variants;
    };

    /// The next block that can be read; nothing at the end.
    std::optional<Block> next(RawBlock& raw) {
        while (reader_ || open_next()) {
            if (block_ == reader_->blocks()) {
                reader_.reset();
                check_rest();
                continue;
            }
            Block block{.partition = partition_ - 1, .number = block_++, .variants = {}};
            ++report_.blocks;
            auto const record_damage = [&](auto const& check) {
                try {
                    check();
                    return true;
                } catch (CorruptInput const& damage) {
                    add_problem(block, damage.what());
                    return false;
                }
            };
            record_damage([&] { block.variants = reader_->read_numbers(block.number); });
            if (block.variants) {
                record_damage([&] { reader_->read_variants(block.number); });
            }
            if (record_damage([&] { reader_->read_block(block.number, raw); })) return block;
        }
        return std::nullopt;
    }

    /// Blocks of a partition can share what is damaged: each problem is told once.
    void add_problem(Block const& block, std::string problem) {
        if (!told_.insert(problem).second) return;
        problems_[{block.partition, block.number}].push_back(std::move(problem));
    }

    /// Hand the problems to the report, in the order of the store.
    void finish() {
        for (auto& [block, problems] : problems_) {
            for (auto& problem : problems) report_.problems.push_back(std::move(problem));
        }
    }

private:
    bool open_next() {
        while (partition_ < cohort_.index().partitions.size()) {
            block_ = 0;
            ++report_.partitions;
            try {
                reader_.emplace(cohort_.open_partition(partition_++));
                report_.genotype_bytes +=
                    reader_->variants() * packed_stride(cohort_.samples().size());
                return true;
            } catch (CorruptInput const& damage) {
                add_problem({.partition = partition_ - 1, .number = -1, .variants = {}},
                            damage.what());
            }
        }
        return false;
    }

    // What no block was found by, of a partition all of whose blocks could be read.
    void check_rest() {
        auto const partition = partition_ - 1;
        auto const told = problems_.lower_bound({partition, -1});
        if (told != problems_.end() && told->first.first == partition) return;
        try {
            check_structure(cohort_.path() / cohort_.index().partitions[partition].file);
        } catch (CorruptInput const& damage) {
            add_problem({.partition = partition, .number = -1, .variants = {}}, damage.what());
        }
    }

    Cohort const& cohort_;
    VerifyReport& report_;
    std::size_t partition_ = 0;  // The next one to open.
    std::optional<PartitionReader> reader_;
    std::int64_t block_ = 0;
    std::map<std::pair<std::size_t, std::int64_t>, std::vector<std::string>> problems_;
    std::set<std::string> told_;
};

// Checksum, alleles and missing genotypes of a block.
void check_block(RawBlock& raw, std::optional<VariantNumbers> const& expected) {
    auto const counted = count_block(decode_block(raw));
    if (!expected || (counted.missing == expected->missing &&
                      counted.alternate_count == expected->alternate_count)) {
        return;
    }
    throw CorruptInput{
        fmt::format("{}: its genotypes do not have the counts in variant_missing and "
                    "variant_alternate_count; import again",
                    raw.place)};
}

// One team of threads for the whole store: partitions can be many and tiny.
void check_blocks(Cohort const& cohort, int threads, VerifyReport& report) {
    BlockQueue queue{cohort, report};
    FirstFailure failure;
    std::mutex reading;
#pragma omp parallel num_threads(threads)
    failure.guard([&] {
        RawBlock raw;
        while (!failure.get()) {
            std::unique_lock lock{reading};
            auto const block = queue.next(raw);
            lock.unlock();
            if (!block) return;
            try {
                check_block(raw, block->variants);
            } catch (CorruptInput const& damage) {
                lock.lock();
                queue.add_problem(*block, damage.what());
            }
        }
    });
    failure.rethrow();
    queue.finish();
}

// Scores may come from elsewhere; effects and training samples are those of this cohort.
void check_model(Cohort const& cohort, std::string const& name) {
    auto const file = find_model(cohort.path(), name);
    auto const fingerprint = cohort.index().fingerprint;
    if (find_model_kind(file) == ModelKind::score) {
        auto const training = read_model(file).training;
        if (training.fingerprint != fingerprint ||
            std::ssize(training.is_used) == cohort.samples().size()) {
            return;
        }
        throw CorruptInput{
            fmt::format("'{}': its training samples are not as many as the cohort's; fit or import "
                        "the model again",
                        file.string())};
    }
    if (read_effects(file).fingerprint == fingerprint) return;
    throw CorruptInput{
        fmt::format("'{}' belongs to another cohort (its samples are not those of cohort.h5); put "
                    "back the one that was made with this store",
                    file.string())};
}

// Checkpoint and lock of a fit lie beside the model that it will make.
std::optional<std::string> note_unfinished_fit(std::filesystem::path const& path) {
    auto const name = path.stem().string();
    if (path.parent_path() != "models" || name.size() < 2 || name.front() != '.') return {};
    if (path.extension() == ".fit") {
        return fmt::format(
            "'{}' is the checkpoint of an unfinished fit of model '{}' (running or interrupted); "
            "the same command goes on from there; remove it to give the fit up",
            path.string(), name.substr(1));
    }
    if (path.extension() == ".lock") {
        return fmt::format(
            "'{}' belongs to an unfinished fit of model '{}' (running or interrupted); it is in "
            "nobody's way",
            path.string(), name.substr(1));
    }
    return {};
}

// What lies in the store's folders and belongs to nobody.
void note_strangers(Cohort const& cohort, VerifyReport& report) {
    std::set<std::filesystem::path> known{"cohort.h5", "genotypes", "tables", "models", ".import"};
    for (auto const& entry : cohort.index().partitions) known.insert(entry.file);
    for (auto const& name : cohort.table_names()) known.insert("tables/" + name + ".h5");
    for (auto const& name : cohort.model_names()) known.insert("models/" + name + ".h5");
    std::set<std::string> notes;
    std::error_code error;
    bool const is_extended = is_import_begun(cohort.path());
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
        } else if (is_extended && (is_import_journal(path) || path.parent_path() == "genotypes")) {
            notes.insert(
                fmt::format("'{}' belongs to an unfinished import (running or interrupted); the "
                            "same command goes on with it",
                            path.string()));
        } else if (auto note = note_unfinished_fit(path)) {
            notes.insert(*std::move(note));
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
    record(report, [&] { check_structure(store / "cohort.h5"); });
    check_blocks(*cohort, threads, report);
    for (auto const& name : cohort->table_names()) {
        record(report, [&] {
            ++report.tables;
            cohort->read_table(name);
            check_structure(store / "tables" / (name + ".h5"));
        });
    }
    for (auto const& name : cohort->model_names()) {
        record(report, [&] {
            ++report.models;
            check_model(*cohort, name);
            check_structure(find_model(store, name));
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
