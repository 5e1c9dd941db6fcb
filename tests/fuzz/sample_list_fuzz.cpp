// Lists of samples to keep and to leave out, with a line "--" between them.
#include "maniple/run/sample_choice.hpp"
#include "scratch.hpp"

using namespace maniple;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static Samples const samples{.ids = {"a", "b", "c_d", "e"},
                                 .families = {"0", "f", "f", "0"},
                                 .sexes = std::vector(4, Sex::unknown)};
    auto rest = fuzz::text_of(fuzz::input_of(data, size));
    auto const keep = fuzz::write_scratch("keep", fuzz::take_part(rest));
    auto const remove = fuzz::write_scratch("remove", rest);
    Log log{Speaker::silent};
    fuzz::meet_input([&] { choose_samples(samples, {.keep = keep}, log); });
    fuzz::meet_input([&] { choose_samples(samples, {.keep = keep, .remove = remove}, log); });
    return 0;
}
