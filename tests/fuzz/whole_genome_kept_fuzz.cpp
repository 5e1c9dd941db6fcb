// What an interrupted whole-genome regression kept: the first byte says whether of traits, or of
// the end.
#include "../../src/run/whole_genome_progress.hpp"
#include "scratch.hpp"

using namespace maniple;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static auto const folder = [] {
        auto path = fuzz::scratch_path("kept");
        std::filesystem::create_directories(path);
        fuzz::write_scratch("predictors.h5", std::string_view{"predictors"});
        return path;
    }();
    PlanFacts const facts{{"--trait", "a"}};
    fuzz::Cursor cursor{fuzz::input_of(data, size)};
    auto const file = folder / (cursor.number(1) % 2 == 0 ? "traits-0" : "finished");
    keep_state(file, facts, std::as_bytes(cursor.rest()));
    fuzz::meet_input([&] {
        WholeGenomeProgress const progress{folder,
                                           fuzz::scratch_path("predictors.h5"),
                                           facts,
                                           {"regression", "choose another --out"}};
        progress.each([](StackedTrait const&) {});
    });
    std::filesystem::remove(file);
    return 0;
}
