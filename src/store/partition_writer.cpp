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
#include "zstd_frame.hpp"

namespace maniple {

struct PartitionWriter::State {
    // In this order: datasets close before their file, which closes before it is removed.
    DurableFile place;
    hdf5::File file;
    std::optional<hdf5::Dataset> genotypes;
    PartitionFormat format;
    std::int32_t contig = 0;
    std::int64_t chunk_rows = 0;
    Codec codec;
    VariantTable table;
    VariantNumbers numbers;  // Without positions: the table has them.
    BlockTable blocks;
    PartitionStorage storage;

    State(std::filesystem::path const& path, PartitionFormat const& format_, Codec codec_)
        : place{path},
          file{hdf5::File::create(place.temporary())},
          format{format_},
          codec{codec_} {}
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
                                 PartitionFormat const& format, Codec codec) {
    expect(format.samples > 0, "a cohort has samples");
    expect(format.block_variants > 0, "a block has variants");
    expect(codec != Codec::plain, "chunks that are not plain have a codec");

    require_absent(file);
    state_ = std::make_unique<State>(file, format, codec);
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
    state_->genotypes = target.create_dataset(
        genotype_dataset,
        {.element = hdf5::Element::uint8,
         .columns = stride,
         .chunk_rows = state_->chunk_rows,
         .chunk_columns = stride,
         .filter = codec == Codec::zstd ? hdf5::Filter::zstd : hdf5::Filter::deflate,
         .level = zstd_level,
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

    expect(block.rows_per_chunk == state_->chunk_rows, "chunks have the partition's rows");

    auto row = state_->table.size();
    state_->genotypes->resize(row + block.variants);
    auto& storage = state_->storage;
    for (auto const& chunk : block.chunks) {
        bool const plain = chunk.codec == Codec::plain;
        expect(plain || chunk.codec == state_->codec, "chunks have the partition's codec");
        state_->genotypes->write_chunk(row, 0, plain ? filter_skipped : 0, chunk.bytes());
        row += block.rows_per_chunk;
        ++storage.chunks;
        if (!plain) ++storage.packed_chunks;
        storage.stored_bytes += std::ssize(chunk.bytes());
    }
    VariantNumbers own{
        .position = {}, .missing = block.missing, .alternate_count = block.alternate_count};
    for (auto const& variant : variants) own.position.push_back(variant.position);
    auto& blocks = state_->blocks;
    blocks.start.push_back(state_->table.size());
    blocks.checksum.push_back(block.checksum);
    blocks.number_checksum.push_back(checksum_of(own));
    blocks.name_checksum.push_back(checksum_of(variants));
    for (auto const& variant : variants) state_->table.append(state_->contig, variant);
    auto& numbers = state_->numbers;
    numbers.missing.insert(numbers.missing.end(), own.missing.begin(), own.missing.end());
    numbers.alternate_count.insert(numbers.alternate_count.end(), own.alternate_count.begin(),
                                   own.alternate_count.end());
}

PartitionEntry PartitionWriter::finish() {
    auto const& numbers = state_->numbers;
    auto const& blocks = state_->blocks;
    auto& file = state_->file;
    state_->genotypes.reset();
    state_->table.write(file);
    write_numbers(file, "variant_missing", std::span{numbers.missing});
    write_numbers(file, "variant_alternate_count", std::span{numbers.alternate_count});
    write_numbers(file, "block_start", std::span{blocks.start});
    write_numbers(file, "block_checksum", std::span{blocks.checksum});
    write_numbers(file, "block_number_checksum", std::span{blocks.number_checksum});
    write_numbers(file, "block_name_checksum", std::span{blocks.name_checksum});
    file.write_attribute("genotype_bytes", state_->storage.stored_bytes);
    file.write_attribute("genotype_chunks", state_->storage.chunks);
    file.write_attribute("genotype_chunks_packed", state_->storage.packed_chunks);

    PartitionEntry entry;
    auto const& path = state_->place.final_path();
    entry.file = (path.parent_path().filename() / path.filename()).string();
    entry.contig = state_->table.contigs().front();
    entry.variants = state_->table.size();
    entry.blocks = std::ssize(blocks.start);
    entry.checksum = checksum_of(state_->format, entry.contig, blocks);
    file.write_attribute("checksum", entry.checksum);
    file.close();
    entry.bytes = static_cast<std::int64_t>(std::filesystem::file_size(state_->place.temporary()));
    state_->place.commit(ExistingFile::refuse);
    return entry;
}

}  // namespace maniple
