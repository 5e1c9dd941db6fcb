#include "whole_genome_memory.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "estimate_terms.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/genotype/gram_product.hpp"
#include "maniple/genotype/packed_block.hpp"
#include "maniple/genotype/sample_selection.hpp"
#include "maniple/genotype/score_product.hpp"
#include "maniple/linalg/fixed_point.hpp"

namespace maniple {
namespace {

// What libraries and open files take on top while there is work.
constexpr std::int64_t working_bytes = 7'000'000;
// Freed by level 0 and kept for level 1 by the allocator, at the most.
constexpr std::int64_t most_kept = 64 << 20;
// Stack and allocator of a thread.
constexpr std::int64_t thread_stack = 1'500'000;
constexpr std::int64_t level_one_chunk = 4096;  // Samples that level 1 copies at a time.
// Contig, ID and alleles of a variant, as they are read and as the model has them.
constexpr std::int64_t name_bytes = 400;

// More than a number of bytes can be is the most that it can be.
std::int64_t to_bytes(double value) {
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    return value < as_double(most) ? static_cast<std::int64_t>(std::ceil(value)) : most;
}

/// Terms of a rank's memory.
class MemoryTerms {
public:
    MemoryTerms(WholeGenomeShape const& shape, PredictorPlace place)
        : shape_{shape}, place_{place} {}

    // All the time.
    std::vector<EstimateTerm> held() const {
        auto const samples = as_double(shape_.samples);
        return {
            multiply("program and names of samples",
                     {{as_double(shape_.resting + working_bytes + 80 * shape_.cohort), "bytes"}}),
            multiply("traits and covariates",
                     {{as_double(shape_.traits + shape_.columns), "columns"},
                      {samples, "samples"},
                      {8, "bytes"}})};
    }

    EstimateTerm predictors() const {
        return multiply("predictors of the rank's blocks",
                        {{as_double(shape_.traits), "traits"},
                         {as_double(shape_.own_blocks()), "blocks"},
                         {as_double(shape_.heritabilities), "penalties"},
                         {as_double(shape_.samples), "samples"},
                         {4, "bytes"}});
    }

    std::vector<EstimateTerm> level_zero() const {
        auto terms = design();
        if (place_ == PredictorPlace::memory) terms.push_back(predictors());
        terms.push_back(work());
        return terms;
    }

    // What level 1 has beside predictors and traits that are stacked.
    std::vector<EstimateTerm> level_one() const {
        auto terms = held();
        terms.push_back(kept());
        if (place_ == PredictorPlace::memory) terms.push_back(predictors());
        return terms;
    }

    // Beside it: of a trait that is stacked.
    std::vector<EstimateTerm> stacked() const {
        auto const predictors = as_double(shape_.predictors());
        auto const samples = as_double(shape_.samples);
        std::vector<EstimateTerm> terms;
        // Where there is one rank, predictors in memory are in their place already.
        auto const copies =
            (shape_.ranks > 1 ? 1 : 0) + (place_ == PredictorPlace::scratch ? 1 : 0);
        if (copies > 0) {
            terms.push_back(
                multiply("its predictors", {{as_double(copies), copies == 1 ? "copy" : "copies"},
                                            {predictors, "predictors"},
                                            {samples, "samples"},
                                            {4, "bytes"}}));
        }
        terms.push_back(
            multiply("products of its predictors", {{as_double(shape_.folds + 2), "matrices"},
                                                    {predictors},
                                                    {predictors, "predictors"},
                                                    {8, "bytes"}}));
        if (shape_.logistic_traits > 0) {
            terms.push_back(multiply("weights of its logistic fits",
                                     {{as_double(shape_.folds + 1), "fits"},
                                      {as_double(shape_.heritabilities), "penalties"},
                                      {samples, "samples"},
                                      {8, "bytes"}}));
        }
        terms.push_back(multiply("its predictors, some samples at a time",
                                 {{predictors, "predictors"},
                                  {as_double(std::min(level_one_chunk, shape_.samples)), "samples"},
                                  {4, "bytes"}}));
        terms.push_back(multiply(
            "its predictions",
            {{as_double(shape_.contigs + 1), "slices"}, {samples, "samples"}, {16, "bytes"}}));
        // Rank 0 keeps those of all ranks: their messages, and what it unpacks.
        auto const others = std::min(shape_.ranks, shape_.traits) - 1;
        if (others > 0) {
            terms.push_back(
                multiply("predictions of other ranks' traits (rank 0)",
                         {{as_double(others), others == 1 ? "other rank" : "other ranks"},
                          {as_double(shape_.contigs + 1), "slices"},
                          {samples, "samples"},
                          {8, "bytes"}}));
        }
        return terms;
    }

