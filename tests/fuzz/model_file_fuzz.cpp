// A score model: what is wrong in it, and sealed.
#include "hostile_file.hpp"
#include "maniple/core/durable_file.hpp"
#include "store/known_model.hpp"
#include "store/scratch_store.hpp"

using namespace maniple;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static auto const good = [] {
        auto path = fuzz::scratch_path("good.h5");
        write_model(path, test::make_model(9, test::make_samples(5)), ExistingFile::replace);
        return path;
    }();
    auto const file = fuzz::write_hostile_file(good, "model.h5", fuzz::input_of(data, size));
    fuzz::meet_input([&] {
        auto const model = read_model(file);
        // Whatever is read can be kept, too; but that takes ten times as long.
        if (size % 8 != 0) return;
        write_model(fuzz::scratch_path("again.h5"), model, ExistingFile::replace);
    });
    if (size % 8 == 1) fuzz::meet_input([&] { summarize_model(file); });
    return 0;
}
