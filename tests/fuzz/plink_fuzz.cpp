// .fam, .bim and .bed, one after the other, with lines "--" between them.
#include "maniple/store/plink_reader.hpp"
#include "scratch.hpp"

using namespace maniple;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto rest = fuzz::text_of(fuzz::input_of(data, size));
    fuzz::write_scratch("p.fam", fuzz::take_part(rest));
    fuzz::write_scratch("p.bim", fuzz::take_part(rest));
    fuzz::write_scratch("p.bed", rest);
    for (auto ids : {SampleIdSource::individual, SampleIdSource::family_and_individual}) {
        fuzz::meet_input([&] {
            PlinkReader reader{fuzz::scratch_path("p"), ids};
            while (auto block = reader.next(3)) {
                block->genotypes.view();
                reader.recycle(std::move(block->genotypes));
            }
            reader.remarks();
        });
    }
    return 0;
}
