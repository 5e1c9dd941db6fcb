// Simulated effects: what is wrong in them, and sealed.
#include "hostile_file.hpp"
#include "maniple/store/effect_file.hpp"

using namespace maniple;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static auto const good = [] {
        auto path = fuzz::scratch_path("good.h5");
        EffectTable table{.fingerprint = 1,
                          .traits = {"height", "weight"},
                          .effects = {},
                          .genetic_values = {{0.5, -0.5, 0}, {0.25, 1, -2}}};
        table.effects.push_back({TraitIndex{1}, "X", {5, "rs1", "A", "C"}, 0.1});
        table.effects.push_back({TraitIndex{0}, "2", {7, "", "ACGT", "T"}, -1e-9});
        write_effects(path, table);
        return path;
    }();
    auto const file = fuzz::write_hostile_file(good, "effects.h5", fuzz::input_of(data, size));
    fuzz::meet_input([&] { read_effects(file); });
    return 0;
}
