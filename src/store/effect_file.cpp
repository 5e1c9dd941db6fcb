#include "maniple/store/effect_file.hpp"

#include <map>
#include <span>
#include <string_view>

#include "columns.hpp"
#include "effect_kind.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/durable_file.hpp"
#include "maniple/hdf5/file.hpp"

namespace maniple {
namespace {

constexpr std::int64_t version = 1;

/// The table as it lies in the file.
struct Layout {
    std::vector<std::string> contigs;
    std::vector<std::int32_t> trait, contig, position;
    std::vector<double> effect;
    std::vector<double> genetic_values;
    std::vector<std::string> names;  // ID, REF, ALT of each row.

    std::uint64_t checksum(std::vector<std::string> const& traits) const {
        Checksum sum;
        for (auto const& list : {traits, contigs, names}) {
            for (auto const& text : list) sum.add(text);
        }
        for (auto const& list : {trait, contig, position}) sum.add_values(std::span{list});
        for (auto const& list : {effect, genetic_values}) sum.add_values(std::span{list});
        return sum.value();
    }
};

Layout lay_out(EffectTable const& table) {
    Layout result;
    std::map<std::string_view, std::int32_t> contig_numbers;
    for (auto const& [trait, contig, variant, effect] : table.effects) {
        auto const next = static_cast<std::int32_t>(contig_numbers.size());
        auto const [number, is_new] = contig_numbers.try_emplace(contig, next);
        if (is_new) result.contigs.push_back(contig);
        result.trait.push_back(static_cast<std::int32_t>(trait.get()));
        result.contig.push_back(number->second);
        result.position.push_back(variant.position);
        result.effect.push_back(effect);
        result.names.insert(result.names.end(), {variant.id, variant.reference, variant.alternate});
    }
    for (auto const& values : table.genetic_values) {
        result.genetic_values.insert(result.genetic_values.end(), values.begin(), values.end());
    }
    return result;
}

void require_positions(hdf5::File const& file, std::vector<std::int32_t> const& positions,
                       std::size_t size) {
    for (auto position : positions) {
        if (position < 0 || static_cast<std::size_t>(position) >= size) {
            hdf5::reject(file.origin(), "an effect's trait or contig is not in its list");
        }
    }
}

}  // namespace

void write_effects(std::filesystem::path const& path, EffectTable const& table) {
    expect(table.genetic_values.size() == table.traits.size(), "every trait has genetic values");
    for (auto const& values : table.genetic_values) {
        expect(values.size() == table.genetic_values.front().size(),
               "traits have the same samples");
    }

    auto const layout = lay_out(table);
    auto const rows = std::ssize(layout.effect);
    auto const name = [&](std::int64_t row, std::int64_t which) -> std::string_view {
        return layout.names[static_cast<std::size_t>(3 * row + which)];
    };
    DurableFile durable{path};
    auto file = hdf5::File::create(durable.temporary());
    file.write_attribute("kind", effect_kind);
    file.write_attribute("version", version);
    file.write_attribute("fingerprint", table.fingerprint);
    file.write_attribute("effects", rows);
    file.write_attribute("traits", static_cast<std::int64_t>(table.traits.size()));
    file.write_attribute("contigs", static_cast<std::int64_t>(layout.contigs.size()));
    file.write_attribute("genetic_values", static_cast<std::int64_t>(layout.genetic_values.size()));
    file.write_attribute("checksum", layout.checksum(table.traits));
    write_texts(file, "trait_id", table.traits);
    write_texts(file, "contig_id", layout.contigs);
    write_numbers(file, "effect_trait", std::span{layout.trait});
    write_numbers(file, "variant_contig", std::span{layout.contig});
    write_numbers(file, "variant_position", std::span{layout.position});
    write_texts(file, "variant_id", rows, 0, [&](std::int64_t row) { return name(row, 0); });
    write_texts(file, "variant_allele", rows, 2,
                [&](std::int64_t element) { return name(element / 2, 1 + element % 2); });
    write_numbers(file, "effect", std::span{layout.effect});
    write_numbers(file, "genetic_value", std::span{layout.genetic_values});
    file.close();
    durable.commit(ExistingFile::replace);
}

EffectTable read_effects(std::filesystem::path const& path) {
    auto const file = hdf5::File::open(path);
    if (!file.has_attribute("kind") || file.read_text("kind") != effect_kind ||
        file.read_integer("version") != version) {
        hdf5::reject(file.origin(), "it holds no effects of this version");
    }
    auto const rows = file.read_integer("effects");
    EffectTable table{.fingerprint = file.read_unsigned("fingerprint"),
                      .traits = {},
                      .effects = {},
                      .genetic_values = {}};
    Layout layout;
    table.traits = read_texts(file, "trait_id", file.read_integer("traits"));
    layout.contigs = read_texts(file, "contig_id", file.read_integer("contigs"));
    layout.trait = read_numbers<std::int32_t>(file, "effect_trait", rows);
    layout.contig = read_numbers<std::int32_t>(file, "variant_contig", rows);
    layout.position = read_numbers<std::int32_t>(file, "variant_position", rows);
    layout.effect = read_numbers<double>(file, "effect", rows);
    layout.genetic_values =
        read_numbers<double>(file, "genetic_value", file.read_integer("genetic_values"));
    layout.names.resize(3 * layout.effect.size());
    read_texts(file, "variant_id", rows, 0, [&](std::int64_t row, std::string&& text) {
        layout.names[static_cast<std::size_t>(3 * row)] = std::move(text);
    });
    read_texts(file, "variant_allele", rows, 2, [&](std::int64_t element, std::string&& text) {
        layout.names[static_cast<std::size_t>(element / 2 * 3 + 1 + element % 2)] = std::move(text);
    });
    if (layout.checksum(table.traits) != file.read_unsigned("checksum")) {
        hdf5::reject(file.origin(), "its checksum does not match");
    }
    require_positions(file, layout.trait, table.traits.size());
    require_positions(file, layout.contig, layout.contigs.size());

    for (std::size_t row = 0; row < layout.effect.size(); ++row) {
        auto const* const names = &layout.names[3 * row];
        table.effects.push_back(
            {.trait = TraitIndex{layout.trait[row]},
             .contig = layout.contigs[static_cast<std::size_t>(layout.contig[row])],
             .variant = {layout.position[row], names[0], names[1], names[2]},
             .effect = layout.effect[row]});
    }
    auto const samples =
        table.traits.empty() ? 0 : layout.genetic_values.size() / table.traits.size();
    for (std::size_t trait = 0; trait < table.traits.size(); ++trait) {
        auto const first =
            layout.genetic_values.begin() + static_cast<std::ptrdiff_t>(trait * samples);
        table.genetic_values.emplace_back(first, first + static_cast<std::ptrdiff_t>(samples));
    }
    return table;
}

}  // namespace maniple
