// evaluation.json.
#include "maniple/run/evaluation_file.hpp"
#include "scratch.hpp"

using namespace maniple;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const file = fuzz::write_scratch("evaluation.json", fuzz::input_of(data, size));
    fuzz::meet_input([&] { read_evaluation(file.parent_path()); });
    return 0;
}
