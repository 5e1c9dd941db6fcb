// A table of genes.
#include "maniple/run/gene_table.hpp"
#include "scratch.hpp"

using namespace maniple;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const file = fuzz::write_scratch("g", fuzz::input_of(data, size));
    fuzz::meet_input([&] {
        GeneTable const genes{file};
        for (auto position : {1, 100, 2'147'483'647}) genes.at("1", position);
    });
    return 0;
}
