#include "maniple/store/effect_file.hpp"

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "store/scratch_store.hpp"

namespace maniple {
namespace {

EffectTable make_table() {
    EffectTable table{.fingerprint = 0xFEDC'BA98'7654'3210U,
                      .traits = {"height", "weight"},
                      .effects = {},
                      .genetic_values = {{0.5, -0.5, 0}, {1.0 / 3, 1e-300, -2}}};
    table.effects.push_back({TraitIndex{1}, "X", {5, "rs1", "A", "C"}, 0.1});
    table.effects.push_back({TraitIndex{0}, "2", {7, "", "ACGT", "T"}, -1e-9});
    table.effects.push_back({TraitIndex{0}, "X", {9, "rs3", "G", "GA"}, 2.5});
    return table;
}

void check_equal(EffectTable const& a, EffectTable const& b) {
    CHECK(a.fingerprint == b.fingerprint);
    CHECK(a.traits == b.traits);
    CHECK(a.genetic_values == b.genetic_values);
    REQUIRE(a.effects.size() == b.effects.size());
    for (std::size_t i = 0; i < a.effects.size(); ++i) {
        CHECK(a.effects[i].trait == b.effects[i].trait);
        CHECK(a.effects[i].contig == b.effects[i].contig);
        CHECK(a.effects[i].variant == b.effects[i].variant);
        CHECK(a.effects[i].effect == b.effects[i].effect);
    }
}

TEST_CASE("write_effects: what is written is read, in equal bytes", "[store]") {
    test::ScratchFolder const folder;
    auto const table = make_table();
    write_effects(folder.path() / "a.h5", table);
    write_effects(folder.path() / "b.h5", table);
    check_equal(read_effects(folder.path() / "a.h5"), table);
    CHECK(test::bytes_of(folder.path() / "a.h5") == test::bytes_of(folder.path() / "b.h5"));
}

TEST_CASE("write_effects: no traits, no effects", "[store]") {
    test::ScratchFolder const folder;
    EffectTable const empty;
    write_effects(folder.path() / "a.h5", empty);
    check_equal(read_effects(folder.path() / "a.h5"), empty);

    EffectTable const null{
        .fingerprint = 1, .traits = {"t"}, .effects = {}, .genetic_values = {{0}}};
    write_effects(folder.path() / "b.h5", null);
    check_equal(read_effects(folder.path() / "b.h5"), null);
}

TEST_CASE("read_effects: a damaged file is never read as if it were whole", "[store]") {
    test::ScratchFolder const folder;
    auto const path = folder.path() / "a.h5";
    write_effects(path, make_table());
    auto const bytes = test::bytes_of(path);
    std::size_t refused = 0;
    for (std::size_t i = 0; i < bytes.size(); i += 13) {
        auto damaged = bytes;
        damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
        test::write_bytes(path, damaged);
        try {
            check_equal(read_effects(path), make_table());
        } catch (CorruptInput const&) {
            ++refused;
        }
    }
    CHECK(refused > 20);
    CHECK_THROWS_AS(read_effects(folder.path() / "none.h5"), Error);
}

TEST_CASE("write_effects: refuses genetic values that do not fit the traits", "[store]") {
    test::ScratchFolder const folder;
    auto table = make_table();
    table.genetic_values.pop_back();
    CHECK_THROWS_AS(write_effects(folder.path() / "a.h5", table), ContractViolation);
    table.genetic_values.push_back({1});
    CHECK_THROWS_AS(write_effects(folder.path() / "a.h5", table), ContractViolation);
}

}  // namespace
}  // namespace maniple
