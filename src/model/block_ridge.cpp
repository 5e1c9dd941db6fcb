#include "maniple/model/block_ridge.hpp"

#include <algorithm>
#include <optional>

#include "block_prediction.hpp"
#include "block_standard.hpp"
#include "block_sums.hpp"
#include "lacking_solver.hpp"
#include "level_zero_design.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/genotype/sample_selection.hpp"
#include "maniple/linalg/dense_matrix.hpp"
#include "ridge_forms.hpp"

namespace maniple {
namespace {

// Traits that lack samples are solved about as many at a time.
constexpr std::int64_t batch_traits = 64;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

// Genotypes of a list of samples, block after block.
class Selection {
public:
    // \param turned  the block's variants, some in each
    PackedView assign(std::span<SampleMajorBlock const> turned,
                      std::span<SampleIndex const> samples, std::int64_t variants) {
        auto const row_words = packed_stride(std::ssize(samples)) / 8;
        if (words_.size() < variants * row_words)
            words_ = AlignedBuffer<std::uint64_t>{variants * row_words};
        auto room = words_.span().first(at(variants * row_words));
        PackedView const all{room, variants, std::ssize(samples)};
        for (auto const& part : turned) {
            part.select(samples, room);
            room = room.subspan(at(part.selection_words(std::ssize(samples))));
        }
        return all;
    }

private:
    AlignedBuffer<std::uint64_t> words_;
};

using Square = AlignedBuffer<double>;

void ensure(Square& square, std::int64_t size) {
    if (square.size() < size) square = Square{size};
}

// Rows of squares are an odd number of cache lines apart: an even one would bring many rows to the
// same few ways of the cache.
std::int64_t padded_stride(std::int64_t variants) { return pad_lanes(variants) | ridge_lanes; }

std::int64_t columns_of(LevelZeroDesign::State const& design) {
    return design.rank + design.traits;
}

}  // namespace

struct BlockRidge::State {
    explicit State(LevelZeroDesign::State const& of)
        : design{of},
          sums_work{columns_of(of)},
          folds(of.folds.size()),
          fold_sums(of.folds.size()),
          predictions(of.folds.size()) {}

    LevelZeroDesign::State const& design;
    SumWorkspace sums_work;
    std::vector<SampleMajorBlock> turned;
    std::vector<Selection> folds;
    Selection lacked;
    std::vector<BlockSums> fold_sums;
    BlockSums outside_sums;
    BlockSums lacked_sums;
    std::vector<BlockPrediction> predictions;  // One per fold.
    PredictionWorkspace prediction_work;
    Square gram;
    Square lacked_gram;
    std::vector<Square> factors;
    LackedWorkspace lacked_room;
    LackingWorkspace lacking;
    std::vector<double> products;   // variants x traits, padded
    std::vector<double> solutions;  // variants x (heritabilities x traits, padded)
    std::vector<double> weights;    // (traits x heritabilities) x variants
};

namespace {

// One block's regressions.
class Regression {
public:
    Regression(BlockRidge::State& work, PackedView genotypes,
               std::span<LocalVariantIndex const> rows)
        : work_{work},
          design_{work.design},
          variants_{std::ssize(rows)},
          square_stride_{padded_stride(variants_)},
          trait_stride_{pad_lanes(work.design.traits)} {
        turn_round(genotypes, rows);
        for (auto const& fold : design_.folds) {
            auto const f = folds_.size();
            folds_.push_back(work_.folds[f].assign(turned_, fold.samples, variants_));
        }
        find_incomplete();
        work_.outside_sums = {};
        for (std::size_t f = 0; f < folds_.size(); ++f) {
            auto& sums = work_.fold_sums[f];
            sums.assign(folds_[f], incomplete_, design_.folds[f].columns, work_.sums_work);
            if (f == 0) {
                work_.outside_sums = sums;
            } else {
                work_.outside_sums.add(sums);
            }
        }
        standard_.emplace(work_.outside_sums, incomplete_, design_.units, design_.rank);
        make_room();
    }

