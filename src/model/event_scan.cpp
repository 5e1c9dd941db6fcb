#include "maniple/model/event_scan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "event_buffers.hpp"
#include "event_correction.hpp"
#include "firth_lanes.hpp"
#include "maniple/genotype/missing_samples.hpp"
#include "maniple/linalg/cholesky.hpp"
#include "maniple/model/inflation.hpp"
#include "maniple/stats/normal.hpp"

namespace maniple {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t low_bits = 0x5555555555555555;

// Covariates that lose more than this of a direction with the samples that are dropped are
// collinear on the rest.
constexpr double least_pivot = 1 / inflation_limit;

bool is_constant(GenotypeCounts const& counts) {
    auto const called = counts.called();
    return counts.reference == called || counts.heterozygous == called ||
           counts.alternate == called;
}

std::int64_t rarer_carriers(GenotypeCounts const& counts) {
    return counts.called() - std::max(counts.reference, counts.alternate);
}

// b = inverse(L') b
void solve_upper(std::span<double const> factor, std::span<double> b) {
    for (auto r = b.size(); r-- > 0;) {
        for (auto k = r + 1; k < b.size(); ++k) b[r] -= factor[k * (k + 1) / 2 + r] * b[k];
        b[r] /= factor[r * (r + 1) / 2 + r];
    }
}

// Of a square matrix, all columns at once: B = inverse(L) B, then transposed.
void solve_and_transpose(std::span<double const> factor, std::size_t rank,
                         std::vector<double>& square, std::vector<double>& room) {
    auto const* row = factor.data();
    for (std::size_t r = 0; r < rank; row += ++r) {
        auto* const solved = square.data() + r * rank;
        for (std::size_t k = 0; k < r; ++k) {
            auto const* const earlier = square.data() + k * rank;
            for (std::size_t c = 0; c < rank; ++c) solved[c] -= row[k] * earlier[c];
        }
        double const inverse = 1 / row[r];
        for (std::size_t c = 0; c < rank; ++c) solved[c] *= inverse;
    }
    room.resize(square.size());
    for (std::size_t r = 0; r < rank; ++r) {
        for (std::size_t c = 0; c < rank; ++c) room[c * rank + r] = square[r * rank + c];
    }
    square.swap(room);
}

/// One variant on one pattern's samples.
struct PatternGenotype {
    GenotypeCounts counts;
    double mean = none;  ///< ALT alleles per called sample.
    TestStatus status = TestStatus::ok;
};

/// A score test.
struct Score {
    double score = 0;        ///< U
    double information = 0;  ///< V
    double spread = 0;       ///< V without covariates.
    TestStatus status = TestStatus::ok;
};

}  // namespace

/// The block in work. Members follow one tile of variants, one pattern, one trait at a time.
class EventBlockScan {
public:
    EventBlockScan(EventNull const& null, PackedView genotypes, EventSettings const& settings,
                   EventWorkspace& workspace, LinearTests const& tests)
        : null_{null},
          genotypes_{genotypes},
          settings_{settings},
          work_{*workspace.buffers_},
          tests_{tests},
          correction_{null, genotypes, settings, work_},
          sums_{work_.sums.data(), work_.shape.columns, genotypes.variants()},
          homozygous_sums_{work_.homozygous_sums.data(), work_.shape.traits, genotypes.variants()},
          least_to_correct_{settings.rule.threshold > 0
                                ? -std::log10(std::min(settings.rule.threshold, 1.0))
                                : std::numeric_limits<double>::infinity()} {
        expect(genotypes.variants() <= work_.shape.block && null.stride() == work_.shape.stride &&
                   null.columns().columns() == work_.shape.columns,
               "the workspace was made for such a block");
        multiply_genotypes(genotypes, null.columns(), work_.product, sums_);
        multiply_homozygous();
    }

    void run(std::span<LocalVariantIndex const> rows) {
        auto const step = place(work_.shape.tile);
        for (std::size_t first = 0; first < rows.size(); first += step) {
            rows_ = rows.subspan(first, std::min(step, rows.size() - first));
            first_ = static_cast<std::int64_t>(first);
            sum_missing();
            for (std::size_t p = 0; p < null_.patterns().size(); ++p) {
                judge(p);
                for (auto t : null_.patterns()[p].traits) scan_trait(t);
            }
        }
    }

private:
    std::int64_t variants() const { return std::ssize(rows_); }
    bool drop() const { return work_.shape.drops; }

