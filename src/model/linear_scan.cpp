#include "maniple/model/linear_scan.hpp"

#include <bit>
#include <cmath>
#include <limits>

#include "maniple/linalg/cholesky.hpp"
#include "maniple/linalg/orthonormal_basis.hpp"
#include "maniple/model/linear_exact.hpp"
#include "maniple/stats/student_t.hpp"

namespace maniple {
namespace {

// Where a difference keeps less than this share of what it is taken from, digits have cancelled and
// the row is computed again from residuals. Above 1 / 50, the limit on variance inflation.
constexpr double cancels_below = 0.025;

// U below this many times its rounding is summed again in double precision: its p-value is near 1,
// and the relative error of -log10 p is that of the effect. For a normal trait these are effects
// below 1e-3 standard errors; more where outliers, perhaps of dropped samples, make the unit
// coarse.
constexpr double small_effect = 4e5;

// Where the samples that remain hold less than this share of y'y, those that were dropped held
// outliers that make the fixed point too coarse for the rest.
constexpr double outlier_below = 0.01;

// The same for the smallest pivot of a down-dated Q'Q.
constexpr double pivot_cancels_below = 1e-3;

constexpr double none = std::numeric_limits<double>::quiet_NaN();

LinearTest untested(TestStatus status) { return {none, none, none, none, 0, status}; }

bool is_constant(GenotypeCounts const& counts) {
    auto const called = counts.called();
    return counts.reference == called || counts.heterozygous == called ||
           counts.alternate == called;
}

}  // namespace

LinearWorkspace::LinearWorkspace(LinearNull const& null, std::int64_t block_variants)
    : product_{null.columns().digit_columns()},
      sums_(static_cast<std::size_t>(block_variants * null.columns().columns())),
      missing_room_(static_cast<std::size_t>(null.samples()), SampleIndex{0}) {}

std::int64_t LinearWorkspace::bytes(LinearNull const& null, std::int64_t block_variants) {
    return ProductWorkspace::bytes(null.columns().digit_columns()) +
           8 * block_variants * null.columns().columns() + 8 * null.samples();
}

/// The block in work. Members follow one variant and one pattern at a time.
class BlockScan {
public:
    BlockScan(LinearNull const& null, PackedView genotypes, MissingGenotype missing,
              VariantFilter const& filter, LinearWorkspace& workspace)
        : null_{null},
          columns_{null.columns()},
          genotypes_{genotypes},
          missing_{missing},
          filter_{filter},
          work_{workspace},
          sums_{work_.sums_.data(), genotypes.variants(), columns_.columns()},
          base_samples_{null.base().count()} {
        expect(std::ssize(work_.sums_) >= genotypes.variants() * columns_.columns(),
               "the workspace has room for the block");
        multiply_genotypes(genotypes_, columns_, work_.product_, sums_);
    }

    void test(LocalVariantIndex variant, std::span<LinearTest> tests) {
        find_missing(variant);
        for (auto const& pattern : null_.patterns()) test_pattern(variant, pattern, tests);
    }

private:
    /// What one variant is on one pattern's samples.
    struct Genotype {
        GenotypeCounts counts;
        double mean = 0;     ///< Over called samples [ALT alleles].
        double imputed = 0;  ///< What a missing genotype counts as.
        std::int64_t samples = 0;
        double squares = 0;  ///< g'g.
        double spread = 0;   ///< Sum of squares about the mean.
        double own = 0;      ///< S: what covariates leave of g'g.
        double smallest_pivot = 1;
        bool down_dated = false;
    };

    // Samples of the base without a genotype.
    void find_missing(LocalVariantIndex variant) {
        auto const row = genotypes_.row(variant);
        auto const mask = null_.base().words();
        auto& room = work_.missing_room_;
        std::size_t count = 0;
        for (std::size_t w = 0; w < row.size(); ++w) {
            auto const word = static_cast<std::int64_t>(w) * 32;
            for (auto rest = row[w] & row[w] >> 1 & mask[w]; rest != 0; rest &= rest - 1) {
                room[count++] = SampleIndex{word + std::countr_zero(rest) / 2};
            }
        }
        missing_samples_ = std::span{room}.first(count);
    }

