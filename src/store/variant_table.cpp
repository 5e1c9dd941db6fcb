#include "variant_table.hpp"

#include <algorithm>
#include <span>

#include "columns.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/narrow.hpp"

namespace maniple {

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

}  // namespace maniple
