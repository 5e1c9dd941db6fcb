// Results of a scan: what is wrong in them, and sealed.
#include "hostile_file.hpp"
#include "store/known_results.hpp"

using namespace maniple;

namespace {

std::filesystem::path write_good() {
    auto path = fuzz::scratch_path("good.h5");
    std::vector<test::ContigVariants> const contigs{
        {"1", {{5, "rs1", "A", "C"}, {6, ".", "AT", "C"}}}, {"X", {{5, "rs3", "A", "G"}}}};
    std::vector<TraitResults> const traits(2, {.beta = {1, 2, 3},
                                               .standard_error = {1, 1, 1},
                                               .neg_log10_p = {0, 1, 2},
                                               .status = {0, 0, 1},
                                               .samples = {9, 9, 8},
                                               .effect_allele_frequency = {0.5, 0.25, 0}});
    test::write_results(path,
                        {.traits = {"a", "b"},
                         .statuses = {"ok", "monomorphic"},
                         .model = "linear",
                         .covariates = "age",
                         .missing_genotype = "mean",
                         .fingerprint = 1},
                        contigs, traits);
    return path;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static auto const good = write_good();
    auto const file = fuzz::write_hostile_file(good, "results.h5", fuzz::input_of(data, size));
    fuzz::meet_input([&] {
        ResultReader const reader{file};
        auto const& header = reader.header();
        GlobalVariantIndex const last{std::min<std::int64_t>(header.variants, 100)};
        reader.names({GlobalVariantIndex{0}, last});
        for (TraitIndex trait{0}; trait.get() < std::ssize(header.traits); ++trait)
            reader.read(trait);
    });
    return 0;
}