    void test_pattern(LocalVariantIndex variant, MissingnessPattern const& pattern,
                      std::span<LinearTest> tests) {
        Genotype genotype;
        auto const row = genotypes_.row(variant);
        genotype.counts = kernels().count(row.data(), pattern.mask.words().data(), std::ssize(row));
        auto status = judge(genotype, pattern);
        LinearTest shared = untested(status);
        shared.samples = genotype.samples;
        if (genotype.counts.called() > 0) shared.alternate_frequency = genotype.mean / 2;
        if (status == TestStatus::ok) {
            prepare(variant, pattern, genotype);
            if (inflates_covariates(pattern, genotype)) {
                status = shared.status = TestStatus::collinear_covariates;
            }
        }
        for (auto t : pattern.traits) {
            tests[t] = status == TestStatus::ok
                           ? test_trait(variant, pattern, genotype, null_.traits()[t], shared)
                           : shared;
        }
    }

    TestStatus judge(Genotype& genotype, MissingnessPattern const& pattern) const {
        auto const& counts = genotype.counts;
        auto const called = counts.called();
        genotype.samples = missing_ == MissingGenotype::drop ? called : pattern.samples;
        if (called > 0) {
            genotype.mean =
                static_cast<double>(counts.alternate_alleles()) / static_cast<double>(called);
        }
        auto const filtered = apply_filter(filter_, counts);
        if (filtered != TestStatus::ok) return filtered;
        if (called == 0) return TestStatus::no_genotypes;
        if (is_constant(counts)) return TestStatus::constant_genotype;
        if (genotype.samples - pattern.rank - 1 < 1) return TestStatus::too_few_samples;
        return TestStatus::ok;
    }

    // The pattern's samples without a genotype.
    void find_absent(MissingnessPattern const& pattern) {
        if (pattern.samples == base_samples_) {
            absent_ = missing_samples_;
            return;
        }
        work_.absent_.clear();
        for (auto s : missing_samples_) {
            if (pattern.mask.contains(s)) work_.absent_.push_back(s);
        }
        absent_ = work_.absent_;
    }

    // Their sums, exact integers, in the order of the pattern's layout after the intercept.
    void sum_absent(MissingnessPattern const& pattern) {
        auto const columns = pattern.layout.columns();
        work_.absent_sums_.assign(columns.size(), 0);
        for (auto s : absent_) {
            auto const* const row = columns_.row(s.get()).data();
            for (std::size_t k = 0; k < columns.size(); ++k)
                work_.absent_sums_[k] += row[columns[k]];
        }
    }

    void subtract_lacking(LocalVariantIndex variant, MissingnessPattern const& pattern,
                          std::span<std::int64_t> sums) const {
        for (auto s : pattern.lacking) {
            auto const genotype = genotypes_.genotype(variant, s);
            if (genotype == 0 || genotype == missing_genotype) continue;
            auto const row = columns_.row(s.get());
            for (std::size_t c = 0; c < sums.size(); ++c) {
                sums[c] -= std::int64_t{genotype} *
                           row[static_cast<std::size_t>(pattern.first_column) + c];
            }
        }
    }

    /// Q'g, its triangular solution, and S.
    void prepare(LocalVariantIndex variant, MissingnessPattern const& pattern, Genotype& genotype) {
        auto const& counts = genotype.counts;
        if (counts.missing > 0) {
            find_absent(pattern);
            genotype.down_dated = missing_ == MissingGenotype::drop;
            if (!genotype.down_dated) {
                genotype.imputed = genotype.mean;
                sum_absent(pattern);
            }
        }
        project(variant, pattern, genotype);

        auto const alleles = static_cast<double>(counts.alternate_alleles());
        auto const raw_squares = static_cast<double>(counts.heterozygous + 4 * counts.alternate);
        genotype.squares =
            raw_squares + genotype.imputed * genotype.imputed * static_cast<double>(counts.missing);
        genotype.spread = raw_squares - alleles * alleles / static_cast<double>(counts.called());

        if (genotype.down_dated) {
            down_date(pattern);
            genotype.smallest_pivot = factorize(work_.factor_, pattern.rank);
            if (genotype.smallest_pivot == 0) return;
        }
        solve_lower(genotype.down_dated ? work_.factor_ : pattern.factor, work_.projection_);
        genotype.own = genotype.squares - dot(work_.projection_, work_.projection_);
    }

    /// Are covariates that the trait's samples tell apart collinear beside this genotype, on the
    /// samples that have it? Covariates that are collinear to begin with, such as age and its
    /// square, are the user's choice.
    bool inflates_covariates(MissingnessPattern const& pattern, Genotype const& genotype) const {
        if (pattern.inflated > inflation_limit) return false;
        if (genotype.smallest_pivot == 0) return true;
        double const inflation = genotype.spread / genotype.own;
        if (!(genotype.own > 0 && inflation <= inflation_limit)) return false;  // Its own problem.
        auto const& products = genotype.down_dated ? work_.products_ : pattern.products;
        auto const stride = static_cast<std::size_t>(pattern.layout.width()) + 1;
        double kept = products[0] / static_cast<double>(pattern.inflation.rows());
        for (std::int64_t r = 1; r < pattern.rank; ++r) {
            kept -= 1 - products[static_cast<std::size_t>(r) * stride];
        }
        if (pattern.inflation.bound(kept, inflation) <= inflation_limit) return false;
        return pattern.inflation.largest(genotype.down_dated ? work_.factor_ : pattern.factor,
                                         work_.projection_, genotype.own) > inflation_limit;
    }

