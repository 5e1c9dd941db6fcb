#include "partition_layout.hpp"

#include <array>

#include "maniple/core/checksum.hpp"

namespace maniple {

std::uint64_t checksum_of(PartitionFormat const& format, std::string const& contig,
                          BlockTable const& blocks) {
    Checksum sum;
    sum.add_values(std::span{&format.samples, 1});
    sum.add_values(std::span{&format.fingerprint, 1});
    sum.add_values(std::span{&format.block_variants, 1});
    sum.add(contig);
    sum.add_values(std::span{blocks.start});
    sum.add_values(std::span{blocks.checksum});
    sum.add_values(std::span{blocks.number_checksum});
    sum.add_values(std::span{blocks.name_checksum});
    return sum.value();
}

std::uint64_t checksum_of(VariantNumbers const& numbers) {
    Checksum sum;
    sum.add_values(std::span{numbers.position});
    sum.add_values(std::span{numbers.missing});
    sum.add_values(std::span{numbers.alternate_count});
    return sum.value();
}

std::uint64_t checksum_of(std::span<Variant const> variants) {
    // One piece: millions of short additions would take longer than reading the names.
    std::string bytes;
    for (auto const& variant : variants) {
        std::array const texts{&variant.id, &variant.reference, &variant.alternate};
        for (auto const* text : texts) {
            auto const length = static_cast<std::uint32_t>(text->size());
            bytes.append(reinterpret_cast<char const*>(&length), sizeof length);
            bytes += *text;
        }
    }
    return checksum(std::as_bytes(std::span{bytes}));
}

}  // namespace maniple
