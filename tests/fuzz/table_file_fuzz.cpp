// A table of a store: what is wrong in it, and sealed.
#include "hostile_file.hpp"
#include "store_fuzz.hpp"

using namespace maniple;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static auto const store = fuzz::scratch_path("store");
    static auto const index = fuzz::make_store(store);
    static auto const good = [] {
        auto path = fuzz::scratch_path("good.h5");
        std::filesystem::copy_file(store / "tables/t.h5", path);
        return path;
    }();
    fuzz::write_hostile_file(good, "store/tables/t.h5", fuzz::input_of(data, size));
    fuzz::meet_input([&] { Cohort{store}.read_table("t"); });
    return 0;
}