    void multiply_homozygous() {
        auto const words = genotypes_.words();
        for (std::size_t w = 0; w < words.size(); ++w) {
            work_.homozygous[static_cast<std::int64_t>(w)] = words[w] >> 1 & ~words[w] & low_bits;
        }
        multiply_genotypes(
            PackedView{std::span<std::uint64_t const>{work_.homozygous.span()}.first(words.size()),
                       genotypes_.variants(), genotypes_.samples()},
            null_.weights(), work_.product, homozygous_sums_);
    }

    // Sums of every trait's columns over samples without a genotype.
    void sum_missing() {
        auto const mask = null_.base().words();
        for (std::int64_t i = 0; i < variants(); ++i) {
            auto const row = genotypes_.row(rows_[place(i)]);
            auto& counts = work_.counts[place(i)];
            counts = kernels().count(row.data(), mask.data(), std::ssize(row));
            if (counts.missing == 0) continue;
            auto const count = find_missing(row, mask, work_.missing);
            work_.moments.sum_over(std::span{work_.missing}.first(place(count)),
                                   null_.columns().integers(),
                                   {.first = 0, .covariates = 0, .width = work_.shape.columns});
            std::ranges::copy(work_.moments.sums(),
                              work_.missing_sums.data() + i * work_.shape.columns);
        }
    }

    // Which variants are tested on a pattern, and what their genotypes are.
    void judge(std::size_t p) {
        pattern_ = &null_.patterns()[p];
        bool const is_base = pattern_->samples == null_.base().count();
        auto const mask = pattern_->mask.words();
        genotype_.resize(rows_.size());
        for (std::int64_t i = 0; i < variants(); ++i) {
            auto const row = genotypes_.row(rows_[place(i)]);
            auto& genotype = genotype_[place(i)];
            genotype.counts = is_base ? work_.counts[place(i)]
                                      : kernels().count(row.data(), mask.data(), std::ssize(row));
            auto const& counts = genotype.counts;
            genotype.mean = none;
            if (counts.called() > 0) {
                genotype.mean = static_cast<double>(counts.alternate_alleles()) /
                                static_cast<double>(counts.called());
            }
            genotype.status = status_of(counts);
            auto const column = first_ + i;
            auto const row_of_pattern = static_cast<std::int64_t>(p);
            tests_.samples(row_of_pattern, column) =
                static_cast<std::int32_t>(drop() ? counts.called() : pattern_->samples);
            tests_.alternate_frequency(row_of_pattern, column) =
                static_cast<float>(genotype.mean / 2);
        }
    }

    TestStatus status_of(GenotypeCounts const& counts) const {
        auto const filtered = apply_filter(settings_.filter, counts);
        if (filtered != TestStatus::ok) return filtered;
        if (counts.called() == 0) return TestStatus::no_genotypes;
        if (is_constant(counts)) return TestStatus::constant_genotype;
        if (rarer_carriers(counts) < settings_.rule.fewest_carriers) {
            return TestStatus::too_few_carriers;
        }
        return TestStatus::ok;
    }

    void scan_trait(std::size_t t) {
        trait_ = &null_.traits()[t];
        auto const write = [&](std::int64_t column, EventTest const& test) {
            auto const row = static_cast<std::int64_t>(t);
            tests_.beta(row, column) = test.beta;
            tests_.standard_error(row, column) = static_cast<float>(test.standard_error);
            tests_.neg_log10_p(row, column) = static_cast<float>(test.neg_log10_p);
            tests_.status(row, column) = static_cast<std::uint8_t>(test.status);
        };
        correction_.start(t, write);
        for (std::int64_t i = 0; i < variants(); ++i) {
            auto const score = score_test(i);
            if (score.status != TestStatus::ok) {
                write(first_ + i, {none, none, none, score.status});
                continue;
            }
            double const error = 1 / std::sqrt(score.information);
            double const p = neg_log10_p_normal(score.score * error);
            auto const correction = settings_.rule.correction;
            bool const is_final = correction == Correction::none ||
                                  (correction != Correction::wald && p < least_to_correct_);
            if (is_final) {
                write(first_ + i, {score.score / score.information, error, p, TestStatus::ok});
                continue;
            }
            auto const& genotype = genotype_[place(i)];
            auto coefficients = explained_;
            solve_upper(trait_->factor, coefficients);
            correction_.add({.column = first_ + i,
                             .variant = rows_[place(i)],
                             .counts = genotype.counts,
                             .mean = genotype.mean,
                             .score = score.score,
                             .information = score.information,
                             .coefficients = std::move(coefficients)});
        }
        correction_.finish();
    }

