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
                               std::int64_t block_variants, Log& log)
    : sources_{sources},
      block_variants_{block_variants},
      rows_per_partition_{std::max<std::int64_t>(1, partition_variants / block_variants) *
                          block_variants},
      log_{log} {
    expect(!sources.empty(), "something is read");
}

std::optional<PlacedBlock> BlockAssembler::next() {
    auto first = take_first();
    if (!first) return std::nullopt;
    auto& block = *first;
    if (block.contig != contig_ || partition_rows_ == rows_per_partition_) partition_rows_ = 0;
    if (block.contig != contig_) enter_contig(block.contig);
    complete(block);
    check_positions(block);
    auto const placement =
        partition_rows_ == 0 ? Placement::starts_partition : Placement::continues_partition;
    partition_rows_ += std::ssize(block.variants);
    return PlacedBlock{placement, std::move(block)};
}

void BlockAssembler::recycle(PackedBlock&& genotypes) {
    if (source_ < sources_.size() && !source_ended_) {
        sources_[source_]->recycle(std::move(genotypes));
    }
}

std::optional<VariantBlock> BlockAssembler::pull(std::int64_t max_variants) {
    if (source_ended_) return std::nullopt;
    auto block = sources_[source_]->next(max_variants);
    source_ended_ = !block.has_value();
    if (!block) return block;
    expect(std::ssize(block->variants) == block->genotypes.variants(),
           "a block names its variants");
    expect(!block->variants.empty() && std::ssize(block->variants) <= max_variants,
           "a source delivers at most what it is asked for");
    source_variants_ += std::ssize(block->variants);
    return block;
}

std::optional<VariantBlock> BlockAssembler::take_first() {
    while (source_ < sources_.size()) {
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
        if (variant.position < last_position_ && unsorted_contig_.empty()) {
            unsorted_contig_ = block.contig;
        }
        last_position_ = variant.position;
    }
}

void BlockAssembler::enter_contig(std::string const& contig) {
    if (!contigs_.insert(contig).second) {
        throw UserError{
            fmt::format("'{}': contig '{}' comes back after '{}' (each contig must stand "
                        "in one piece); sort the file by chromosome",
                        sources_[source_]->name(), contig, contig_)};
    }
    contig_ = contig;
    last_position_ = std::numeric_limits<std::int32_t>::min();
}

void BlockAssembler::leave_source() {
    auto const& source = *sources_[source_];
    if (source_variants_ == 0) {
        throw UserError{fmt::format("'{}' has no variants; check the file", source.name())};
    }
    for (auto const& remark : source.remarks())
        log_.note(fmt::format("{}: {}", source.name(), remark));
    if (!unsorted_contig_.empty()) {
        log_.note(fmt::format("{}: positions decrease within contig '{}'; kept in the file's order",
                              source.name(), unsorted_contig_));
    }
    ++source_;
    source_ended_ = false;
    source_variants_ = 0;
    contigs_.clear();
    contig_.clear();
    partition_rows_ = 0;
    unsorted_contig_.clear();
}

}  // namespace maniple
