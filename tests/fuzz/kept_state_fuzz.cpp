// What interrupted fits kept: the first byte says whether of an elastic net or of ridge
// regressions.
#include <cstring>

#include "maniple/run/fit_state.hpp"
#include "maniple/run/ridge_state.hpp"
#include "scratch.hpp"

using namespace maniple;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    PlanFacts const facts{{"--trait", "a"}, {"genotypes", "0"}};
    auto input = fuzz::input_of(data, size);
    fuzz::Cursor cursor{input};
    auto const kind = cursor.number(1);
    auto const file = fuzz::scratch_path("state");
    if (kind % 4 == 0) {
        fuzz::write_scratch("state", cursor.rest());  // Head, plan and all.
    } else {
        keep_state(file, facts, std::as_bytes(cursor.rest()));
    }
    fuzz::meet_input([&] {
        if (kind % 4 < 2) {
            read_checkpoint(file, facts);
        } else if (auto const kept = find_state(file, facts, interrupted_fit())) {
            ridge_state_from(*kept);
        }
    });
    return 0;
}