    // Of the tile's variant i; leaves the coefficients of Z in `explained_`.
    Score score_test(std::int64_t i) {
        auto const& genotype = genotype_[place(i)];
        Score score{.status = genotype.status};
        if (score.status != TestStatus::ok) return score;
        auto const& trait = *trait_;
        auto const variant = rows_[place(i)].get();
        bool const any_missing = work_.counts[place(i)].missing > 0;
        double const fill = drop() ? 0 : genotype.mean;
        auto const* const absent = work_.missing_sums.data() + i * work_.shape.columns;
        auto const sum = [&](std::int64_t c) {
            auto const column = trait.first_column + c;
            double total = static_cast<double>(sums_(column, variant));
            if (any_missing) total += fill * absent[column];
            return total * trait.units[place(c)];
        };
        score.score = sum(0);
        explained_.resize(place(trait.rank));
        for (std::int64_t r = 0; r < trait.rank; ++r) explained_[place(r)] = sum(r + 1);
        // g^2 is g, and twice [g = 2]; Z_0 is constant, 1 / sqrt(sum of w).
        double const constant = std::sqrt(trait.weight_sum);
        auto const called =
            static_cast<double>(sums_(trait.first_column + 1, variant)) * trait.units[1];
        double squares = called * constant +
                         2 * (static_cast<double>(homozygous_sums_(trait.weight_column, variant)) *
                              trait.weight_unit);
        if (any_missing) {
            squares += fill * fill * (absent[trait.first_column + 1] * trait.units[1] * constant);
        }
        if (drop() && genotype.counts.missing > 0) {
            drop_missing(i, squares, score);
        } else {
            score.spread = squares - explained_[0] * explained_[0];
            score.information = score.spread;
            for (std::int64_t r = 1; r < trait.rank; ++r) {
                score.information -= explained_[place(r)] * explained_[place(r)];
            }
        }
        if (score.status == TestStatus::ok &&
            !(score.information * inflation_limit > score.spread && score.information > 0)) {
            score.status = TestStatus::collinear_genotype;
        }
        return score;
    }

    // From sums over called samples to a score test on these alone: Z'WZ, 1 on all samples, and
    // Z'(y - m), 0 on all, are those that the missing ones leave.
    void drop_missing(std::int64_t i, double squares, Score& score) {
        auto const& trait = *trait_;
        auto const rank = trait.rank;
        auto const count =
            find_missing(genotypes_.row(rows_[place(i)]), pattern_->mask.words(), work_.missing);
        sum_dropped(std::span{work_.missing}.first(place(count)));
        auto& gram = left_of_z();
        auto& slopes = dropped_.slopes;
        solve_lower(trait.factor, slopes);
        for (double& slope : slopes) slope = -slope;
        double const constant = gram[0];
        if (!(factorize(gram, rank) > least_pivot)) {
            score.status = TestStatus::collinear_covariates;
            return;
        }
        score.spread = squares - explained_[0] * explained_[0] / constant;
        solve_lower(gram, explained_);
        solve_lower(gram, slopes);
        score.information = squares;
        for (std::size_t r = 0; r < slopes.size(); ++r) {
            score.score -= explained_[r] * slopes[r];
            score.information -= explained_[r] * explained_[r];
        }
        solve_upper(gram, explained_);
    }

    // What samples that are dropped leave of Z'WZ, which was 1: a triangle.
    std::vector<double>& left_of_z() {
        auto const rank = place(trait_->rank);
        auto& [gram, slopes, square, room] = dropped_;
        square.resize(rank * rank);
        std::size_t element = 0;
        for (std::size_t r = 0; r < rank; ++r) {
            for (std::size_t c = 0; c <= r; ++c, ++element) {
                square[r * rank + c] = square[c * rank + r] = gram[element];
            }
        }
        solve_and_transpose(trait_->factor, rank, square, room);
        solve_and_transpose(trait_->factor, rank, square, room);
        element = 0;
        for (std::size_t r = 0; r < rank; ++r) {
            for (std::size_t c = 0; c <= r; ++c, ++element) {
                gram[element] = (r == c ? 1 : 0) - square[r * rank + c];
            }
        }
        return gram;
    }

