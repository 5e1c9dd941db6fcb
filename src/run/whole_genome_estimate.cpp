#include "maniple/run/whole_genome_estimate.hpp"

#include <algorithm>

#include "estimate_terms.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/genotype/packed_block.hpp"
#include "whole_genome_memory.hpp"

namespace maniple {
namespace {

std::vector<EstimateTerm> find_operations(WholeGenomeShape const& shape) {
    auto const blocks = as_double(shape.blocks);
    auto const variants = as_double(std::min(shape.block_variants, shape.variants));
    auto const samples = as_double(shape.samples);
    auto const fits = as_double(shape.folds * shape.heritabilities);
    auto const traits = as_double(shape.traits);
    auto const predictors = as_double(shape.predictors());
    std::vector<EstimateTerm> terms{
        multiply("level 0, Gram matrices (integers)",
                 {{blocks, "blocks"}, {variants, "variants"}, {variants + 1}, {samples, "samples"}},
                 2),
        multiply("level 0, genotypes times traits and covariates (integers, 4 digits)",
                 {{blocks, "blocks"},
                  {variants, "variants"},
                  {as_double(shape.traits + shape.columns), "columns"},
                  {4, "digits"},
                  {samples, "samples"}}),
        multiply("level 0, Cholesky factors",
                 {{blocks, "blocks"}, {fits, "fits"}, {variants}, {variants}, {variants}}, 6),
        multiply("level 0, solutions",
                 {{blocks, "blocks"}, {fits, "fits"}, {traits, "traits"}, {variants}, {variants}}),
        multiply("level 0, predictions (integers, 6 digits)",
                 {{blocks, "blocks"},
                  {variants, "variants"},
                  {traits, "traits"},
                  {as_double(shape.heritabilities), "penalties"},
                  {6, "digits"},
                  {samples, "samples"}})};
    if (shape.lacking_traits > 0) {
        terms.push_back(multiply("level 0, traits that lack samples, a step of each",
                                 {{blocks, "blocks"},
                                  {fits, "fits"},
                                  {as_double(shape.lacking_traits), "traits"},
                                  {variants},
                                  {variants + 2 * as_double(shape.lacked)}}));
    }
    terms.push_back(multiply(
        "level 1, products of predictors",
        {{traits, "traits"}, {predictors, "predictors"}, {predictors + 1}, {samples, "samples"}},
        2));
    terms.push_back(multiply(
        "level 1, Cholesky factors",
        {{traits, "traits"}, {fits + 1, "fits"}, {predictors}, {predictors}, {predictors}}, 6));
    terms.push_back(multiply("level 1, predictions", {{traits, "traits"},
                                                      {as_double(shape.folds), "folds"},
                                                      {predictors, "predictors"},
                                                      {samples, "samples"}}));
    return terms;
}

std::vector<EstimateTerm> find_moved(WholeGenomeShape const& shape,
                                     WholeGenomeMemory const& memory) {
    auto const ranks = as_double(shape.ranks);
    std::vector<EstimateTerm> terms{multiply("genotypes read, twice",
                                             {{2},
                                              {as_double(shape.read_variants), "variants"},
                                              {as_double(packed_stride(shape.cohort)), "bytes"}},
                                             ranks)};
    if (shape.ranks > 1) {
        terms.push_back(multiply(
            "predictors sent, and as much received",
            {{as_double(shape.own_blocks()), "blocks"},
             {as_double(shape.heritabilities), "penalties"},
             {as_double(shape.traits - shape.traits / shape.ranks), "traits of other ranks"},
             {as_double(shape.samples), "samples"},
             {4, "bytes"}}));
    }
    if (memory.place == PredictorPlace::scratch) {
        terms.push_back(multiply("predictors written to --scratch and read",
                                 {{2}, {as_double(memory.scratch), "bytes"}}));
    }
    terms.push_back(multiply("predictions kept, read and written (rank 0)",
                             {{3},
                              {as_double(shape.traits), "traits"},
                              {as_double(shape.contigs + 1), "slices"},
                              {as_double(shape.cohort), "samples"},
                              {4, "bytes"}}));
    return terms;
}

std::vector<EstimateTerm> find_seconds(WholeGenomeShape const& shape, WholeGenomeRates const& rates,
                                       WholeGenomeMemory const& memory,
                                       std::vector<EstimateTerm> const& moved) {
    std::vector<EstimateTerm> terms;
    auto const& read = moved.front();
    terms.push_back(multiply("reading", {{read.value, "bytes"}}, rates.read));
    auto const block = rates.block_seconds + rates.block_sample_seconds * as_double(shape.samples);
    terms.push_back(multiply(
        "level 0", {{as_double(divide_up(shape.own_blocks(), shape.threads)), "blocks of a thread"},
                    {block, "s"}}));
    for (std::size_t i = 1; i < moved.size(); ++i) {
        auto const rate =
            moved[i].name.starts_with("predictors sent") ? rates.exchange : rates.read;
        terms.push_back(multiply(moved[i].name, {{moved[i].value, "bytes"}}, rate));
    }
    auto const rounds = as_double(divide_up(shape.own_traits(), memory.traits_at_once));
    auto const predictors = as_double(shape.predictors());
    auto const samples = as_double(shape.samples);
    auto const fits = as_double(shape.folds * shape.heritabilities + 1);
    terms.push_back(
        multiply("level 1, products of predictors",
                 {{rounds, "traits in turn"}, {predictors}, {predictors + 1}, {samples, "samples"}},
                 2 * rates.gram));
    terms.push_back(multiply(
        "level 1, Cholesky factors",
        {{rounds, "traits in turn"}, {fits, "fits"}, {predictors}, {predictors}, {predictors}},
        6 * rates.cholesky));
    terms.push_back(multiply("level 1, predictions",
                             {{rounds, "traits in turn"},
                              {as_double(shape.folds), "folds"},
                              {predictors},
                              {samples, "samples"}},
                             rates.predict));
    return terms;
}

}  // namespace

WholeGenomeEstimate estimate_whole_genome(WholeGenomeShape const& shape,
                                          WholeGenomeRates const& rates) {
    expect(rates.gram > 0 && rates.cholesky > 0 && rates.predict > 0 && rates.read > 0 &&
               rates.exchange > 0,
           "rates are positive");

    WholeGenomeEstimate estimate;
    estimate.memory = choose_place(shape);
    estimate.bytes = peak_terms(shape, estimate.memory);
    estimate.moved = find_moved(shape, estimate.memory);
    if (shape.ranks > 1) estimate.exchanged = estimate.moved[1].value;
    estimate.operations = find_operations(shape);
    estimate.seconds = find_seconds(shape, rates, estimate.memory, estimate.moved);
    estimate.total_seconds = sum_of(estimate.seconds);
    return estimate;
}

}  // namespace maniple
