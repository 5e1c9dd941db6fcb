#include "maniple/store/partition.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "columns.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/error.hpp"
#include "maniple/hdf5/file.hpp"
#include "partition_layout.hpp"
#include "variant_table.hpp"

namespace maniple {

void add_to(Checksum& sum, PartitionFormat const& format, PartitionCounts const& counts) {
    sum.add_values(std::span{&format.samples, 1});
    sum.add_values(std::span{&format.fingerprint, 1});
    sum.add_values(std::span{&format.block_variants, 1});
    sum.add_values(std::span{counts.missing});
    sum.add_values(std::span{counts.alternate_count});
    sum.add_values(std::span{counts.block_start});
    sum.add_values(std::span{counts.block_checksum});
}

struct PartitionReader::State {
    hdf5::File file;
    hdf5::Dataset genotypes;
    PartitionFormat format;
    std::int64_t chunk_rows;
    PartitionCounts counts;
    std::vector<Variant> variants;
};

namespace {

hdf5::File open_listed(std::filesystem::path const& path, PartitionEntry const& entry) {
    std::error_code error;
    if (!std::filesystem::exists(path, error) && !error) {
        throw CorruptInput{fmt::format(
            "'{}' is missing (cohort.h5 lists it); restore it from a copy, or import again",
            path.string())};
    }
    auto file = hdf5::File::open(path);
    if (file.origin().bytes != entry.bytes) {
        hdf5::reject(file.origin(), fmt::format("it has {} bytes (cohort.h5 says {})",
                                                file.origin().bytes, entry.bytes));
    }
    return file;
}

void require_same(hdf5::File const& file, char const* attribute, std::int64_t expected) {
    auto const found = file.read_integer(attribute);
    if (found == expected) return;
    hdf5::reject(file.origin(),
                 fmt::format("attribute '{}' is {} (must be {})", attribute, found, expected));
}

void require_format(hdf5::File const& file, PartitionEntry const& entry,
                    PartitionFormat const& format) {
    require_same(file, "format_version", partition_version);
    if (file.read_text("encoding") != partition_encoding) {
        hdf5::reject(file.origin(), "its genotypes have an unknown encoding");
    }
    if (file.read_unsigned("fingerprint") != format.fingerprint) {
        throw CorruptInput{fmt::format(
            "'{}' belongs to another cohort (its samples are not those of cohort.h5); put back the "
            "partition that was imported with this store",
            file.path().string())};
    }
    require_same(file, "samples", format.samples);
    require_same(file, "block_variants", format.block_variants);
    if (file.read_text("contig") != entry.contig) {
        hdf5::reject(file.origin(), fmt::format("it is not of contig '{}'", entry.contig));
    }
}

PartitionCounts read_counts(hdf5::File const& file, PartitionEntry const& entry,
                            PartitionFormat const& format) {
    PartitionCounts counts;
    counts.missing = read_numbers<std::int32_t>(file, "variant_missing", entry.variants);
    counts.alternate_count =
        read_numbers<std::int32_t>(file, "variant_alternate_count", entry.variants);
    counts.block_start = read_numbers<std::int64_t>(file, "block_start", entry.blocks);
    counts.block_checksum = read_numbers<std::uint64_t>(file, "block_checksum", entry.blocks);
    auto const size = format.block_variants;
    if (entry.blocks != (entry.variants + size - 1) / size) {
        hdf5::reject(file.origin(), "its blocks do not add up to its variants");
    }
    for (std::int64_t b = 0; b < entry.blocks; ++b) {
        if (counts.block_start[static_cast<std::size_t>(b)] != b * size) {
            hdf5::reject(file.origin(), fmt::format("block {} starts at a wrong row", b));
        }
    }
    return counts;
}

}  // namespace

PartitionReader::PartitionReader(std::filesystem::path const& store, PartitionEntry const& entry,
                                 PartitionFormat const& format) {
    expect(format.samples > 0, "a cohort has samples");
    expect(format.block_variants > 0, "a block has variants");

    auto file = open_listed(store / entry.file, entry);
    require_format(file, entry, format);
    auto const stride = packed_stride(format.samples);
    auto const rows = chunk_rows(format.block_variants, format.samples);
    auto genotypes = file.open_dataset(genotype_dataset);
    genotypes.require_extent(entry.variants, stride);
    genotypes.require_chunk(rows, stride);
    auto counts = read_counts(file, entry, format);
    auto named = read_variant_table(file, entry.variants);

    Checksum sum;
    add_to(sum, format, counts);
    named.add_to(sum);
    if (sum.value() != entry.checksum || named.contigs != std::vector{entry.contig}) {
        hdf5::reject(file.origin(), "the checksum of its variant table differs from cohort.h5");
    }
    state_ = std::make_unique<State>(State{std::move(file), std::move(genotypes), format, rows,
                                           std::move(counts), std::move(named.variants)});
}

PartitionReader::PartitionReader(PartitionReader&&) noexcept = default;
PartitionReader& PartitionReader::operator=(PartitionReader&&) noexcept = default;
PartitionReader::~PartitionReader() = default;

std::vector<Variant> const& PartitionReader::variants() const { return state_->variants; }

std::span<std::int32_t const> PartitionReader::missing() const { return state_->counts.missing; }

std::span<std::int32_t const> PartitionReader::alternate_count() const {
    return state_->counts.alternate_count;
}

std::int64_t PartitionReader::blocks() const { return std::ssize(state_->counts.block_start); }

Range<GlobalVariantIndex> PartitionReader::block_rows(std::int64_t block) const {
    expect(block >= 0 && block < blocks(), "block is inside the partition");

    auto const size = state_->format.block_variants;
    return {GlobalVariantIndex{block * size},
            GlobalVariantIndex{std::min((block + 1) * size, std::ssize(state_->variants))}};
}

void PartitionReader::read_block(std::int64_t block, RawBlock& raw) const {
    expect(block >= 0 && block < blocks(), "block is inside the partition");

    auto const rows = block_rows(block);
    raw.place =
        fmt::format("'{}': {}, block {}", state_->file.path().string(), genotype_dataset, block);
    raw.variants = rows.size();
    raw.samples = state_->format.samples;
    raw.checksum = state_->counts.block_checksum[static_cast<std::size_t>(block)];
    auto const chunks = (rows.size() + state_->chunk_rows - 1) / state_->chunk_rows;
    auto const whole = state_->chunk_rows * packed_stride(raw.samples);
    raw.chunks.resize(static_cast<std::size_t>(chunks));
    for (std::int64_t c = 0; c < chunks; ++c) {
        auto& chunk = raw.chunks[static_cast<std::size_t>(c)];
        auto const first = c * state_->chunk_rows;
        auto const row = rows.first.get() + first;
        chunk.rows = std::min(state_->chunk_rows, rows.size() - first);
        chunk.stored_rows = state_->chunk_rows;
        auto const bytes = state_->genotypes.chunk_bytes(row, 0);
        if (bytes <= 0 || bytes > whole) {
            hdf5::reject(state_->file.origin(), fmt::format("{}, block {}: a chunk has {} bytes",
                                                            genotype_dataset, block, bytes));
        }
        chunk.bytes.resize(static_cast<std::size_t>(bytes));
        auto const skipped = state_->genotypes.read_chunk(row, 0, chunk.bytes);
        chunk.deflated = skipped != deflate_skipped;
    }
}

}  // namespace maniple