    /// Q'g, with imputed genotypes where `imputed` is not zero.
    void project(LocalVariantIndex variant, MissingnessPattern const& pattern,
                 Genotype const& genotype) {
        auto const covariates = static_cast<std::size_t>(pattern.rank - 1);
        auto const sums = sums_.row(variant.get())
                              .subspan(static_cast<std::size_t>(pattern.first_column), covariates);
        work_.covariate_sums_.assign(sums.begin(), sums.end());
        subtract_lacking(variant, pattern, work_.covariate_sums_);

        auto const& counts = genotype.counts;
        work_.projection_.resize(covariates + 1);
        work_.projection_[0] = static_cast<double>(counts.alternate_alleles()) +
                               genotype.imputed * static_cast<double>(counts.missing);
        for (std::size_t c = 0; c < covariates; ++c) {
            double sum = static_cast<double>(work_.covariate_sums_[c]);
            if (genotype.imputed != 0) {
                sum += genotype.imputed * static_cast<double>(work_.absent_sums_[c]);
            }
            work_.projection_[c + 1] = sum * pattern.layout.units()[c];
        }
    }

    // Q'(Q, Y) without the rows of absent samples.
    void down_date(MissingnessPattern const& pattern) {
        auto const width = pattern.layout.width();
        work_.absent_rows_.clear();
        gather_rows(columns_, pattern.layout, absent_, work_.absent_rows_);
        work_.products_.assign(pattern.products.size(), 0.0);
        add_row_products(work_.absent_rows_, {work_.products_.data(), pattern.rank, width});
        for (std::size_t i = 0; i < work_.products_.size(); ++i) {
            work_.products_[i] = pattern.products[i] - work_.products_[i];
        }
        work_.factor_.clear();
        for (std::int64_t r = 0; r < pattern.rank; ++r) {
            auto const row = work_.products_.begin() + r * width;
            work_.factor_.insert(work_.factor_.end(), row, row + r + 1);
        }
    }

    /// The trait's part after samples without a genotype are dropped.
    struct TraitSums {
        double kept = 0;                  ///< y'y over the samples that remain.
        double residual = 0;              ///< What covariates leave of it.
        double covariates_and_trait = 0;  ///< (Q'g)'(Q'Q)^-1 (Q'y).
    };

    TraitSums sums_of(MissingnessPattern const& pattern, Genotype const& genotype,
                      NullTrait const& trait) {
        if (!genotype.down_dated) {
            return {trait.squares, trait.residual_squares, dot(work_.projection_, trait.solved)};
        }
        TraitSums sums{.kept = trait.squares};
        auto const width = static_cast<std::size_t>(pattern.layout.width());
        auto const position = static_cast<std::size_t>(trait.position);
        double dropped = 0;
        for (std::size_t i = position; i < work_.absent_rows_.size(); i += width) {
            dropped += work_.absent_rows_[i] * work_.absent_rows_[i];
        }
        sums.kept -= dropped;
        work_.trait_projection_.resize(static_cast<std::size_t>(pattern.rank));
        for (std::size_t r = 0; r < work_.trait_projection_.size(); ++r) {
            work_.trait_projection_[r] = work_.products_[r * width + position];
        }
        solve_lower(work_.factor_, work_.trait_projection_);
        sums.residual = sums.kept - dot(work_.trait_projection_, work_.trait_projection_);
        sums.covariates_and_trait = dot(work_.projection_, work_.trait_projection_);
        return sums;
    }

    /// U from the trait's residuals as they were before fixed point. These are orthogonal to the
    /// covariates, unless samples were dropped.
    double sum_residuals(LocalVariantIndex variant, MissingnessPattern const& pattern,
                         Genotype const& genotype, NullTrait const& trait) {
        double sum = 0;
        pattern.mask.for_each([&](SampleIndex s) {
            auto const count = genotypes_.genotype(variant, s);
            if (count == 0) return;
            sum += (count == missing_genotype ? genotype.imputed : count) * trait.residuals[s.at()];
        });
        if (!genotype.down_dated) return sum;
        work_.trait_projection_.assign(work_.projection_.size(), 0.0);
        double const* row = work_.absent_rows_.data();
        for (auto s : absent_) {
            for (std::size_t r = 0; r < work_.trait_projection_.size(); ++r) {
                work_.trait_projection_[r] -= row[r] * trait.residuals[s.at()];
            }
            row += pattern.layout.width();
        }
        solve_lower(work_.factor_, work_.trait_projection_);
        return sum - dot(work_.projection_, work_.trait_projection_);
    }