    // Q'WQ and Q'(y - m) of some samples, of which a chunk is brought together at a time.
    void sum_dropped(std::span<SampleIndex const> samples) {
        auto const& trait = *trait_;
        auto const rank = trait.rank;
        auto& room = work_.dropped;
        dropped_.gram.assign(place(triangle_size(rank)), 0.0);
        dropped_.slopes.assign(place(rank), 0.0);
        while (!samples.empty()) {
            auto const chunk = samples.first(std::min(samples.size(), place(dropped_chunk)));
            samples = samples.subspan(chunk.size());
            auto const padded = pad_samples(std::ssize(chunk));
            for (std::int64_t r = 0; r < rank; ++r) {
                auto const* const from = pattern_->basis.data() + r * null_.stride();
                auto* const to = room.basis.data() + r * dropped_chunk;
                for (std::size_t k = 0; k < chunk.size(); ++k) to[k] = from[chunk[k].get()];
            }
            for (std::int64_t k = 0; k < padded; ++k) {
                bool const is_sample = k < std::ssize(chunk);
                room.weights[k] = is_sample ? trait.weight(chunk[place(k)]) : 0;
                room.residuals[k] = is_sample ? trait.residual(chunk[place(k)]) : 0;
            }
            FirthColumns const x{.covariates = room.basis.data(),
                                 .stride = dropped_chunk,
                                 .rank = rank,
                                 .last = nullptr,
                                 .count = padded};
            auto const& forms = firth_forms();
            auto* const sums = room.sums.data();
            forms.gram(x, room.weights.data(), room.lanes.data(), sums);
            for (std::size_t k = 0; k < dropped_.gram.size(); ++k) dropped_.gram[k] += sums[k];
            forms.multiply(x, room.residuals.data(), room.lanes.data(), sums);
            for (std::size_t r = 0; r < dropped_.slopes.size(); ++r) dropped_.slopes[r] += sums[r];
        }
    }

    /// Q'WQ and Q'(y - m) of samples without a genotype.
    struct Dropped {
        std::vector<double> gram;  // A triangle.
        std::vector<double> slopes;
        std::vector<double> square, room;
    };

    EventNull const& null_;
    PackedView genotypes_;
    EventSettings const& settings_;
    EventWorkspace::Buffers& work_;
    LinearTests const& tests_;
    EventCorrection correction_;
    MatrixView<std::int64_t> sums_;
    MatrixView<std::int64_t> homozygous_sums_;
    double least_to_correct_;                  // -log10 p
    std::span<LocalVariantIndex const> rows_;  // Of the tile.
    std::int64_t first_ = 0;                   // Its first column in `tests_`.
    EventPattern const* pattern_ = nullptr;
    EventTrait const* trait_ = nullptr;
    std::vector<PatternGenotype> genotype_;  // Of the tile, on the pattern.
    std::vector<double> explained_;          // Of a variant and trait.
    Dropped dropped_;                        // The same.
};

void scan_event_block(EventNull const& null, PackedView genotypes,
                      std::span<LocalVariantIndex const> rows, EventSettings const& settings,
                      EventWorkspace& workspace, LinearTests const& tests) {
    auto const traits = std::ssize(null.traits());
    auto const patterns = std::ssize(null.patterns());
    expect(genotypes.samples() == null.samples(), "genotypes and traits have the same samples");
    expect(tests.beta.rows() == traits && tests.standard_error.rows() == traits &&
               tests.neg_log10_p.rows() == traits && tests.status.rows() == traits &&
               tests.alternate_frequency.rows() == patterns && tests.samples.rows() == patterns,
           "results have a row per trait or pattern");
    expect(tests.beta.columns() >= std::ssize(rows), "results have a column per row");
    expect(settings.rule.correction != Correction::firth ||
               std::ranges::none_of(null.traits(),
                                    [](auto const& t) { return t.family == Family::poisson; }),
           "hazards have no regression with all effects free");
    if (rows.empty() || traits == 0) return;
    EventBlockScan{null, genotypes, settings, workspace, tests}.run(rows);
}

}  // namespace maniple
