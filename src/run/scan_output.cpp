#include "maniple/run/scan_output.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/durable_file.hpp"
#include "maniple/core/error.hpp"
#include "maniple/model/test_status.hpp"
#include "maniple/run/stop_request.hpp"

namespace maniple {
namespace {

// Contigs of the chosen variants, and room for their longest names.
void describe_variants(ScanPlan const& plan, ResultHeader& header) {
    BlockReader reader{plan.cohort()};
    std::optional<std::size_t> last;
    for (auto const& block : plan.blocks()) {
        if (last == block.partition) continue;
        last = block.partition;
        reader.forget_before(block.partition);
        auto const& contig = plan.cohort().index().partitions[block.partition].contig;
        if (std::ranges::find(header.contigs, contig) == header.contigs.end()) {
            header.contigs.push_back(contig);
        }
        auto const widths = reader.name_widths(block.partition);
        header.id_width = std::max(header.id_width, widths.id);
        header.allele_width = std::max(header.allele_width, widths.allele);
    }
}

std::string describe_models(ScanPlan const& plan) {
    std::string text;
    bool const has_predictors = plan.predictors() != nullptr;
    if (plan.has_model(TraitModel::linear)) {
        text = has_predictors ? "linear, less predictors" : "linear";
    }
    if (plan.has_model(TraitModel::logistic)) {
        text +=
            fmt::format("{}logistic{} ({})", text.empty() ? "" : "; binary traits: ",
                        has_predictors ? ", beside predictors" : "", plan.describe_correction());
    }
    if (plan.has_model(TraitModel::cox)) {
        text += fmt::format("{}Cox ({})",
                            text.empty() ? "" : "; times to event: ", plan.describe_correction());
    }
    return text;
}

}  // namespace

ResultHeader result_header(ScanPlan const& plan) {
    ResultHeader header{
        .traits = plan.trait_labels(),
        .model = describe_models(plan),
        .covariates = fmt::format("{}", fmt::join(plan.covariate_labels(), ",")),
        .missing_genotype = plan.request().missing == MissingGenotype::mean ? "mean" : "drop",
        .fingerprint = plan.cohort().index().fingerprint,
        .variants = plan.variants()};
    for (auto name : test_status_names()) header.statuses.emplace_back(name);
    describe_variants(plan, header);
    return header;
}

namespace {

// Takes names of some variants of one contig.
using NameSink = std::function<void(std::string const& contig, std::span<Variant const>)>;

void read_names(ScanPlan const& plan, ScanUnits const& units, std::int64_t unit,
                BlockReader& reader, NameSink const& sink) {
    for (auto const& piece : units.pieces(unit)) {
        auto const& block = plan.blocks()[piece.block.at()];
        reader.forget_before(block.partition);
        auto const names = reader.variants(block);
        sink(plan.cohort().index().partitions[block.partition].contig,
             std::span{names}.subspan(static_cast<std::size_t>(piece.first),
                                      static_cast<std::size_t>(piece.rows)));
    }
}

constexpr char const* sealed_name = "sealed";

KeptWork interrupted_scan() { return {"scan", "choose another --out"}; }

// Bytes of the spool that an interrupted run of the same plan sealed.
std::int64_t find_sealed(std::filesystem::path const& folder, PlanFacts const& facts) {
    auto const file = folder / sealed_name;
    auto const kept = find_state(file, facts, interrupted_scan());
    if (!kept) return 0;
    std::int64_t sealed = 0;
    if (kept->size() != sizeof sealed) throw_damaged(file, interrupted_scan());
    std::memcpy(&sealed, kept->data(), sizeof sealed);
    if (sealed <= 0) throw_damaged(file, interrupted_scan());
    return sealed;
}

ResultSpool open_spool(std::filesystem::path const& folder, ScanPlan const& plan,
                       std::int64_t sealed) {
    auto const file = folder / kept_columns_name;
    ResultExtent const extent{plan.variants(), plan.traits(), plan.rows()};
    if (sealed > 0) return ResultSpool::reopen(file, extent, sealed);
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
        throw EnvironmentError{fmt::format("folder '{}' cannot be made ({}); check the disk",
                                           folder.string(), error.message())};
    }
    return {file, extent};
}

// At most a fiftieth of the time goes into sealing.
constexpr double shortest_pause = 0.2;  // Seconds.
constexpr double pause_per_seal = 50;

}  // namespace

ScanOutput::ScanOutput(std::filesystem::path folder, ScanPlan const& plan, PlanFacts facts)
    : folder_{std::move(folder)},
      plan_{plan},
      facts_{std::move(facts)},
      spool_{open_spool(folder_, plan, find_sealed(folder_, facts_))},
      sealed_{spool_.bytes()},
      next_seal_{shortest_pause} {}

