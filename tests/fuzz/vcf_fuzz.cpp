// A VCF or BCF file, plain or compressed.
#include "maniple/store/vcf_reader.hpp"
#include "scratch.hpp"

using namespace maniple;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const file = fuzz::write_scratch("v", fuzz::input_of(data, size));
    fuzz::meet_input([&] {
        VcfReader reader{file, 0};
        while (reader.next(3)) {
        }
        reader.remarks();
    });
    return 0;
}