    // Of the pass that weighs variants, when all its blocks are done.
    std::vector<EstimateTerm> weighing() const {
        auto terms = design();
        terms.push_back(coefficients());
        auto const own = std::min(shape_.own_blocks() * shape_.block_variants, shape_.variants);
        terms.push_back(multiply("weights of the rank's variants, twice",
                                 {{2},
                                  {as_double(shape_.traits + 1), "traits and mean"},
                                  {as_double(own), "variants"},
                                  {8, "bytes"}}));
        terms.push_back(multiply("shares of covariates in them, twice",
                                 {{2},
                                  {as_double(shape_.traits), "traits"},
                                  {as_double(shape_.columns), "columns"},
                                  {as_double(shape_.own_blocks()), "blocks"},
                                  {8, "bytes"}}));
        terms.push_back(work());
        return terms;
    }

    // Of rank 0, when the model is made of all ranks' weights.
    std::vector<EstimateTerm> model() const {
        auto terms = held();
        terms.push_back(kept());
        terms.push_back(coefficients());
        terms.push_back(multiply("weights and frequencies of all traits (rank 0)",
                                 {{as_double(shape_.traits), "traits"},
                                  {as_double(shape_.scored_variants), "variants"},
                                  {16, "bytes"}}));
        terms.push_back(multiply("weights as the model has them (rank 0)",
                                 {{as_double(shape_.traits), "traits"},
                                  {as_double(shape_.variants), "variants"},
                                  {12, "bytes"}}));
        terms.push_back(
            multiply("names of variants (rank 0)",
                     {{as_double(shape_.variants), "variants"}, {as_double(name_bytes), "bytes"}}));
        return terms;
    }

private:
    // What every block is regressed on.
    std::vector<EstimateTerm> design() const {
        auto const columns = shape_.traits + shape_.columns;
        auto const per_column = FixedPointMatrix::bytes(shape_.samples, columns) / columns;
        auto terms = held();
        terms.push_back(
            multiply("the same in fixed point, by fold",
                     {{as_double(columns), "columns"}, {as_double(per_column), "bytes"}}));
        if (shape_.lacking_traits > 0) {
            terms.push_back(multiply("samples that traits lack",
                                     {{as_double(shape_.lacking_traits), "traits"},
                                      {as_double(shape_.folds - 1), "folds"},
                                      {as_double(shape_.lacked), "samples"},
                                      {8 * as_double(shape_.columns + 2), "bytes"}}));
        }
        return terms;
    }

    EstimateTerm work() const {
        return multiply("work of level 0", {{as_double(shape_.threads), "threads"},
                                            {as_double(thread_bytes()), "bytes"}});
    }

    EstimateTerm kept() const {
        return multiply(
            "kept of the work of level 0",
            {{std::min(as_double(most_kept), as_double(shape_.threads) * as_double(thread_bytes())),
              "bytes"}});
    }

    // On their way to all ranks.
    EstimateTerm coefficients() const {
        return multiply("coefficients of predictors, twice",
                        {{2},
                         {as_double(shape_.traits), "traits"},
                         {as_double(shape_.predictors()), "predictors"},
                         {8, "bytes"}});
    }

