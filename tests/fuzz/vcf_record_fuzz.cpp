// Lines of a VCF file of three people.
#include "maniple/store/vcf_reader.hpp"
#include "scratch.hpp"

using namespace maniple;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string text =
        "##fileformat=VCFv4.2\n##contig=<ID=1,length=1000>\n"
        "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n"
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\tc\n";
    text += fuzz::text_of(fuzz::input_of(data, size));
    auto const file = fuzz::write_scratch("r.vcf", std::string_view{text});
    fuzz::meet_input([&] {
        VcfReader reader{file, 0};
        while (reader.next(3)) {
        }
        reader.remarks();
    });
    return 0;
}
