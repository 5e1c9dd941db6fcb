// Records of a BCF file of three people. Of each: bytes that it shares, bytes of people, and then
// both.
#include "maniple/store/vcf_reader.hpp"
#include "scratch.hpp"

using namespace maniple;

namespace {

void add_number(std::string& bytes, std::uint64_t value) {
    for (unsigned shift = 0; shift < 32; shift += 8)
        bytes.push_back(static_cast<char>(value >> shift & 0xff));
}

std::string make_file(fuzz::Cursor cursor) {
    std::string const header =
        "##fileformat=VCFv4.2\n##contig=<ID=1,length=1000>\n"
        "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n"
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\tc\n";
    std::string bytes = "BCF\2\2";
    add_number(bytes, header.size() + 1);
    bytes += header;
    bytes.push_back('\0');
    while (!cursor.at_end()) {
        auto const shared = cursor.bytes(cursor.number(1));
        auto const people = cursor.bytes(cursor.number(1));
        add_number(bytes, shared.size());
        add_number(bytes, people.size());
        bytes += fuzz::text_of(shared);
        bytes += fuzz::text_of(people);
    }
    return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const bytes = make_file(fuzz::Cursor{fuzz::input_of(data, size)});
    auto const file = fuzz::write_scratch("r.bcf", std::string_view{bytes});
    fuzz::meet_input([&] {
        VcfReader reader{file, 0};
        while (reader.next(3)) {
        }
    });
    return 0;
}