ScanOutput::~ScanOutput() {
    std::error_code ignored;
    if (is_shard_ || std::filesystem::exists(folder_ / sealed_name, ignored)) return;
    std::filesystem::remove(folder_ / kept_columns_name, ignored);
    std::filesystem::remove(folder_, ignored);  // Where it is empty.
}

void ScanOutput::count(Range<TraitIndex> batch, std::int64_t rows, ScanTally& tally) const {
    std::vector<float> neg_log10_p;
    auto const first_row = plan_.rows().first.get();
    for (std::int64_t row = 0; row < rows; row += plan_.unit_rows()) {
        StopRequest::check();
        spool_.read(batch.first, first_row + row,
                    [&](ResultColumn which, TraitIndex trait, EncodedColumn column) {
                        if (which == ResultColumn::neg_log10_p) {
                            neg_log10_p = decode_results<float>(column);
                        } else if (which == ResultColumn::status) {
                            tally.add(TraitIndex{trait - batch.first},
                                      decode_results<std::uint8_t>(column), neg_log10_p);
                        }
                    });
    }
}

void ScanOutput::take(ScanUnits const& units, std::int64_t unit, BlockReader& reader,
                      EncodedUnit const& encoded, UnitLayout const& layout, TraitIndex first) {
    auto const row = units.rows(unit).first.get();
    reader.forget_before(plan_.blocks()[units.pieces(unit).front().block.at()].partition);
    encoded.for_each_column(layout,
                            [&](ResultColumn which, TraitIndex in_batch, EncodedColumn column) {
                                spool_.write(which, row, first + in_batch.get(), column);
                            });
    spool_.end_row_chunk();
    if (watch_.seconds() >= next_seal_) seal();
}

// The file may be longer than that, but never shorter: what is dropped is forgotten here first.
void ScanOutput::remember(std::int64_t sealed) {
    auto const file = folder_ / sealed_name;
    if (sealed > 0) {
        keep_state(file, facts_, std::as_bytes(std::span{&sealed, 1}));
    } else {
        std::filesystem::remove(file);
        sync_to_disk(folder_);
    }
    sealed_ = sealed;
}

void ScanOutput::drop_begun() {
    if (spool_.complete_bytes() < sealed_) remember(spool_.complete_bytes());
    spool_.drop_begun();
}

void ScanOutput::seal() {
    if (spool_.bytes() == sealed_) return;
    Stopwatch const sealing;
    spool_.seal();
    remember(spool_.bytes());
    next_seal_ = watch_.seconds() + std::max(shortest_pause, pause_per_seal * sealing.seconds());
}

void ScanOutput::write_results(std::filesystem::path const& file) const {
    expect(!plan_.request().shard, "the plan is of all variants");

    ResultWriter writer{file, result_header(plan_)};
    ScanUnits const units{plan_.blocks(), plan_.unit_rows()};
    BlockReader reader{plan_.cohort()};
    for (std::int64_t u = 0; u < units.count(); ++u) {
        StopRequest::check();
        read_names(plan_, units, u, reader,
                   [&](std::string const& contig, std::span<Variant const> variants) {
                       writer.append_variants(contig, variants);
                   });
        auto const row = units.rows(u).first.get();
        spool_.read_all(row, [&](ResultColumn which, TraitIndex trait, EncodedColumn column) {
            writer.write(which, row, trait, column);
        });
    }
    writer.finish();
}

KeptShard ScanOutput::finish_shard() {
    expect(plan_.request().shard.has_value(), "the plan is of a shard");

    seal();
    DurableFile file{folder_ / kept_names_name};
    NameSpoolWriter writer{file.temporary()};
    auto const contigs = result_header(plan_).contigs;
    ScanUnits const units{plan_.blocks(), plan_.unit_rows()};
    BlockReader reader{plan_.cohort()};
    for (auto u = plan_.units().first; u != plan_.units().last; ++u) {
        StopRequest::check();
        ResultNames names;
        read_names(plan_, units, u.get(), reader,
                   [&](std::string const& contig, std::span<Variant const> variants) {
                       auto const place = std::ranges::find(contigs, contig) - contigs.begin();
                       names.contig.insert(names.contig.end(), variants.size(),
                                           static_cast<std::int32_t>(place));
                       names.variants.insert(names.variants.end(), variants.begin(),
                                             variants.end());
                   });
        writer.append(names);
    }
    KeptShard const kept{.column_bytes = spool_.bytes(), .names = writer.finish()};
    file.commit(ExistingFile::replace);
    is_shard_ = true;
    return kept;
}

}  // namespace maniple
