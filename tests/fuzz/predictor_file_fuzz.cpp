// Predictors: what is wrong in them, and sealed.
#include "hostile_file.hpp"
#include "maniple/store/predictor_file.hpp"

using namespace maniple;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static auto const good = [] {
        auto path = fuzz::scratch_path("good.h5");
        PredictorWriter writer{path,
                               {.traits = {"height", "case"},
                                .contigs = {"1", "chr2"},
                                .whole = WholeGenome::present,
                                .method = "stacked ridge",
                                .covariates = "age",
                                .source = "maniple scan",
                                .fingerprint = 1,
                                .samples = 4}};
        std::vector<float> const values(12, 0.5F);
        MatrixView<float const> const slices{values.data(), 3, 4};
        writer.write(TraitIndex{0}, {.unit = PredictionUnit::residual_sd, .scale = 2}, slices);
        writer.write(TraitIndex{1}, {.unit = PredictionUnit::log_odds, .scale = 1}, slices);
        writer.finish(ExistingFile::replace);
        return path;
    }();
    auto const file = fuzz::write_hostile_file(good, "predictors.h5", fuzz::input_of(data, size));
    fuzz::meet_input([&] {
        PredictorReader const reader{file};
        auto const& header = reader.header();
        for (auto const& contig : header.contigs) header.slice_of(contig);
        for (TraitIndex trait{0}; trait.get() < std::ssize(header.traits); ++trait) {
            reader.how(trait);
            reader.trait_samples(trait);
            for (std::int64_t slice = 0; slice < header.slices(); ++slice)
                reader.read(trait, slice);
        }
    });
    return 0;
}
