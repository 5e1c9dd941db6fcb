// A partition of genotypes: what is wrong in it, and sealed.
#include "hostile_file.hpp"
#include "store_fuzz.hpp"

using namespace maniple;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static auto const store = fuzz::scratch_path("store");
    static auto const index = fuzz::make_store(store);
    static auto const good = [] {
        auto path = fuzz::scratch_path("good.h5");
        std::filesystem::copy_file(store / index.partitions.front().file, path);
        return path;
    }();
    auto entry = index.partitions.front();
    auto const file =
        fuzz::write_hostile_file(good, "store/" + entry.file, fuzz::input_of(data, size));
    entry.bytes = static_cast<std::int64_t>(std::filesystem::file_size(file));
    fuzz::meet_input([&] {
        PartitionReader const reader{store, entry, index.format()};
        RawBlock raw;
        for (std::int64_t b = 0; b < reader.blocks(); ++b) {
            reader.read_variants(b);
            reader.read_block(b, raw);
            decode_block(raw);
        }
        reader.name_widths();
        reader.storage();
    });
    return 0;
}
