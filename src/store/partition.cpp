#include "maniple/store/partition.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "column_reader.hpp"
#include "columns.hpp"
#include "maniple/core/error.hpp"
#include "maniple/hdf5/file.hpp"
#include "partition_layout.hpp"

namespace maniple {

namespace {

struct NumberColumns {
    ColumnReader contig;
    ColumnReader position;
    ColumnReader missing;
    ColumnReader alternate_count;
};

struct NameColumns {
    ColumnReader id;
    ColumnReader allele;
};

}  // namespace

struct PartitionReader::State {
    // In this order: datasets close before their file.
    hdf5::File file;
    hdf5::Dataset genotypes;
    PartitionFormat format;
    std::int64_t variants;
    std::int64_t chunk_rows;
    Codec codec;
    BlockTable blocks;
    // Opened when first needed: most readers need neither.
    std::optional<NumberColumns> numbers = {};
    std::optional<NameColumns> names = {};
    std::vector<std::byte> bytes = {};

    NumberColumns& open_numbers();
    NameColumns& open_names();
};

NumberColumns& PartitionReader::State::open_numbers() {
    if (!numbers) {
        auto const column = [&](char const* name) {
            return ColumnReader{file, name, hdf5::Element::int32, variants};
        };
        numbers.emplace(NumberColumns{column("variant_contig"), column("variant_position"),
                                      column("variant_missing"),
                                      column("variant_alternate_count")});
    }
    return *numbers;
}

NameColumns& PartitionReader::State::open_names() {
    if (!names) {
        names.emplace(NameColumns{{file, "variant_id", hdf5::Element::text, variants},
                                  {file, "variant_allele", hdf5::Element::text, variants, 2}});
    }
    return *names;
}

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

BlockTable read_blocks(hdf5::File const& file, PartitionEntry const& entry,
                       PartitionFormat const& format) {
    BlockTable blocks;
    blocks.start = read_numbers<std::int64_t>(file, "block_start", entry.blocks);
    blocks.checksum = read_numbers<std::uint64_t>(file, "block_checksum", entry.blocks);
    blocks.number_checksum =
        read_numbers<std::uint64_t>(file, "block_number_checksum", entry.blocks);
    blocks.name_checksum = read_numbers<std::uint64_t>(file, "block_name_checksum", entry.blocks);
    auto const size = format.block_variants;
    if (entry.blocks != (entry.variants + size - 1) / size) {
        hdf5::reject(file.origin(), "its blocks do not add up to its variants");
    }
    for (std::int64_t b = 0; b < entry.blocks; ++b) {
        if (blocks.start[static_cast<std::size_t>(b)] != b * size) {
            hdf5::reject(file.origin(), fmt::format("block {} starts at a wrong row", b));
        }
    }
    return blocks;
}

Codec read_codec(hdf5::File const& file, hdf5::Dataset const& genotypes) {
    switch (genotypes.filter()) {
        case hdf5::Filter::deflate:
            return Codec::deflate;
        case hdf5::Filter::zstd:
            return Codec::zstd;
        default:
            hdf5::reject(file.origin(), "its genotypes are compressed in an unknown way");
    }
}

std::vector<std::int32_t> read_column(ColumnReader& column, Range<GlobalVariantIndex> rows) {
    std::vector<std::byte> bytes;
    column.read(rows.first.get(), rows.size(), bytes);
    std::vector<std::int32_t> values(static_cast<std::size_t>(rows.size()));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
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
    auto const codec = read_codec(file, genotypes);
    genotypes.require_possible(
        1, codec == Codec::zstd ? hdf5::largest_zstd_ratio : hdf5::largest_deflate_ratio);
    auto blocks = read_blocks(file, entry, format);
    if (checksum_of(format, entry.contig, blocks) != entry.checksum) {
        hdf5::reject(file.origin(), "its checksum differs from cohort.h5");
    }
    if (read_texts(file, "contig_id", 1) != std::vector{entry.contig}) {
        hdf5::reject(file.origin(), "dataset 'contig_id' differs from cohort.h5");
    }
    state_.reset(new State{.file = std::move(file),
                           .genotypes = std::move(genotypes),
                           .format = format,
                           .variants = entry.variants,
                           .chunk_rows = rows,
                           .codec = codec,
                           .blocks = std::move(blocks)});
}

PartitionReader::PartitionReader(PartitionReader&&) noexcept = default;
PartitionReader& PartitionReader::operator=(PartitionReader&&) noexcept = default;
PartitionReader::~PartitionReader() = default;

std::int64_t PartitionReader::variants() const { return state_->variants; }

std::int64_t PartitionReader::blocks() const { return std::ssize(state_->blocks.start); }

NameWidths PartitionReader::name_widths() const {
    auto const& names = state_->open_names();
    return {.id = names.id.element_bytes(), .allele = names.allele.element_bytes()};
}

PartitionStorage PartitionReader::storage() const {
    auto const& file = state_->file;
    return {.codec = state_->codec,
            .packed_chunks = file.read_integer("genotype_chunks_packed"),
            .chunks = file.read_integer("genotype_chunks"),
            .stored_bytes = file.read_integer("genotype_bytes"),
            .bytes = state_->variants * packed_stride(state_->format.samples)};
}

Range<GlobalVariantIndex> PartitionReader::block_rows(std::int64_t block) const {
    expect(block >= 0 && block < blocks(), "block is inside the partition");

    auto const size = state_->format.block_variants;
    return {GlobalVariantIndex{block * size},
            GlobalVariantIndex{std::min((block + 1) * size, state_->variants)}};
}

VariantNumbers PartitionReader::read_numbers(std::int64_t block) const {
    auto const rows = block_rows(block);
    auto& columns = state_->open_numbers();
    VariantNumbers numbers{.position = read_column(columns.position, rows),
                           .missing = read_column(columns.missing, rows),
                           .alternate_count = read_column(columns.alternate_count, rows)};
    auto const contig = read_column(columns.contig, rows);
    if (checksum_of(numbers) != state_->blocks.number_checksum[static_cast<std::size_t>(block)] ||
        std::ranges::any_of(contig, [](auto number) { return number != 0; })) {
        hdf5::reject(
            state_->file.origin(),
            fmt::format("the checksum of the variants' numbers in block {} differs", block));
    }
    return numbers;
}

std::vector<Variant> PartitionReader::read_variants(std::int64_t block) const {
    auto const rows = block_rows(block);
    auto const numbers = read_numbers(block);
    auto& names = state_->open_names();
    std::vector<Variant> variants(static_cast<std::size_t>(rows.size()));
    for (std::size_t v = 0; v < variants.size(); ++v) variants[v].position = numbers.position[v];

    auto& bytes = state_->bytes;
    auto const text_at = [&](std::size_t element, std::int64_t width) {
        auto const size = static_cast<std::size_t>(width);
        return unpadded(std::span{bytes}.subspan(element * size, size));
    };
    names.id.read(rows.first.get(), rows.size(), bytes);
    for (std::size_t v = 0; v < variants.size(); ++v) {
        variants[v].id = text_at(v, names.id.element_bytes());
    }
    names.allele.read(rows.first.get(), rows.size(), bytes);
    for (std::size_t v = 0; v < variants.size(); ++v) {
        variants[v].reference = text_at(2 * v, names.allele.element_bytes());
        variants[v].alternate = text_at(2 * v + 1, names.allele.element_bytes());
    }
    if (checksum_of(std::span<Variant const>{variants}) !=
        state_->blocks.name_checksum[static_cast<std::size_t>(block)]) {
        hdf5::reject(state_->file.origin(),
                     fmt::format("the checksum of the variants' names in block {} differs", block));
    }
    return variants;
}

void PartitionReader::read_block(std::int64_t block, RawBlock& raw) const {
    auto const rows = block_rows(block);
    raw.place =
        fmt::format("'{}': {}, block {}", state_->file.path().string(), genotype_dataset, block);
    raw.checksum = state_->blocks.checksum[static_cast<std::size_t>(block)];
    raw.reshape(rows.size(), state_->format.samples, state_->chunk_rows);
    auto const whole = state_->chunk_rows * packed_stride(raw.samples());
    for (std::size_t c = 0; c < raw.chunks.size(); ++c) {
        auto& chunk = raw.chunks[c];
        auto const row = rows.first.get() + static_cast<std::int64_t>(c) * state_->chunk_rows;
        auto const bytes = state_->genotypes.chunk_bytes(row, 0);
        auto const bad = [&](auto const& problem) {
            hdf5::reject(state_->file.origin(),
                         fmt::format("{}, block {}: {}", genotype_dataset, block, problem));
        };
        if (bytes <= 0 || bytes > whole) bad(fmt::format("a chunk has {} bytes", bytes));
        // Only plain chunks have the size of their rows: packed ones shrink at least to half.
        auto target = raw.chunk_place(c);
        if (bytes < whole) {
            chunk.codec = state_->codec;
            chunk.bytes.resize(static_cast<std::size_t>(bytes));
            target = chunk.bytes;
        }
        auto const skipped = state_->genotypes.read_chunk(row, 0, target);
        if (skipped != (bytes < whole ? 0 : filter_skipped)) {
            bad("a chunk has another size than its filter makes");
        }
    }
}

}  // namespace maniple
