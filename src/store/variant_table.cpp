#include "variant_table.hpp"

#include <algorithm>
#include <span>

#include "columns.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/narrow.hpp"

namespace maniple {
namespace {

void add_columns(Checksum& sum, std::vector<std::string> const& contigs,
                 std::vector<std::int32_t> const& contig) {
    auto const rows = std::ssize(contig);
    sum.add_values(std::span{&rows, 1});
    for (auto const& name : contigs) sum.add(name);
    sum.add_values(std::span{contig});
}

void add_variant(Checksum& sum, std::int32_t position, std::string_view id,
                 std::string_view reference, std::string_view alternate) {
    sum.add_values(std::span{static_cast<std::int32_t const*>(&position), 1});
    sum.add(id);
    sum.add(reference);
    sum.add(alternate);
}

}  // namespace

std::int32_t VariantTable::add_contig(std::string const& contig) {
    // Nearly always the last one.
    auto const found = std::find(contigs_.rbegin(), contigs_.rend(), contig);
    if (found != contigs_.rend()) {
        return narrow<std::int32_t>(std::distance(found, contigs_.rend()) - 1);
    }
    contigs_.push_back(contig);
    return narrow<std::int32_t>(std::ssize(contigs_) - 1);
}

void VariantTable::append(std::int32_t contig, Variant const& variant) {
    expect(contig >= 0 && contig < std::ssize(contigs_), "the contig is known");

    contig_.push_back(contig);
    positions_.push_back(variant.position);
    begins_.push_back(std::ssize(texts_));
    lengths_.push_back({narrow<std::int32_t>(variant.id.size()),
                        narrow<std::int32_t>(variant.reference.size()),
                        narrow<std::int32_t>(variant.alternate.size())});
    texts_ += variant.id;
    texts_ += variant.reference;
    texts_ += variant.alternate;
}

std::string_view VariantTable::text(std::int64_t variant, Text which) const {
    auto const v = static_cast<std::size_t>(variant);
    auto begin = static_cast<std::size_t>(begins_[v]);
    auto const part = static_cast<std::size_t>(which);
    for (std::size_t i = 0; i < part; ++i) begin += static_cast<std::size_t>(lengths_[v][i]);
    return std::string_view{texts_}.substr(begin, static_cast<std::size_t>(lengths_[v][part]));
}

void VariantTable::write(hdf5::File& file) const {
    write_texts(file, "contig_id", contigs_);
    write_numbers(file, "variant_contig", std::span{contig_});
    write_numbers(file, "variant_position", std::span{positions_});
    write_texts(file, "variant_id", size(), 0,
                [this](std::int64_t i) { return text(i, Text::id); });
    write_texts(file, "variant_allele", size(), 2, [this](std::int64_t i) {
        return text(i / 2, i % 2 == 0 ? Text::reference : Text::alternate);
    });
}

void VariantTable::add_to(Checksum& sum) const {
    add_columns(sum, contigs_, contig_);
    for (std::int64_t v = 0; v < size(); ++v) {
        add_variant(sum, positions_[static_cast<std::size_t>(v)], text(v, Text::id),
                    text(v, Text::reference), text(v, Text::alternate));
    }
}

void NamedVariants::add_to(Checksum& sum) const {
    add_columns(sum, contigs, contig);
    for (auto const& variant : variants) {
        add_variant(sum, variant.position, variant.id, variant.reference, variant.alternate);
    }
}

NamedVariants read_variant_table(hdf5::File const& file, std::int64_t variants) {
    NamedVariants named;
    named.contigs = read_texts(file, "contig_id", file.open_dataset("contig_id").rows());
    named.contig = read_numbers<std::int32_t>(file, "variant_contig", variants);
    auto const known = std::ssize(named.contigs);
    if (std::ranges::any_of(named.contig, [&](auto c) { return c < 0 || c >= known; })) {
        hdf5::reject(file.origin(), "dataset 'variant_contig' names a contig that is not there");
    }
    auto const positions = read_numbers<std::int32_t>(file, "variant_position", variants);
    named.variants.resize(positions.size());
    for (std::size_t v = 0; v < positions.size(); ++v) named.variants[v].position = positions[v];
    read_texts(file, "variant_id", variants, 0, [&](std::int64_t i, std::string&& text) {
        named.variants[static_cast<std::size_t>(i)].id = std::move(text);
    });
    read_texts(file, "variant_allele", variants, 2, [&](std::int64_t i, std::string&& text) {
        auto& variant = named.variants[static_cast<std::size_t>(i / 2)];
        (i % 2 == 0 ? variant.reference : variant.alternate) = std::move(text);
    });
    return named;
}

}  // namespace maniple