    std::int64_t dropped() const { return standard_->dropped(); }

    void predict(std::span<float* const> predictors, std::span<double> deviations) {
        for (std::size_t f = 0; f < folds_.size(); ++f) {
            // The sums over all less the fold's, as long as these are wanted.
            work_.outside_sums.subtract(work_.fold_sums[f]);
            solve(f);
            work_.outside_sums.add(work_.fold_sums[f]);
            write_weights();
            work_.predictions[f].assign(
                folds_[f], *standard_,
                {work_.weights.data(), design_.traits * design_.heritabilities(), variants_},
                work_.prediction_work);
        }
        write_predictions(predictors);
        for (auto const& pattern : design_.patterns) {
            for (auto t : pattern.traits) {
                for (std::int64_t h = 0; h < design_.heritabilities(); ++h) {
                    auto const c = at(t * design_.heritabilities() + h);
                    auto const deviation =
                        standardise(pattern.lacked, {predictors[c], at(design_.samples)});
                    if (!deviations.empty()) deviations[c] = deviation;
                }
            }
        }
    }

    BlockScores weigh(std::span<double const> coefficients) {
        solve(0);
        write_weights();
        BlockScores scores{.weights = std::vector<double>(at(design_.traits * variants_)),
                           .means = {standard_->mean().begin(), standard_->mean().end()},
                           .slopes = std::vector<double>(at(design_.traits * design_.rank))};
        for (std::int64_t t = 0; t < design_.traits; ++t) {
            std::span const own{scores.weights.data() + t * variants_, at(variants_)};
            for (std::int64_t h = 0; h < design_.heritabilities(); ++h) {
                auto const c = t * design_.heritabilities() + h;
                auto const* const standardised = work_.weights.data() + c * variants_;
                for (std::size_t v = 0; v < own.size(); ++v)
                    own[v] += coefficients[at(c)] * standardised[v];
            }
            auto* const slopes = scores.slopes.data() + t * design_.rank;
            for (std::size_t v = 0; v < own.size(); ++v) {
                own[v] *= standard_->inverse_sd()[v];
                auto const projection = standard_->projection().row(static_cast<std::int64_t>(v));
                for (std::size_t k = 0; k < projection.size(); ++k)
                    slopes[k] += own[v] * projection[k];
            }
        }
        return scores;
    }

private:
    using View = MatrixView<double>;

    // Chunk by chunk of all folds: their samples are mostly neighbours, who share cache lines.
    void write_predictions(std::span<float* const> predictors) {
        for (std::int64_t chunk = 0; chunk * score_chunk < design_.samples; ++chunk) {
            for (std::size_t f = 0; f < folds_.size(); ++f) {
                work_.predictions[f].predict(chunk, design_.folds[f], work_.prediction_work,
                                             predictors);
            }
        }
    }

    void turn_round(PackedView genotypes, std::span<LocalVariantIndex const> rows) {
        auto const tile = SampleMajorBlock::tile_variants(design_.cohort);
        std::size_t part = 0;
        for (std::int64_t v = 0; v < variants_; v += tile, ++part) {
            if (work_.turned.size() == part) work_.turned.emplace_back(design_.cohort);
            work_.turned[part].assign(genotypes,
                                      rows.subspan(at(v), at(std::min(tile, variants_ - v))));
        }
        turned_ = std::span{work_.turned}.first(part);
    }

    void find_incomplete() {
        std::vector<std::uint8_t> lacks(at(variants_));
        for (auto const& fold : folds_) {
            for (auto v : maniple::find_incomplete(fold)) lacks[v.at()] = 1;
        }
        for (LocalVariantIndex v{0}; v.get() < variants_; ++v) {
            if (lacks[v.at()] != 0) incomplete_.push_back(v);
        }
    }

