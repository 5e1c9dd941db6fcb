#include "maniple/model/linear_scan.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "linear_tile.hpp"
#include "maniple/linalg/cholesky.hpp"
#include "maniple/model/linear_exact.hpp"
#include "maniple/stats/student_t.hpp"

namespace maniple {
namespace {

// A smallest pivot of a down-dated Q'Q below this share has cancelled.
constexpr double pivot_cancels_below = 1e-3;

constexpr double none = std::numeric_limits<double>::quiet_NaN();

bool is_constant(GenotypeCounts const& counts) {
    auto const called = counts.called();
    return counts.reference == called || counts.heterozygous == called ||
           counts.alternate == called;
}

}  // namespace

LinearWorkspace::LinearWorkspace(LinearNull const& null, MissingGenotype missing,
                                 std::int64_t block_variants)
    : buffers_{std::make_unique<Buffers>(null, missing, block_variants)} {}
LinearWorkspace::LinearWorkspace(LinearWorkspace&&) noexcept = default;
LinearWorkspace& LinearWorkspace::operator=(LinearWorkspace&&) noexcept = default;
LinearWorkspace::~LinearWorkspace() = default;

std::int64_t LinearWorkspace::bytes(LinearNull const& null, MissingGenotype missing,
                                    std::int64_t block_variants) {
    return Buffers::bytes(null, missing, block_variants);
}

/// The block in work. Members follow one tile of variants, one design, one pattern at a time.
class BlockScan {
public:
    BlockScan(LinearNull const& null, PackedView genotypes, MissingGenotype missing,
              VariantFilter const& filter, LinearWorkspace& workspace, LinearTests const& tests)
        : null_{null},
          genotypes_{genotypes},
          drop_{missing == MissingGenotype::drop},
          filter_{filter},
          work_{*workspace.buffers_},
          tests_{tests},
          sums_{work_.sums.data(), null.columns().columns(), genotypes.variants()},
          tile_{work_, missing} {
        expect(null.columns().columns() * genotypes.variants() <= work_.sums.size(),
               "the workspace has room for the block");
        multiply_genotypes(genotypes, null.columns(), work_.product, sums_);
    }

    void run(std::span<LocalVariantIndex const> rows) {
        auto const step = place(work_.shape.variants);
        for (std::size_t first = 0; first < rows.size(); first += step) {
            rows_ = rows.subspan(first, std::min(step, rows.size() - first));
            first_ = static_cast<std::int64_t>(first);
            if (work_.turned) work_.turned->assign(genotypes_, rows_);
            for (auto const& design : null_.designs()) {
                sum_missing(design);
                for (auto p : design.patterns) scan_pattern(p);
            }
        }
    }

private:
    std::int64_t variants() const { return std::ssize(rows_); }

    // Counts on the design's samples, and sums over those of them without a genotype.
    void sum_missing(Design const& design) {
        auto const mask = design.samples.words();
        for (std::int64_t i = 0; i < variants(); ++i) {
            auto const row = genotypes_.row(rows_[place(i)]);
            auto& counts = work_.counts[place(i)];
            counts = kernels().count(row.data(), mask.data(), std::ssize(row));
        }
        auto const counts = std::span{work_.counts}.first(rows_.size());
        tile_.start_design(counts);
        for (std::int64_t r = 0; r < design.covariates(); ++r) {
            gather(design.first_column + r, covariate_sums(design).row(r));
        }
        if (!tile_.any_missing()) return;
        auto columns = design.moments();
        if (!drop_) columns.covariates = 0;
        for (std::int64_t i = 0; i < variants(); ++i) {
            if (work_.counts[place(i)].missing == 0) continue;
            auto const count = find_missing(genotypes_.row(rows_[place(i)]), mask, work_.missing);
            work_.moments[place(i)].sum_over(std::span{work_.missing}.first(place(count)),
                                             null_.columns().integers(), columns);
        }
        if (drop_) tile_.take_moments(design, counts);
    }

    MatrixView<std::int64_t> covariate_sums(Design const& design) const {
        return {work_.covariate_sums.data(), design.covariates(), variants()};
    }

    // One column's sums for the tile's variants.
    void gather(std::int64_t column, std::span<std::int64_t> to) const {
        auto const* const from = sums_.row(column).data();
        if (rows_.back() - rows_.front() == std::ssize(rows_) - 1) {
            std::copy_n(from + rows_.front().get(), to.size(), to.begin());
            return;
        }
        for (std::size_t i = 0; i < to.size(); ++i) to[i] = from[rows_[i].get()];
    }

    void scan_pattern(std::size_t p) {
        pattern_ = &null_.patterns()[p];
        design_ = &null_.designs()[pattern_->design];
        tile_.start(*design_, *pattern_, variants());
        for (std::int64_t i = 0; i < variants(); ++i) {
            tile_.genotype(i).counts = work_.counts[place(i)];
        }
        std::int64_t const* lacking = nullptr;
        work_.lost.clear();
        std::fill_n(work_.lost_end.begin(), variants(), 0);
        if (!pattern_->lacking.empty()) {
            take_lacking();
            lacking = work_.lacking_sums.data();
        }
        judge(static_cast<std::int64_t>(p));
        tile_.project(covariate_sums(*design_), lacking);
        find_inflated();
        for (auto t : pattern_->traits) scan_trait(t);
    }

