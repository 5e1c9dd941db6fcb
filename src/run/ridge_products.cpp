#include "maniple/run/ridge_products.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/genotype/kernels.hpp"
#include "maniple/genotype/score_product.hpp"
#include "maniple/linalg/fixed_point.hpp"
#include "maniple/run/agreement.hpp"

namespace maniple {
namespace {

// Integers of weights stay below the first, and the sum of all, in steps of 2^16, below the second:
// what genotypes add up to then fits 64 bits on all ranks together.
constexpr double largest_integer = 0x1p45;
constexpr double step = 0x1p16;
constexpr std::int64_t most_steps = std::int64_t{1} << 43;

// Weights are likely to be below this many times the length of a vector and the root of samples.
constexpr double usual_weights = 16;
constexpr int fewer_digits = 10;

/// Vectors that share a set of samples, and their sums.
struct SetSums {
    std::vector<std::size_t> vectors;
    AlignedBuffer<std::int64_t> sums;  // samples x vectors
};

struct ThreadProducts {
    std::optional<ScreenWorkspace> work;
    std::vector<double> weights;  // columns x variants
    std::vector<Standardisation> ways;
    std::vector<double> tile_weights;
    std::vector<double> means;
    ScoreTile tile;
    ScoreWorkspace sums_work;
    std::vector<std::int64_t> chunk;
    std::vector<std::span<std::uint64_t const>> rows;
    std::vector<std::int64_t> varying;
    std::int64_t filtered = 0;
};

std::vector<double> scales_for(std::span<RelationshipVector const> vectors) {
    std::vector<double> scales;
    for (auto const& vector : vectors) {
        double squares = 0;
        for (double value : vector.values) squares += value * value;
        auto const samples = static_cast<double>(vector.values.size());
        auto const likely = usual_weights * std::sqrt(samples * squares);
        // A power of two, so that scaling is exact.
        scales.push_back(likely > 0 ? std::ldexp(1.0, std::ilogb(largest_integer / likely)) : 1);
    }
    return scales;
}

class Multiplication {
public:
    Multiplication(GenotypePasses& passes, ScreenFilter const& filter,
                   std::span<SampleMask const* const> sets,
                   std::span<RelationshipVector const> vectors, SeeWeights const& see)
        : passes_{passes},
          filter_{filter},
          sets_{sets},
          vectors_{vectors},
          see_{see},
          samples_{sets.front()->samples()},
          anybody_{samples_},
          scales_{scales_for(vectors)},
          groups_(sets.size()),
          chunk_locks_(static_cast<std::size_t>((samples_ + score_chunk - 1) / score_chunk)) {
        for (auto const* set : sets) set->for_each([&](SampleIndex s) { anybody_.insert(s); });
        make_columns();
        for (std::size_t v = 0; v < vectors.size(); ++v) {
            groups_[vectors[v].set].vectors.push_back(v);
        }
    }

    RelationshipProducts run() {
        while (true) {
            begin();
            passes_.each_block([&](int thread, GlobalVariantIndex first, PackedView genotypes) {
                look_at(threads_[static_cast<std::size_t>(thread)], first, genotypes);
            });
            if (fits()) break;
        }
        return finish();
    }

private:
    std::int64_t columns() const { return values_.columns(); }
    std::int64_t chunks() const { return std::ssize(chunk_locks_); }

    // Vectors first, then what some of them have as a rest.
    void make_columns() {
        std::vector<std::span<double const>> columns;
        for (auto const& vector : vectors_) {
            columns.emplace_back(vector.values);
            set_of_column_.push_back(vector.set);
        }
        for (std::size_t v = 0; v < vectors_.size(); ++v) {
            if (vectors_[v].rest.empty()) continue;
            columns.emplace_back(vectors_[v].rest);
            set_of_column_.push_back(vectors_[v].set);
            rest_of_.push_back(v);
        }
        values_ = FixedPointMatrix{samples_, std::ssize(columns)};
        values_.fit_columns(0, columns);
    }

    void begin() {
        for (auto& group : groups_) {
            group.sums = AlignedBuffer<std::int64_t>{samples_ * std::ssize(group.vectors)};
        }
        steps_ = std::vector<std::atomic<std::int64_t>>(vectors_.size());
        threads_.clear();
        threads_.resize(static_cast<std::size_t>(passes_.threads()));
        for (auto& thread : threads_) thread.varying.assign(sets_.size(), 0);
    }