    void make_room() {
        auto const square = variants_ * square_stride_;
        ensure(work_.gram, square);
        ensure(work_.lacked_gram, square);
        work_.factors.resize(at(design_.heritabilities()));
        for (auto& factor : work_.factors) ensure(factor, square);
        work_.products.assign(at(variants_ * trait_stride_), 0.0);
        work_.solutions.resize(at(variants_ * design_.heritabilities() * trait_stride_));
        work_.weights.resize(at(variants_ * design_.heritabilities() * design_.traits));
    }

    View square(Square& memory) const {
        return {memory.data(), variants_, variants_, square_stride_};
    }
    View products() { return {work_.products.data(), variants_, design_.traits, trait_stride_}; }
    View padded_products() { return {work_.products.data(), variants_, trait_stride_}; }
    View solutions() {
        return {work_.solutions.data(), variants_, design_.heritabilities() * trait_stride_};
    }
    View solutions(std::int64_t h) {
        return {work_.solutions.data() + h * trait_stride_, variants_, trait_stride_,
                design_.heritabilities() * trait_stride_};
    }

    // factor L with L L' = gram + penalty
    void factorize_with(View gram, std::int64_t h, View factor) const {
        for (std::int64_t i = 0; i < variants_; ++i) {
            std::copy_n(gram.row(i).data(), i + 1, factor.row(i).data());
            factor(i, i) += design_.penalty(h);
        }
        expect(factorize(factor) > 0, "a Gram matrix with a penalty is positive definite");
    }

    // f: place among those left out.
    void solve(std::size_t f) {
        auto const& left_out = design_.left_out[f];
        standard_->assemble_gram(work_.outside_sums, left_out.basis_gram, square(work_.gram));
        standard_->assemble_products(work_.outside_sums, left_out.basis_traits, products());
        for (std::int64_t h = 0; h < design_.heritabilities(); ++h) {
            auto const factor = square(work_.factors[at(h)]);
            factorize_with(square(work_.gram), h, factor);
            auto const own = solutions(h);
            for (std::int64_t v = 0; v < variants_; ++v)
                std::ranges::copy(padded_products().row(v), own.row(v).begin());
            solve_lower(factor, own);
            solve_lower_transposed(factor, own);
        }
        solve_near(f);
        for (auto const& pattern : design_.patterns) {
            if (pattern.path == SolutionPath::far && !pattern.outside[f].samples.empty())
                solve_far(f, pattern);
        }
    }

    void solve_near(std::size_t f) {
        std::vector<MatrixView<double const>> factors;
        for (auto& factor : work_.factors) factors.emplace_back(square(factor));
        auto const heritabilities = design_.heritabilities();
        auto const tolerance = design_.settings.tolerance;
        std::optional<LackedGenotypes> batch;
        for (auto const& pattern : design_.patterns) {
            auto const& lacked = pattern.outside;
            if (pattern.path != SolutionPath::near || lacked[f].samples.empty()) continue;
            if (!batch) batch.emplace(*standard_, heritabilities, work_.lacked_room);
            batch->add(turned_, lacked[f], pattern.traits);
            if (std::ssize(batch->traits()) < batch_traits) continue;
            solve_lacking(factors, padded_products(), *batch, work_.lacking, tolerance,
                          solutions());
            batch.reset();
        }
        if (batch)
            solve_lacking(factors, padded_products(), *batch, work_.lacking, tolerance,
                          solutions());
    }

