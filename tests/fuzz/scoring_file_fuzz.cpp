// Weights of the PGS Catalog, of PLINK and of our own export, plain or gzipped.
#include "maniple/store/scoring_file.hpp"
#include "scratch.hpp"

using namespace maniple;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const file = fuzz::write_scratch("w", fuzz::input_of(data, size));
    fuzz::meet_input([&] { read_scoring_file(file, {}); });
    fuzz::meet_input([&] {
        ScoringFileOptions options;
        options.format = ScoringFormat::plink;
        options.genome_build = "GRCh38";
        options.id_column = "1";
        options.allele_column = "a1";
        options.weight_columns = {"3", "w"};
        read_scoring_file(file, options);
    });
    return 0;
}