    LinearTest test_trait(LocalVariantIndex variant, MissingnessPattern const& pattern,
                          Genotype const& genotype, NullTrait const& trait, LinearTest test) {
        auto const exactly = [&] {
            return regress_exactly(null_, trait, genotypes_, variant, missing_, test);
        };
        if (genotype.smallest_pivot < pivot_cancels_below ||
            !(genotype.own >= cancels_below * genotype.spread)) {
            return exactly();
        }
        auto const sums = sums_of(pattern, genotype, trait);
        if (!(sums.residual >= cancels_below * sums.kept) ||
            !(sums.kept >= outlier_below * trait.squares)) {
            return exactly();
        }

        double product = static_cast<double>(sums_(variant.get(), trait.column));
        if (genotype.imputed != 0) {
            product += genotype.imputed *
                       static_cast<double>(
                           work_.absent_sums_[static_cast<std::size_t>(trait.position - 1)]);
        }
        double const u = product * trait.unit - sums.covariates_and_trait;
        double const unexplained = sums.residual - u * u / genotype.own;
        if (!(unexplained >= cancels_below * sums.residual)) return exactly();

        auto const degrees = static_cast<double>(genotype.samples - pattern.rank - 1);
        test.beta = u / genotype.own;
        test.standard_error = std::sqrt(unexplained / degrees / genotype.own);
        if (std::abs(u) < small_effect * trait.unit * std::sqrt(genotype.own)) {
            test.beta = sum_residuals(variant, pattern, genotype, trait) / genotype.own;
        }
        test.neg_log10_p = StudentTTail{degrees}.neg_log10_p(test.beta / test.standard_error);
        test.status = TestStatus::ok;
        return test;
    }

    LinearNull const& null_;
    FixedPointMatrix const& columns_;
    PackedView genotypes_;
    MissingGenotype missing_;
    VariantFilter const& filter_;
    LinearWorkspace& work_;
    MatrixView<std::int64_t> sums_;
    std::int64_t base_samples_;
    std::span<SampleIndex const> missing_samples_;  // Of the base, without a genotype.
    std::span<SampleIndex const> absent_;           // Of the pattern in work.
};

void scan_block(LinearNull const& null, PackedView genotypes,
                std::span<LocalVariantIndex const> rows, MissingGenotype missing,
                VariantFilter const& filter, LinearWorkspace& workspace,
                std::span<LinearTest> tests) {
    auto const traits = null.traits().size();
    expect(genotypes.samples() == null.samples(), "genotypes and traits have the same samples");
    expect(tests.size() == rows.size() * traits, "one test per row and trait");
    BlockScan scan{null, genotypes, missing, filter, workspace};
    for (std::size_t r = 0; r < rows.size(); ++r) {
        scan.test(rows[r], tests.subspan(r * traits, traits));
    }
}

void scan_block(LinearNull const& null, PackedView genotypes,
                std::span<LocalVariantIndex const> rows, MissingGenotype missing,
                VariantFilter const& filter, LinearWorkspace& workspace, LinearTests const& tests) {
    auto const traits = null.traits().size();
    std::vector<LinearTest> all(rows.size() * traits);
    scan_block(null, genotypes, rows, missing, filter, workspace, std::span{all});
    for (std::size_t r = 0; r < rows.size(); ++r) {
        auto const v = static_cast<std::int64_t>(r);
        for (std::size_t t = 0; t < traits; ++t) {
            auto const& test = all[r * traits + t];
            auto const row = static_cast<std::int64_t>(t);
            auto const pattern = null.traits()[t].pattern.get();
            tests.beta(row, v) = test.beta;
            tests.standard_error(row, v) = static_cast<float>(test.standard_error);
            tests.neg_log10_p(row, v) = static_cast<float>(test.neg_log10_p);
            tests.status(row, v) = static_cast<std::uint8_t>(test.status);
            tests.alternate_frequency(pattern, v) = static_cast<float>(test.alternate_frequency);
            tests.samples(pattern, v) = static_cast<std::int32_t>(test.samples);
        }
    }
}

}  // namespace maniple