    void solve_far(std::size_t f, LackingPattern const& pattern) {
        auto const whole = square(work_.gram);
        auto const lacked = square(work_.lacked_gram);
        auto const& outside = pattern.outside[f];
        auto const genotypes = work_.lacked.assign(turned_, outside.samples, variants_);
        work_.lacked_sums.assign(genotypes, incomplete_, outside.basis, work_.sums_work);
        standard_->assemble_gram(work_.lacked_sums, outside.basis_gram, lacked);
        for (std::int64_t i = 0; i < variants_; ++i) {
            for (std::int64_t j = 0; j <= i; ++j) lacked(i, j) = whole(i, j) - lacked(i, j);
        }
        std::vector<double> own(at(variants_ * std::ssize(pattern.traits)));
        View const columns{own.data(), variants_, std::ssize(pattern.traits)};
        for (std::int64_t h = 0; h < design_.heritabilities(); ++h) {
            // The base's factor is no longer needed.
            auto const factor = square(work_.factors[at(h)]);
            factorize_with(lacked, h, factor);
            for (std::int64_t v = 0; v < variants_; ++v) {
                for (std::size_t k = 0; k < pattern.traits.size(); ++k)
                    columns.row(v)[k] = products()(v, pattern.traits[k]);
            }
            solve_lower(factor, columns);
            solve_lower_transposed(factor, columns);
            for (std::int64_t v = 0; v < variants_; ++v) {
                for (std::size_t k = 0; k < pattern.traits.size(); ++k)
                    solutions(h)(v, pattern.traits[k]) = columns.row(v)[k];
            }
        }
    }

    // The solutions turned round, a trait's heritabilities side by side.
    void write_weights() {
        constexpr std::int64_t together = 16;  // Variants whose solutions stay near.
        auto const count = design_.heritabilities();
        auto const width = count * trait_stride_;
        for (std::int64_t v0 = 0; v0 < variants_; v0 += together) {
            auto const last = std::min(v0 + together, variants_);
            for (std::int64_t h = 0; h < count; ++h) {
                for (std::int64_t t = 0; t < design_.traits; ++t) {
                    auto const* const from = work_.solutions.data() + h * trait_stride_ + t;
                    auto* const to = work_.weights.data() + (t * count + h) * variants_;
                    for (auto v = v0; v < last; ++v) to[v] = from[v * width];
                }
            }
        }
    }

    BlockRidge::State& work_;
    LevelZeroDesign::State const& design_;
    std::int64_t variants_;
    std::int64_t square_stride_;
    std::int64_t trait_stride_;
    std::span<SampleMajorBlock const> turned_;
    std::vector<PackedView> folds_;
    std::vector<LocalVariantIndex> incomplete_;
    std::optional<BlockStandard> standard_;
};

void expect_block(LevelZeroDesign::State const& design, PackedView genotypes,
                  std::span<LocalVariantIndex const> rows) {
    expect(genotypes.samples() == design.cohort, "genotypes have the design's cohort");
    expect(!rows.empty() && std::ssize(rows) <= most_ridge_variants,
           "a block has from one to the most variants");
}

}  // namespace

BlockRidge::BlockRidge(LevelZeroDesign const& design)
    : state_{std::make_unique<State>(design.state())} {}
BlockRidge::~BlockRidge() = default;
BlockRidge::BlockRidge(BlockRidge&&) noexcept = default;
BlockRidge& BlockRidge::operator=(BlockRidge&&) noexcept = default;

std::int64_t BlockRidge::predict(PackedView genotypes, std::span<LocalVariantIndex const> rows,
                                 std::span<float* const> predictors, std::span<double> deviations) {
    auto const& design = state_->design;
    expect_block(design, genotypes, rows);
    expect(std::ssize(predictors) == design.traits * design.heritabilities() &&
               (deviations.empty() || deviations.size() == predictors.size()),
           "there is a row for each heritability of each trait");
    expect(design.settings.fits == LevelZeroFits::folds, "the design is for folds");
    Regression regression{*state_, genotypes, rows};
    regression.predict(predictors, deviations);
    return regression.dropped();
}

BlockScores BlockRidge::weigh(PackedView genotypes, std::span<LocalVariantIndex const> rows,
                              std::span<double const> coefficients) {
    auto const& design = state_->design;
    expect_block(design, genotypes, rows);
    expect(std::ssize(coefficients) == design.traits * design.heritabilities(),
           "there is a coefficient for each heritability of each trait");
    expect(design.settings.fits == LevelZeroFits::everybody, "the design is for everybody");
    return Regression{*state_, genotypes, rows}.weigh(coefficients);
}

}  // namespace maniple