    void look_at(ThreadProducts& mine, GlobalVariantIndex first, PackedView genotypes) {
        auto const variants = genotypes.variants();
        if (!mine.work) mine.work.emplace(samples_, columns(), passes_.most_block_variants());
        mine.weights.resize(static_cast<std::size_t>(columns() * variants));
        MatrixView<double> const weights{mine.weights.data(), columns(), variants};
        auto const missing = standardise(mine, genotypes);
        MatrixView<Standardisation const> const ways{mine.ways.data(), std::ssize(sets_), variants};
        multiply_standardised(genotypes, {values_, set_of_column_, anybody_}, ways, *mine.work,
                              weights);
        auto const count = std::ssize(vectors_);
        for (std::size_t r = 0; r < rest_of_.size(); ++r) {
            auto const rest = weights.row(count + static_cast<std::int64_t>(r));
            auto const whole = weights.row(static_cast<std::int64_t>(rest_of_[r]));
            for (std::size_t v = 0; v < whole.size(); ++v) whole[v] += rest[v];
        }
        for (std::int64_t c = 0; c < count; ++c) {
            auto const set = static_cast<std::int64_t>(set_of_column_[static_cast<std::size_t>(c)]);
            auto const row = weights.row(c);
            for (std::size_t v = 0; v < row.size(); ++v) {
                row[v] *= ways(set, static_cast<std::int64_t>(v)).inverse_sd;
            }
        }
        if (see_) {
            std::scoped_lock const lock{seeing_};
            see_(first, MatrixView<double const>{weights.data(), count, variants}, ways);
        }
        for (std::size_t set = 0; set < groups_.size(); ++set) {
            if (groups_[set].vectors.empty()) continue;
            for (std::int64_t v = 0; v < variants; v += ScoreTile::most_variants) {
                auto const last = std::min(variants, v + ScoreTile::most_variants);
                add_tile(mine, genotypes, weights, ways, set, {v, last}, missing);
            }
        }
    }

    /// Into `ways`, sets x variants. \return what to do about missing genotypes.
    MissingShare standardise(ThreadProducts& mine, PackedView genotypes) const {
        auto const passing = passing_variants(filter_, genotypes);
        for (bool passes : passing) mine.filtered += passes ? 0 : 1;
        mine.ways.clear();
        std::int64_t missing = 0;
        for (std::size_t set = 0; set < sets_.size(); ++set) {
            auto const& mask = sets_[set]->words();
            for (LocalVariantIndex v{0}; v.get() < genotypes.variants(); ++v) {
                auto const row = genotypes.row(v);
                auto const counts =
                    kernels().count(row.data(), mask.data(), genotypes.words_per_row());
                mine.ways.push_back(passing[v.at()] ? standardisation_of(counts)
                                                    : Standardisation{});
                mine.varying[set] += mine.ways.back().inverse_sd > 0 ? 1 : 0;
                if (set == 0) missing += counts.missing;
            }
        }
        auto const all = static_cast<double>(sets_.front()->count() * genotypes.variants());
        return static_cast<double>(missing) > ScoreTile::many_missing * all ? MissingShare::many
                                                                            : MissingShare::few;
    }

    struct Span {
        std::int64_t first;
        std::int64_t last;
    };

    void add_tile(ThreadProducts& mine, PackedView genotypes, MatrixView<double const> weights,
                  MatrixView<Standardisation const> ways, std::size_t set, Span span,
                  MissingShare missing) {
        auto const& group = groups_[set];
        auto const variants = span.last - span.first;
        auto const count = std::ssize(group.vectors);
        mine.tile_weights.assign(static_cast<std::size_t>(count * variants), 0.0);
        mine.means.clear();
        mine.rows.clear();
        for (auto v = span.first; v < span.last; ++v) {
            mine.means.push_back(ways(static_cast<std::int64_t>(set), v).mean);
            mine.rows.push_back(genotypes.row(LocalVariantIndex{v}));
        }
        MatrixView<double> const tile{mine.tile_weights.data(), count, variants};
        std::vector<double> scales;
        for (std::int64_t c = 0; c < count; ++c) {
            auto const vector = group.vectors[static_cast<std::size_t>(c)];
            auto const scale = scales_[vector];
            scales.push_back(scale);
            auto const all = weights.row(static_cast<std::int64_t>(vector));
            if (!count_steps(vector, all.subspan(static_cast<std::size_t>(span.first),
                                                 static_cast<std::size_t>(variants)))) {
                continue;  // Its sums will not be used.
            }
            std::copy_n(all.begin() + span.first, variants, tile.row(c).begin());
        }
        mine.tile.assign(tile, scales, mine.means, missing);
        mine.chunk.resize(static_cast<std::size_t>(score_chunk * count));
        auto const start = (span.first / ScoreTile::most_variants +
                            static_cast<std::int64_t>(&mine - threads_.data())) *
                           chunks() / std::ssize(threads_);
        for (std::int64_t k = 0; k < chunks(); ++k) add_chunk(mine, set, (start + k) % chunks());
    }

    /// \return whether the integers of all weights so far stay in their range.
    bool count_steps(std::size_t vector, std::span<double const> weights) {
        auto const scale = scales_[vector];
        std::int64_t steps = 0;
        double largest = 0;
        for (double weight : weights) {
            auto const size = std::min(std::abs(weight) * scale, largest_integer);
            largest = std::max(largest, size);
            steps += static_cast<std::int64_t>(size / step) + 1;
        }
        if (!(largest < largest_integer)) steps = 2 * most_steps;
        auto const own = steps_[vector].fetch_add(steps) + steps;
        return own <= most_steps;
    }