    // Genotypes of a block as read (in blocks of the store's), chosen, turned round, and by fold;
    // sums and squares of its variants, most of which lack a genotype (their sums with the others
    // and with each other are kept too); solutions; what predicts each fold.
    std::int64_t thread_bytes() const {
        constexpr std::int64_t stored_variants = 2 * 512;
        auto const variants = std::min(shape_.block_variants, shape_.variants);
        auto const square = variants * (variants + 8);
        auto const scores = shape_.heritabilities * shape_.traits;
        auto const turned = std::max(SampleMajorBlock::bytes(shape_.cohort),
                                     variants * packed_stride(shape_.cohort));
        auto const genotypes = (stored_variants + variants) * packed_stride(shape_.cohort) +
                               turned + variants * packed_stride(shape_.samples);
        auto const lacking = std::min<std::int64_t>(shape_.lacking_traits, 64);
        auto bytes = thread_stack + genotypes + 3 * 4 * (shape_.folds + 2) * square +
                     8 * (shape_.heritabilities + 2) * square + 16 * scores * variants +
                     shape_.folds * ScoreTile::bytes(variants, scores, MissingShare::few) +
                     ScoreWorkspace::bytes() + GramWorkspace::bytes() +
                     64 * lacking * shape_.heritabilities * variants;
        if (place_ == PredictorPlace::scratch) bytes += 4 * scores * shape_.samples;
        return bytes;
    }

    WholeGenomeShape const& shape_;
    PredictorPlace place_;
};

}  // namespace

WholeGenomeMemory estimate_memory(WholeGenomeShape const& shape, PredictorPlace place) {
    expect(shape.samples > 0 && shape.blocks > 0 && shape.traits > 0 && shape.ranks > 0 &&
               shape.threads > 0,
           "extents are positive");

    MemoryTerms const terms{shape, place};
    WholeGenomeMemory memory{.place = place};
    memory.level_zero = to_bytes(sum_of(terms.level_zero()));
    if (shape.scored_variants > 0) {
        memory.weighing = to_bytes(std::max(sum_of(terms.weighing()), sum_of(terms.model())));
    }
    auto const always = sum_of(terms.level_one());
    if (place == PredictorPlace::scratch) memory.scratch = to_bytes(terms.predictors().value);
    auto const each = sum_of(terms.stacked());
    auto const room = (as_double(shape.memory) - always) / each;
    memory.traits_at_once =
        std::clamp(static_cast<std::int64_t>(std::clamp(room, 1.0, 1e6)), std::int64_t{1},
                   std::min(shape.threads, shape.own_traits()));
    memory.level_one = to_bytes(always + each * as_double(memory.traits_at_once));
    return memory;
}

WholeGenomeMemory choose_place(WholeGenomeShape const& shape) {
    auto const memory = estimate_memory(shape, PredictorPlace::memory);
    if (memory.levels() <= shape.memory) return memory;
    return estimate_memory(shape, PredictorPlace::scratch);
}

std::vector<EstimateTerm> peak_terms(WholeGenomeShape const& shape,
                                     WholeGenomeMemory const& memory) {
    MemoryTerms const terms{shape, memory.place};
    if (memory.weighing > memory.levels()) {
        auto const pass = terms.weighing();
        auto const model = terms.model();
        return sum_of(pass) > sum_of(model) ? pass : model;
    }
    if (memory.level_zero >= memory.level_one) return terms.level_zero();
    auto bytes = terms.level_one();
    for (auto term : terms.stacked()) {
        auto const count = memory.traits_at_once;
        term.name = "level 1, " + term.name;
        term.arithmetic = fmt::format("{} x {}", plural(count, "trait"), term.arithmetic);
        term.value *= as_double(count);
        bytes.push_back(std::move(term));
    }
    return bytes;
}

std::int64_t most_weighed_traits(WholeGenomeShape const& shape) {
    auto const fits = [&](std::int64_t traits) {
        auto some = shape;
        some.traits = traits;
        some.lacking_traits = std::min(shape.lacking_traits, traits);
        some.logistic_traits = std::min(shape.logistic_traits, traits);
        return estimate_memory(some, PredictorPlace::scratch).weighing <= shape.memory;
    };
    std::int64_t most = 0;
    for (auto first_not = shape.traits + 1; first_not - most > 1;) {
        auto const middle = most + (first_not - most) / 2;
        (fits(middle) ? most : first_not) = middle;
    }
    return most;
}

}  // namespace maniple
