#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "columns.hpp"
#include "maniple/core/durable_file.hpp"
#include "maniple/core/error.hpp"
#include "maniple/hdf5/file.hpp"
#include "maniple/store/partition.hpp"
#include "partition_layout.hpp"
#include "variant_table.hpp"

namespace maniple {

struct PartitionWriter::State {
    // In this order: datasets close before their file, which closes before it is removed.
    DurableFile place;
    hdf5::File file;
    std::optional<hdf5::Dataset> genotypes;
    PartitionFormat format;
    std::int32_t contig = 0;
    std::int64_t chunk_rows = 0;
    VariantTable table;
    PartitionCounts counts;

    State(std::filesystem::path const& path, PartitionFormat const& format_)
        : place{path}, file{hdf5::File::create(place.temporary())}, format{format_} {}
};

namespace {

void require_absent(std::filesystem::path const& file) {
    if (std::filesystem::exists(file)) {
        throw EnvironmentError{fmt::format(
            "'{}' exists already (partitions are never replaced); remove it", file.string())};
    }
}

}  // namespace

PartitionWriter::PartitionWriter(std::filesystem::path const& file, std::string contig,
                                 PartitionFormat const& format) {
    expect(format.samples > 0, "a cohort has samples");
    expect(format.block_variants > 0, "a block has variants");

    require_absent(file);
    state_ = std::make_unique<State>(file, format);
    state_->contig = state_->table.add_contig(contig);
    state_->chunk_rows = chunk_rows(format.block_variants, format.samples);
    auto& target = state_->file;
    target.write_attribute("format_version", partition_version);
    target.write_attribute("encoding", std::string_view{partition_encoding});
    target.write_attribute("contig", std::string_view{contig});
    target.write_attribute("samples", format.samples);
    target.write_attribute("fingerprint", format.fingerprint);
    target.write_attribute("block_variants", format.block_variants);
    auto const stride = packed_stride(format.samples);
    state_->genotypes = target.create_dataset(genotype_dataset, {.element = hdf5::Element::uint8,
                                                                 .columns = stride,
                                                                 .chunk_rows = state_->chunk_rows,
                                                                 .chunk_columns = stride,
                                                                 .filter = hdf5::Filter::deflate,
                                                                 .growth = hdf5::Rows::growing});
}

PartitionWriter::PartitionWriter(PartitionWriter&&) noexcept = default;
PartitionWriter& PartitionWriter::operator=(PartitionWriter&&) noexcept = default;
PartitionWriter::~PartitionWriter() = default;

std::int64_t PartitionWriter::variants() const { return state_->table.size(); }

void PartitionWriter::append(std::span<Variant const> variants, EncodedBlock const& block) {
    expect(std::ssize(variants) == block.variants, "every row of a block is a variant");
    expect(block.variants > 0 && block.variants <= state_->format.block_variants,
           "a block has at most the format's rows");
    expect(state_->table.size() % state_->format.block_variants == 0,
           "only the last block may be short");

    auto row = state_->table.size();
    state_->counts.block_start.push_back(row);
    state_->counts.block_checksum.push_back(block.checksum);
    state_->genotypes->resize(row + block.variants);
    for (auto const& chunk : block.chunks) {
        expect(chunk.stored_rows == state_->chunk_rows, "chunks have the partition's rows");
        state_->genotypes->write_chunk(row, 0, chunk.deflated ? 0 : deflate_skipped, chunk.bytes);
        row += chunk.rows;
    }
    for (auto const& variant : variants) state_->table.append(state_->contig, variant);
    auto& counts = state_->counts;
    counts.missing.insert(counts.missing.end(), block.missing.begin(), block.missing.end());
    counts.alternate_count.insert(counts.alternate_count.end(), block.alternate_count.begin(),
                                  block.alternate_count.end());
}

PartitionEntry PartitionWriter::finish() {
    auto const& counts = state_->counts;
    auto& file = state_->file;
    state_->genotypes.reset();
    state_->table.write(file);
    write_numbers(file, "variant_missing", std::span{counts.missing});
    write_numbers(file, "variant_alternate_count", std::span{counts.alternate_count});
    write_numbers(file, "block_start", std::span{counts.block_start});
    write_numbers(file, "block_checksum", std::span{counts.block_checksum});

    PartitionEntry entry;
    auto const& path = state_->place.final_path();
    entry.file = (path.parent_path().filename() / path.filename()).string();
    entry.contig = state_->table.contigs().front();
    entry.variants = state_->table.size();
    entry.blocks = std::ssize(counts.block_start);
    Checksum sum;
    add_to(sum, state_->format, counts);
    state_->table.add_to(sum);
    entry.checksum = sum.value();
    file.write_attribute("checksum", entry.checksum);
    file.close();
    entry.bytes = static_cast<std::int64_t>(std::filesystem::file_size(state_->place.temporary()));
    state_->place.commit(ExistingFile::refuse);
    return entry;
}

}  // namespace maniple