    // What the design's samples have and the pattern's lack.
    void take_lacking() {
        auto const selected = work_.turned->select(pattern_->lacking, work_.selected.span());
        multiply_genotypes(selected, pattern_->lacking_columns, work_.product,
                           {work_.lacking_sums.data(), design_->covariates(), variants()});
        for (std::int64_t i = 0; i < variants(); ++i) {
            auto const row = selected.row(LocalVariantIndex{i});
            auto const counts =
                kernels().count_all(row.data(), std::ssize(row), selected.samples());
            auto& kept = tile_.genotype(i).counts;
            kept = {.reference = kept.reference - counts.reference,
                    .heterozygous = kept.heterozygous - counts.heterozygous,
                    .alternate = kept.alternate - counts.alternate,
                    .missing = kept.missing - counts.missing};
            if (counts.missing > 0) list_lost(row);
            work_.lost_end[place(i)] = std::ssize(work_.lost);
        }
    }

    // A short row: no more than the lacking samples. Its padding is zero, not missing.
    void list_lost(std::span<std::uint64_t const> row) {
        constexpr std::uint64_t low_bits = 0x5555555555555555;
        for (std::size_t w = 0; w < row.size(); ++w) {
            for (auto rest = row[w] & row[w] >> 1 & low_bits; rest != 0; rest &= rest - 1) {
                work_.lost.push_back(static_cast<std::int64_t>(w) * 32 +
                                     std::countr_zero(rest) / 2);
            }
        }
    }

    // Which variants are tested, and what their genotypes are.
    void judge(std::int64_t p) {
        for (std::int64_t i = 0; i < variants(); ++i) {
            auto& genotype = tile_.genotype(i);
            auto const& counts = genotype.counts;
            auto const called = counts.called();
            auto const samples = drop_ ? called : pattern_->samples;
            if (called > 0) {
                genotype.mean =
                    static_cast<double>(counts.alternate_alleles()) / static_cast<double>(called);
            } else {
                genotype.mean = none;
            }
            genotype.degrees = static_cast<double>(samples - design_->rank - 1);
            genotype.status = status_of(counts, genotype.degrees);
            tests_.samples(p, first_ + i) = static_cast<std::int32_t>(samples);
            tests_.alternate_frequency(p, first_ + i) = static_cast<float>(genotype.mean / 2);
        }
    }

    TestStatus status_of(GenotypeCounts const& counts, double degrees) const {
        auto const filtered = apply_filter(filter_, counts);
        if (filtered != TestStatus::ok) return filtered;
        if (counts.called() == 0) return TestStatus::no_genotypes;
        if (is_constant(counts)) return TestStatus::constant_genotype;
        if (degrees < 1) return TestStatus::too_few_samples;
        return TestStatus::ok;
    }

    /// Are covariates that the trait's samples tell apart collinear beside a genotype, on the
    /// samples that have it? Covariates that are collinear to begin with, such as age and its
    /// square, are the user's choice.
    void find_inflated() {
        untested_.clear();
        for (std::int64_t i = 0; i < variants(); ++i) {
            auto& genotype = tile_.genotype(i);
            if (genotype.status == TestStatus::ok) {
                if (inflates_covariates(i, genotype)) {
                    genotype.status = TestStatus::collinear_covariates;
                }
                genotype.cancelled = tile_.pivot(i) < pivot_cancels_below ||
                                     !(tile_.own(i) >= cancels_below * genotype.spread);
            }
            work_.status[place(i)] = static_cast<std::uint8_t>(genotype.status);
            if (genotype.status != TestStatus::ok || genotype.cancelled) untested_.push_back(i);
        }
    }

    bool inflates_covariates(std::int64_t i, TileGenotype const& genotype) const {
        if (pattern_->inflated > inflation_limit) return false;
        if (tile_.pivot(i) == 0) return true;
        double const own = tile_.own(i);
        double const inflation = genotype.spread / own;
        if (!(own > 0 && inflation <= inflation_limit)) return false;  // Its own problem.
        auto const& known = design_->inflation;
        if (known.bound(tile_.least_kept(i), inflation) <= inflation_limit) return false;
        return known.largest(tile_.factor(i), tile_.projection(i), own) > inflation_limit;
    }

    void scan_trait(std::size_t t) {
        auto const& trait = null_.traits()[t];
        gather(trait.column, std::span{work_.trait_sums}.first(rows_.size()));
        tile_.test(trait, std::span{work_.trait_sums}.first(rows_.size()), untested_);
        write(static_cast<std::int64_t>(t));
        for (auto i : untested_) rework(t, i);
        for (auto i : tile_.doubtful()) {
            auto const& genotype = tile_.genotype(i);
            if (genotype.status == TestStatus::ok && !genotype.cancelled) rework(t, i);
        }
    }