    void add_chunk(ThreadProducts& mine, std::size_t set, std::int64_t chunk) {
        auto& group = groups_[set];
        auto const count = std::ssize(group.vectors);
        auto const first = chunk * score_chunk;
        auto const last = std::min(samples_, first + score_chunk);
        std::ranges::fill(mine.chunk, 0);
        MatrixView<std::int64_t> const sums{mine.chunk.data(), last - first, count};
        add_scores(mine.rows, mine.tile, {SampleIndex{first}, SampleIndex{last}}, mine.sums_work,
                   sums);
        std::scoped_lock const lock{chunk_locks_[static_cast<std::size_t>(chunk)]};
        auto* const all = group.sums.data() + first * count;
        for (std::int64_t i = 0; i < (last - first) * count; ++i)
            all[i] += mine.chunk[static_cast<std::size_t>(i)];
    }

    /// Did all integers? Vectors whose integers did not get fewer digits. Collective.
    bool fits() {
        std::vector<std::int64_t> steps;
        for (auto const& own : steps_) steps.push_back(std::min(own.load(), 2 * most_steps));
        passes_.comm().sum(steps);
        bool all = true;
        for (std::size_t v = 0; v < steps.size(); ++v) {
            if (steps[v] <= most_steps) continue;
            scales_[v] = std::ldexp(scales_[v], -fewer_digits);
            all = false;
        }
        return all;
    }

    RelationshipProducts finish() {
        RelationshipProducts made{.values = std::vector<std::vector<double>>(vectors_.size()),
                                  .varying = std::vector<std::int64_t>(sets_.size())};
        for (auto const& thread : threads_) {
            made.filtered += thread.filtered;
            for (std::size_t set = 0; set < sets_.size(); ++set) {
                made.varying[set] += thread.varying[set];
            }
        }
        passes_.comm().sum(std::span{&made.filtered, 1});
        passes_.comm().sum(made.varying);
        for (std::size_t set = 0; set < groups_.size(); ++set) {
            auto& group = groups_[set];
            if (group.vectors.empty()) continue;
            passes_.comm().sum(group.sums.span());
            auto const list = sets_[set]->list();
            for (std::size_t c = 0; c < group.vectors.size(); ++c) {
                made.values[group.vectors[c]] = centred(group, c, list);
            }
        }
        return made;
    }

    // What genotypes' means add is the same for everybody: it goes before digits are lost.
    std::vector<double> centred(SetSums const& group, std::size_t column,
                                std::span<SampleIndex const> list) const {
        auto const count = std::ssize(group.vectors);
        auto const scale = scales_[group.vectors[column]];
        auto const sum_of = [&](std::int64_t s) {
            return group.sums[s * count + static_cast<std::int64_t>(column)];
        };
        std::vector<double> values(static_cast<std::size_t>(samples_));
        if (list.empty()) return values;
        auto const base = sum_of(list.front().get());
        for (std::int64_t s = 0; s < samples_; ++s) {
            values[static_cast<std::size_t>(s)] = static_cast<double>(sum_of(s) - base) / scale;
        }
        double mean = 0;
        for (auto s : list) mean += values[s.at()];
        mean /= static_cast<double>(list.size());
        for (double& value : values) value -= mean;
        return values;
    }

    GenotypePasses& passes_;
    ScreenFilter const& filter_;
    std::span<SampleMask const* const> sets_;
    std::span<RelationshipVector const> vectors_;
    SeeWeights const& see_;
    std::int64_t samples_;
    SampleMask anybody_;
    FixedPointMatrix values_;
    std::vector<std::size_t> set_of_column_;
    std::vector<std::size_t> rest_of_;  // Vectors of the columns after the vectors' own.
    std::vector<double> scales_;        // Integers per unit of each vector's weights.
    std::vector<std::atomic<std::int64_t>> steps_;  // Of each vector's integers.
    std::vector<SetSums> groups_;
    std::vector<std::mutex> chunk_locks_;
    std::vector<ThreadProducts> threads_;
    std::mutex seeing_;
};

}  // namespace

RelationshipProducts multiply_relationships(GenotypePasses& passes, ScreenFilter const& filter,
                                            std::span<SampleMask const* const> sets,
                                            std::span<RelationshipVector const> vectors,
                                            SeeWeights const& see) {
    expect(!sets.empty() && !vectors.empty(), "there is something to multiply");
    for (auto const& vector : vectors) {
        expect(vector.set < sets.size(), "vectors refer to sets");
    }

    std::optional<Multiplication> work;
    together(passes.comm(), [&] { work.emplace(passes, filter, sets, vectors, see); });
    return work->run();
}

}  // namespace maniple
