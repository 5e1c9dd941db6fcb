// A list of predictions, and a .loco file of a cohort of four.
#include <array>

#include "maniple/store/loco_file.hpp"
#include "scratch.hpp"

using namespace maniple;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static Samples const samples{.ids = {"a", "b", "c_d", "e"},
                                 .families = {"0", "f", "f_c", "0"},
                                 .sexes = std::vector(4, Sex::unknown)};
    static std::array<std::string, 3> const contigs{"1", "2", "X"};
    auto const file = fuzz::write_scratch("l", fuzz::input_of(data, size));
    fuzz::meet_input([&] { read_loco_list(file); });
    fuzz::meet_input([&] { LocoReader{samples}.read(file, contigs); });
    return 0;
}