    void write(std::int64_t t) const {
        auto const n = place(variants());
        auto const& lanes = work_.lanes;
        std::copy_n(lanes.beta.data(), n, tests_.beta.row(t).data() + first_);
        auto* const errors = tests_.standard_error.row(t).data() + first_;
        auto* const p_values = tests_.neg_log10_p.row(t).data() + first_;
        for (std::size_t i = 0; i < n; ++i) {
            errors[i] = static_cast<float>(lanes.standard_error[i]);
            p_values[i] = static_cast<float>(lanes.neg_log10_p[i]);
        }
        std::copy_n(work_.status.data(), n, tests_.status.row(t).data() + first_);
    }

    // A row whose lane holds no final numbers.
    void rework(std::size_t t, std::int64_t i) const {
        auto const& trait = null_.traits()[t];
        auto const& genotype = tile_.genotype(i);
        ExactTest test{none, none, none, genotype.status};
        if (genotype.status == TestStatus::ok) {
            test = genotype.cancelled || (tile_.doubt(i) & digits_cancelled) != 0
                       ? regress_exactly(null_, trait, genotypes_, rows_[place(i)],
                                         drop_ ? MissingGenotype::drop : MissingGenotype::mean,
                                         genotype.mean)
                       : refine(trait, i);
        }
        auto const row = static_cast<std::int64_t>(t);
        tests_.beta(row, first_ + i) = test.beta;
        tests_.standard_error(row, first_ + i) = static_cast<float>(test.standard_error);
        tests_.neg_log10_p(row, first_ + i) = static_cast<float>(test.neg_log10_p);
        tests_.status(row, first_ + i) = static_cast<std::uint8_t>(test.status);
    }

    // An effect within the rounding of fixed point, from all 48 bits of the residuals, which are
    // orthogonal to the covariates unless samples were dropped.
    ExactTest refine(NullTrait const& trait, std::int64_t i) const {
        auto const variant = rows_[place(i)];
        auto const& genotype = tile_.genotype(i);
        auto const row = genotypes_.row(variant);
        auto const remainders = null_.columns().remainders(trait.column);
        auto const rest = kernels().sum_remainders(row.data(), remainders.data(), null_.samples());
        double u = (static_cast<double>(sums_(trait.column, variant.get())) +
                    static_cast<double>(rest) / FixedPointMatrix::remainders_per_step) *
                   trait.unit;
        if (genotype.counts.missing > 0) {
            auto const count = find_missing(row, pattern_->mask.words(), work_.missing);
            auto const missing = std::span{work_.missing}.first(place(count));
            u += drop_ ? down_date(trait, i, missing) : impute(trait, genotype.mean, missing);
        }
        ExactTest test{u / tile_.own(i), work_.lanes.standard_error[place(i)], 0, TestStatus::ok};
        test.neg_log10_p = neg_log10_p_student_t(test.beta / test.standard_error, genotype.degrees);
        return test;
    }

    double impute(NullTrait const& trait, double mean, std::span<SampleIndex const> missing) const {
        double sum = 0;
        for (auto s : missing) sum += null_.residual(trait, s);
        return mean * sum;
    }

    double down_date(NullTrait const& trait, std::int64_t i,
                     std::span<SampleIndex const> missing) const {
        std::vector<double> products(place(design_->rank));
        for (auto s : missing) {
            double const residual = null_.residual(trait, s);
            products[0] -= residual;
            auto const integers = null_.columns().row(s.get());
            for (std::size_t r = 1; r < products.size(); ++r) {
                auto const column = place(design_->first_column) + r - 1;
                products[r] -= integers[column] * design_->units[r - 1] * residual;
            }
        }
        solve_lower(tile_.factor(i), products);
        return -dot(tile_.projection(i), products);
    }

    LinearNull const& null_;
    PackedView genotypes_;
    bool drop_;
    VariantFilter const& filter_;
    LinearWorkspace::Buffers& work_;
    LinearTests const& tests_;
    MatrixView<std::int64_t> sums_;
    LinearTile tile_;
    std::span<LocalVariantIndex const> rows_;  // Of the tile.
    std::int64_t first_ = 0;                   // Its first column in `tests_`.
    std::vector<std::int64_t> untested_;       // Of the tile, for every trait of the pattern.
    MissingnessPattern const* pattern_ = nullptr;
    Design const* design_ = nullptr;
};

void scan_block(LinearNull const& null, PackedView genotypes,
                std::span<LocalVariantIndex const> rows, MissingGenotype missing,
                VariantFilter const& filter, LinearWorkspace& workspace, LinearTests const& tests) {
    auto const traits = std::ssize(null.traits());
    auto const patterns = std::ssize(null.patterns());
    expect(genotypes.samples() == null.samples(), "genotypes and traits have the same samples");
    expect(tests.beta.rows() == traits && tests.standard_error.rows() == traits &&
               tests.neg_log10_p.rows() == traits && tests.status.rows() == traits &&
               tests.alternate_frequency.rows() == patterns && tests.samples.rows() == patterns,
           "results have a row per trait or pattern");
    expect(tests.beta.columns() >= std::ssize(rows), "results have a column per row");
    if (rows.empty()) return;
    BlockScan{null, genotypes, missing, filter, workspace, tests}.run(rows);
}

}  // namespace maniple
