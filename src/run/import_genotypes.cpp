#include "maniple/run/import_genotypes.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/error.hpp"
#include "maniple/store/vcf_reader.hpp"
#include "store_target.hpp"

namespace maniple {
namespace {

constexpr std::int64_t usual_block_variants = 512;

std::unique_ptr<GenotypeSource> open(GenotypeImport const& plan,
                                     std::filesystem::path const& file) {
    // Inflating is a small part of reading VCF; more threads than this would wait.
    constexpr int most_inflating = 4;
    switch (plan.format) {
        case GenotypeFormat::plink:
            return std::make_unique<PlinkReader>(file, plan.ids);
        case GenotypeFormat::vcf:
            return std::make_unique<VcfReader>(
                file, plan.threads > 1 ? std::min(plan.threads, most_inflating) : 0);
    }
    throw ContractViolation{"a format is one of the list", std::source_location::current()};
}

/// A file of an import: checked when constructed, opened again when its turn comes (the first stays
/// open for it) and closed behind it, so that many files of a large cohort are not in memory
/// together.
class SourceInTurn : public GenotypeSource {
public:
    /// \param people  receives the samples of the first file; later ones must have the same.
    SourceInTurn(GenotypeImport const& plan, std::filesystem::path file,
                 std::shared_ptr<Samples const>& people)
        : plan_{plan}, file_{std::move(file)} {
        auto reader = open(plan_, file_);
        name_ = reader->name();
        bool const comes_first = !people;
        if (!people) people = std::make_shared<Samples const>(reader->samples());
        require_same_samples(*people, plan.files.front().string(), reader->samples(), name_);
        people_ = people;
        variants_ = reader->variants();
        stamp_ = reader->stamp();
        if (comes_first) reader_ = std::move(reader);
    }

    std::string name() const override { return name_; }
    Samples const& samples() const override { return *people_; }
    std::optional<std::int64_t> variants() const override { return variants_; }
    std::string stamp() const override { return stamp_; }
    SourcePlace place() const override { return reader_ ? reader_->place() : SourcePlace{}; }
    void go_on_from(SourcePlace const& place) override {
        open_reader();
        reader_->go_on_from(place);
    }
    std::vector<std::string> remarks() const override { return remarks_; }

    void recycle(PackedBlock&& genotypes) override {
        if (reader_) reader_->recycle(std::move(genotypes));
    }

    std::optional<VariantBlock> next(std::int64_t max_variants) override {
        open_reader();
        auto block = reader_->next(max_variants);
        if (!block) {
            remarks_ = reader_->remarks();
            reader_.reset();
        }
        return block;
    }

private:
    void open_reader() {
        if (reader_) return;
        reader_ = open(plan_, file_);
        require_same_samples(*people_, name_, reader_->samples(), "the same file read again");
    }

    GenotypeImport const& plan_;
    std::filesystem::path file_;
    std::string name_;
    std::shared_ptr<Samples const> people_;
    std::optional<std::int64_t> variants_;
    std::string stamp_;
    std::unique_ptr<GenotypeSource> reader_;
    std::vector<std::string> remarks_;
};

// Blocks of one store have one size; whoever asks for another one expects it.
void require_block_size(std::filesystem::path const& store, GenotypeImport const& plan) {
    std::error_code ignored;
    if (!plan.block_variants || !std::filesystem::exists(store / "cohort.h5", ignored)) return;
    auto const existing = Cohort{store}.index().block_variants;
    if (*plan.block_variants == existing) return;
    throw UserError{
        fmt::format("--block-variants {} is not the {} of '{}' (all blocks of a store have one "
                    "size); leave the option out, or import into a new store",
                    *plan.block_variants, existing, store.string())};
}

// An import that was interrupted when it had its table replaces it by itself.
ExistingTable agree_on_table(std::filesystem::path const& store, TableImport const& plan) {
    if (is_import_begun(store)) return ExistingTable::replace;
    auto const name = table_name(plan);
    if (plan.existing == ExistingTable::refuse &&
        std::filesystem::exists(store / "tables" / (name + ".h5"))) {
        throw UserError{
            fmt::format("'{}' has a table '{}' already; give --replace or another --name",
                        store.string(), name)};
    }
    return plan.existing;
}

void report(std::filesystem::path const& store, IngestSummary const& summary, Log& log) {
    constexpr double megabyte = 1e6;
    auto const packed = static_cast<double>(summary.packed_bytes) / megabyte;
    auto const new_part = 1 - static_cast<double>(summary.taken_up) /
                                  static_cast<double>(std::max<std::int64_t>(1, summary.variants));
    auto const stored = static_cast<double>(summary.stored_bytes) / megabyte;
    log.note(
        fmt::format("imported {} samples x {} variants on {} contigs in {:.1f} s ({:.0f} MB/s of "
                    "2-bit genotypes)",
                    summary.samples, summary.variants, summary.contigs, summary.seconds,
                    packed * new_part / std::max(summary.seconds, 1e-9)));
    log.note(
        fmt::format("store '{}': {:.1f} MB written in {} partitions ({:.2f} of the size at 2 bits)",
                    store.string(), stored, summary.partitions, stored / std::max(packed, 1e-9)));
}

}  // namespace

void import_genotypes(std::filesystem::path const& store, GenotypeImport const& plan, Log& log) {
    expect(!plan.files.empty(), "something is imported");
    expect(!plan.block_variants || *plan.block_variants > 0, "a block has variants");
    expect(plan.threads > 0, "somebody works");

    tidy_up_behind_import(store);
    require_block_size(store, plan);
    std::shared_ptr<Samples const> people;
    std::vector<std::unique_ptr<SourceInTurn>> files;
    for (auto const& file : plan.files) {
        files.push_back(std::make_unique<SourceInTurn>(plan, file, people));
    }
    std::vector<GenotypeSource*> sources;
    for (auto const& file : files) sources.push_back(file.get());

    IngestOptions options{.block_variants = plan.block_variants.value_or(usual_block_variants),
                          .compression = plan.compression,
                          .threads = plan.threads,
                          .before_commit = {}};
    options.facts = {{"--table", "none"}};
    if (plan.table) {
        auto const existing = agree_on_table(store, *plan.table);
        options.facts = {{"--table", table_name(*plan.table)}};
        auto table = std::make_shared<Table const>(prepare_table(*people, *plan.table, log));
        options.before_commit = [table, existing](std::filesystem::path const& folder,
                                                  CohortIndex const& index) {
            write_table(folder, index, *table, existing);
        };
    }
    report(store, ingest(store, sources, options, log), log);
}

}  // namespace maniple
