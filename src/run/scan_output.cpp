#include "maniple/run/scan_output.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

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

ResultHeader make_header(ScanPlan const& plan) {
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

}  // namespace

ScanOutput::ScanOutput(std::filesystem::path const& file, ScanPlan const& plan)
    : plan_{plan}, writer_{file, make_header(plan)} {
    if (plan.batches().size() > 1) {
        spool_.emplace(file.parent_path(), plan.variants(), plan.traits());
    }
}

void ScanOutput::take(ScanUnits const& units, std::int64_t unit, BlockReader& reader,
                      EncodedUnit const& encoded, UnitLayout const& layout, TraitIndex first) {
    auto const row = units.rows(unit).first.get();
    if (spool_) {
        reader.forget_before(plan_.blocks()[units.pieces(unit).front().block.at()].partition);
    } else {
        append_names(units, unit, reader);
    }
    encoded.for_each_column(layout,
                            [&](ResultColumn which, TraitIndex in_batch, EncodedColumn column) {
                                auto const trait = first + in_batch.get();
                                if (spool_) {
                                    spool_->write(which, row, trait, column);
                                } else {
                                    writer_.write(which, row, trait, column);
                                }
                            });
}

void ScanOutput::append_names(ScanUnits const& units, std::int64_t unit, BlockReader& reader) {
    for (auto const& piece : units.pieces(unit)) {
        auto const& block = plan_.blocks()[piece.block.at()];
        reader.forget_before(block.partition);
        auto const names = reader.variants(block);
        writer_.append_variants(plan_.cohort().index().partitions[block.partition].contig,
                                std::span{names}.subspan(static_cast<std::size_t>(piece.first),
                                                         static_cast<std::size_t>(piece.rows)));
    }
}

void ScanOutput::finish() {
    if (spool_) {
        ScanUnits const units{plan_.blocks(), plan_.unit_rows()};
        BlockReader reader{plan_.cohort()};
        for (std::int64_t u = 0; u < units.count(); ++u) {
            StopRequest::check();
            append_names(units, u, reader);
            spool_->copy_chunk(units.rows(u).first.get(), writer_);
        }
    }
    writer_.finish();
}

}  // namespace maniple
