// A table of traits and covariates, plain or gzipped.
#include "maniple/store/text_table_reader.hpp"
#include "scratch.hpp"

using namespace maniple;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const file = fuzz::write_scratch("t", fuzz::input_of(data, size));
    fuzz::meet_input([&] { read_text_table(file, {}); });
    fuzz::meet_input([&] {
        read_text_table(file, {.missing_values = {"-9", "x"}, .categorical = {"a"}});
    });
    return 0;
}
