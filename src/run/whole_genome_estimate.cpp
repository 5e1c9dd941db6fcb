#include "maniple/run/whole_genome_estimate.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/genotype/gram_product.hpp"
#include "maniple/genotype/packed_block.hpp"
#include "maniple/genotype/sample_selection.hpp"
#include "maniple/genotype/score_product.hpp"
#include "maniple/linalg/fixed_point.hpp"
#include "readable.hpp"

namespace maniple {
namespace {

// What libraries and open files take on top while there is work.
constexpr std::int64_t working_bytes = 7'000'000;
// Freed by level 0 and kept for level 1 by the allocator, at the most.
constexpr std::int64_t most_kept = 64 << 20;
// Stack and allocator of a thread.
constexpr std::int64_t thread_stack = 1'500'000;
constexpr std::int64_t level_one_chunk = 4096;  // Samples that level 1 copies at a time.

double as_double(std::int64_t value) { return static_cast<double>(value); }

std::int64_t divide_up(std::int64_t count, std::int64_t by) { return (count + by - 1) / by; }

/// One number of a product, and what it counts.
struct Part {
    double value;
    std::string unit = {};
};

std::string number(double value) {
    auto const whole = std::abs(value - std::round(value)) < 1e-9 && std::abs(value) < 1e12;
    return whole ? grouped(static_cast<std::int64_t>(std::llround(value)))
                 : fmt::format("{:.4g}", value);
}

/// divided by `by`, where that is not 1.
EstimateTerm multiply(std::string name, std::initializer_list<Part> parts, double by = 1) {
    EstimateTerm term{.name = std::move(name), .arithmetic = {}, .value = 1};
    for (auto const& part : parts) {
        term.value *= part.value;
        if (!term.arithmetic.empty()) term.arithmetic += " x ";
        term.arithmetic += number(part.value);
        if (!part.unit.empty()) term.arithmetic += ' ' + part.unit;
    }
    term.value /= by;
    if (by != 1) term.arithmetic += " / " + number(by);
    return term;
}

double sum_of(std::vector<EstimateTerm> const& terms) {
    double sum = 0;
    for (auto const& term : terms) sum += term.value;
    return sum;
}

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
        if (place_ == PredictorPlace::memory) terms.push_back(predictors());
        terms.push_back(multiply("work of level 0", {{as_double(shape_.threads), "threads"},
                                                     {as_double(thread_bytes()), "bytes"}}));
        return terms;
    }

    // What level 1 has beside predictors and traits that are stacked.
    std::vector<EstimateTerm> level_one() const {
        auto terms = held();
        terms.push_back(multiply(
            "kept of the work of level 0",
            {{std::min(as_double(most_kept), as_double(shape_.threads) * as_double(thread_bytes())),
              "bytes"}}));
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

private:
    // Genotypes of a block as read (in blocks of the store's), chosen, turned round, and by fold;
    // sums and squares of its variants; solutions; what predicts each fold.
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
        auto bytes = thread_stack + genotypes + 4 * (shape_.folds + 2) * square +
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

WholeGenomeMemory estimate_memory(WholeGenomeShape const& shape, PredictorPlace place) {
    expect(shape.samples > 0 && shape.blocks > 0 && shape.traits > 0 && shape.ranks > 0 &&
               shape.threads > 0,
           "extents are positive");

    MemoryTerms const terms{shape, place};
    WholeGenomeMemory memory{.place = place};
    memory.level_zero = to_bytes(sum_of(terms.level_zero()));
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
    if (memory.peak() <= shape.memory) return memory;
    return estimate_memory(shape, PredictorPlace::scratch);
}

WholeGenomeEstimate estimate_whole_genome(WholeGenomeShape const& shape,
                                          WholeGenomeRates const& rates) {
    expect(rates.gram > 0 && rates.cholesky > 0 && rates.predict > 0 && rates.read > 0 &&
               rates.exchange > 0,
           "rates are positive");

    WholeGenomeEstimate estimate;
    estimate.memory = choose_place(shape);
    MemoryTerms const terms{shape, estimate.memory.place};
    if (estimate.memory.level_zero >= estimate.memory.level_one) {
        estimate.bytes = terms.level_zero();
    } else {
        estimate.bytes = terms.level_one();
        for (auto term : terms.stacked()) {
            auto const count = estimate.memory.traits_at_once;
            term.name = "level 1, " + term.name;
            term.arithmetic = fmt::format("{} x {}", plural(count, "trait"), term.arithmetic);
            term.value *= as_double(count);
            estimate.bytes.push_back(std::move(term));
        }
    }
    estimate.moved = find_moved(shape, estimate.memory);
    if (shape.ranks > 1) estimate.exchanged = estimate.moved[1].value;
    estimate.operations = find_operations(shape);
    estimate.seconds = find_seconds(shape, rates, estimate.memory, estimate.moved);
    estimate.total_seconds = sum_of(estimate.seconds);
    return estimate;
}

}  // namespace maniple
