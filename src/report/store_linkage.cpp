#include "maniple/report/store_linkage.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/genotype/packed_block.hpp"

namespace maniple {
namespace {

constexpr std::int64_t most_kept_bytes = std::int64_t{256} << 20;

std::string key_of(Variant const& variant) {
    return fmt::format("{}\t{}\t{}\t{}", variant.position, variant.id, variant.reference,
                       variant.alternate);
}

}  // namespace

StoreLinkage::StoreLinkage(Cohort cohort, std::int64_t most_bytes)
    : cohort_{std::move(cohort)}, most_bytes_{most_bytes} {}

void StoreLinkage::reserve(std::int64_t bytes) {
    expect(bytes >= 0, "a number of bytes is not negative");

    reserved_ = bytes;
}

PartitionReader& StoreLinkage::open(std::size_t partition) {
    auto found = readers_.find(partition);
    if (found == readers_.end()) {
        found = readers_.emplace(partition, cohort_.open_partition(partition)).first;
    }
    return found->second;
}

std::vector<StoreLinkage::BlockPlace> const& StoreLinkage::blocks_of(std::string const& contig) {
    auto const [entry, is_new] = blocks_.try_emplace(contig);
    if (!is_new) return entry->second;
    auto const& partitions = cohort_.index().partitions;
    for (std::size_t p = 0; p < partitions.size(); ++p) {
        if (partitions[p].contig != contig) continue;
        auto const& reader = open(p);
        for (std::int64_t block = 0; block < reader.blocks(); ++block) {
            auto const positions = reader.read_numbers(block).position;
            if (positions.empty()) continue;
            auto const [first, last] = std::ranges::minmax(positions);
            entry->second.push_back({p, block, first, last});
        }
    }
    return entry->second;
}

StoreLinkage::LoadedBlock& StoreLinkage::load(BlockPlace const& place) {
    auto const found = std::ranges::find_if(loaded_, [&](LoadedBlock const& loaded) {
        return loaded.place.partition == place.partition && loaded.place.block == place.block;
    });
    if (found != loaded_.end()) {
        loaded_.splice(loaded_.begin(), loaded_, found);
        return loaded_.front();
    }
    auto const& reader = open(place.partition);
    auto const block_bytes =
        cohort_.index().block_variants * packed_stride(std::ssize(cohort_.samples().ids));
    auto const most_blocks = std::max<std::int64_t>(1, most_kept_bytes / block_bytes);
    if (std::ssize(loaded_) >= most_blocks) {
        loaded_.splice(loaded_.begin(), loaded_, std::prev(loaded_.end()));  // Its memory is used.
    } else {
        loaded_.emplace_front();
    }
    auto& block = loaded_.front();
    block.place = place;
    block.variants = reader.read_variants(place.block);
    reader.read_block(place.block, block.genotypes);
    decode_block(block.genotypes);
    bytes_read_ += std::ssize(block.variants) * packed_stride(block.genotypes.samples());
    return block;
}

std::optional<LinkageLead> StoreLinkage::find_lead(std::vector<BlockPlace> const& blocks,
                                                   Variant const& lead) {
    std::optional<LinkageLead> masks;
    for (auto const& place : blocks) {
        if (place.first > lead.position || place.last < lead.position) continue;
        auto const& block = load(place);
        for (LocalVariantIndex row{0}; row.get() < std::ssize(block.variants); ++row) {
            if (block.variants[row.at()] != lead) continue;
            if (masks) return {};  // Which of them it is nobody knows.
            masks.emplace(block.genotypes.view().row(row), block.genotypes.samples());
        }
    }
    return masks;
}

std::vector<double> StoreLinkage::r_squared(std::string const& contig, Variant const& lead,
                                            std::span<Variant const> others) {
    if (is_spent()) return {};
    auto const& blocks = blocks_of(contig);
    auto const masks = find_lead(blocks, lead);
    if (!masks) return {};
    std::vector<double> values(others.size(), std::numeric_limits<double>::quiet_NaN());
    if (others.empty()) return values;
    std::unordered_map<std::string, std::size_t> wanted;
    for (std::size_t i = 0; i < others.size(); ++i) wanted.emplace(key_of(others[i]), i);
    std::vector<bool> is_found(others.size());
    auto const [first, last] =
        std::ranges::minmax(others, {}, [](Variant const& variant) { return variant.position; });
    for (auto const& place : blocks) {
        if (place.first > last.position || place.last < first.position) continue;
        auto const& block = load(place);
        for (LocalVariantIndex v{0}; v.get() < std::ssize(block.variants); ++v) {
            auto const found = wanted.find(key_of(block.variants[v.at()]));
            if (found == wanted.end()) continue;
            auto const i = found->second;
            values[i] = is_found[i]
                            ? std::numeric_limits<double>::quiet_NaN()
                            : maniple::r_squared(masks->count(block.genotypes.view().row(v)));
            is_found[i] = true;
        }
    }
    return values;
}

}  // namespace maniple
