// cohort.h5: what is wrong in it, and sealed.
#include "hostile_file.hpp"
#include "maniple/store/check_structure.hpp"
#include "store_fuzz.hpp"

using namespace maniple;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static auto const good = [] {
        auto store = fuzz::scratch_path("store");
        fuzz::make_store(store);
        auto path = fuzz::scratch_path("good.h5");
        std::filesystem::copy_file(store / "cohort.h5", path);
        return path;
    }();
    auto const file = fuzz::write_hostile_file(good, "store/cohort.h5", fuzz::input_of(data, size));
    fuzz::meet_input([&] { check_structure(file); });
    fuzz::meet_input([&] {
        Cohort const cohort{fuzz::scratch_path("store")};
        for (std::size_t p = 0; p < cohort.index().partitions.size(); ++p) {
            auto const reader = cohort.open_partition(p);
            RawBlock raw;
            for (std::int64_t b = 0; b < std::min<std::int64_t>(reader.blocks(), 10); ++b) {
                reader.read_block(b, raw);
                decode_block(raw);
            }
        }
        cohort.read_table("t");
    });
    return 0;
}
