#include "block_assembler.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/error.hpp"
#include "maniple/run/ingest.hpp"

namespace maniple {
namespace {

void copy_rows(PackedBlock const& from, PackedBlock& to, std::int64_t first_row) {
    auto const words = from.view().words();
    auto const words_per_row = packed_stride(from.samples()) / 8;
    std::ranges::copy(words, to.words().begin() + first_row * words_per_row);
}

}  // namespace

BlockAssembler::BlockAssembler(std::vector<GenotypeSource*> const& sources,
                               std::int64_t block_variants, PartitionStart from, Log& log)
    : sources_{sources},
      block_variants_{block_variants},
      rows_per_partition_{std::max<std::int64_t>(1, partition_variants / block_variants) *
                          block_variants},
      log_{log},
      now_{std::move(from)} {
    expect(!sources.empty(), "something is read");
    expect(block_variants > 0, "a block has variants");
    expect(now_.source <= sources.size(), "it begins in a source, or behind them");

    if (now_.source < sources.size()) sources[now_.source]->go_on_from(now_.place);
}

std::string BlockAssembler::contig() const {
    return now_.contigs.empty() ? std::string{} : now_.contigs.back();
}

std::optional<PlacedBlock> BlockAssembler::next() {
    auto first = take_first();
    if (!first) return std::nullopt;
    auto& block = *first;
    bool const enters = block.contig != contig();
    if (enters || partition_rows_ == rows_per_partition_) partition_rows_ = 0;
    std::optional<PartitionStart> starts;
    if (partition_rows_ == 0) starts = now_;
    if (enters) enter_contig(block.contig);
    complete(block);
    check_positions(block);
    partition_rows_ += std::ssize(block.variants);
    return PlacedBlock{std::move(starts), std::move(block)};
}

void BlockAssembler::recycle(PackedBlock&& genotypes) {
    if (now_.source < sources_.size() && !source_ended_) {
        sources_[now_.source]->recycle(std::move(genotypes));
    }
}

std::optional<VariantBlock> BlockAssembler::pull(std::int64_t max_variants) {
    if (source_ended_) return std::nullopt;
    auto& source = *sources_[now_.source];
    now_.place = source.place();
    auto block = source.next(max_variants);
    source_ended_ = !block.has_value();
    if (!block) return block;
    expect(std::ssize(block->variants) == block->genotypes.variants(),
           "a block names its variants");
    expect(!block->variants.empty() && std::ssize(block->variants) <= max_variants,
           "a source delivers at most what it is asked for");
    return block;
}

std::optional<VariantBlock> BlockAssembler::take_first() {
    while (now_.source < sources_.size()) {
        auto block = carried_ ? std::exchange(carried_, std::nullopt) : pull(block_variants_);
        if (block) return block;
        leave_source();
    }
    return std::nullopt;
}

// Add rows of the same contig until the block is full.
void BlockAssembler::complete(VariantBlock& block) {
    auto filled = std::ssize(block.variants);
    if (filled == block_variants_) return;
    auto more = pull(block_variants_ - filled);
    if (!more) return;
    if (more->contig != block.contig) {
        carried_ = std::move(more);
        return;
    }
    PackedBlock whole{block_variants_, block.genotypes.samples()};
    copy_rows(block.genotypes, whole, 0);
    while (more && more->contig == block.contig) {
        copy_rows(more->genotypes, whole, filled);
        std::ranges::move(more->variants, std::back_inserter(block.variants));
        filled = std::ssize(block.variants);
        if (filled == block_variants_) break;
        more = pull(block_variants_ - filled);
    }
    if (more && more->contig != block.contig) carried_ = std::move(more);
    whole.truncate(filled);
    block.genotypes = std::move(whole);
}

void BlockAssembler::check_positions(VariantBlock const& block) {
    for (auto const& variant : block.variants) {
        if (variant.position < now_.last_position && now_.unsorted_contig.empty()) {
            now_.unsorted_contig = block.contig;
        }
        now_.last_position = variant.position;
    }
}

void BlockAssembler::enter_contig(std::string const& contig) {
    if (std::ranges::find(now_.contigs, contig) != now_.contigs.end()) {
        throw UserError{
            fmt::format("'{}': contig '{}' comes back after '{}' (each contig must stand "
                        "in one piece); sort the file by chromosome",
                        sources_[now_.source]->name(), contig, this->contig())};
    }
    now_.contigs.push_back(contig);
    now_.last_position = std::numeric_limits<std::int32_t>::min();
}

void BlockAssembler::leave_source() {
    auto const& source = *sources_[now_.source];
    if (now_.contigs.empty()) {
        throw UserError{fmt::format("'{}' has no variants; check the file", source.name())};
    }
    for (auto const& remark : source.remarks())
        log_.note(fmt::format("{}: {}", source.name(), remark));
    if (!now_.unsorted_contig.empty()) {
        log_.note(fmt::format("{}: positions decrease within contig '{}'; kept in the file's order",
                              source.name(), now_.unsorted_contig));
    }
    auto const next_source = now_.source + 1;
    now_ = {};
    now_.source = next_source;
    source_ended_ = false;
    partition_rows_ = 0;
}

}  // namespace maniple
