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

// An effect below this many standard errors is summed again in double precision: its p-value is near
// 1, and the relative error of -log10 p is that of the effect.
constexpr double small_effect = 1e-3;

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
      sums_(static_cast<std::size_t>(block_variants * null.columns().columns())) {}

std::int64_t LinearWorkspace::bytes(LinearNull const& null, std::int64_t block_variants) {
    return ProductWorkspace::bytes(null.columns().digit_columns()) +
           8 * block_variants * null.columns().columns();
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
          sums_{work_.sums_.data(), genotypes.variants(), columns_.columns()} {
        expect(std::ssize(work_.sums_) >= genotypes.variants() * columns_.columns(),
               "the workspace has room for the block");
        for (std::size_t t = 0; t < null.traits().size(); ++t) {
            auto const p = null.traits()[t].pattern.at();
            if (p >= traits_of_.size()) traits_of_.resize(p + 1);
            traits_of_[p].push_back(t);
        }
        multiply_genotypes(genotypes_, columns_, work_.product_, sums_);
    }

    void test(LocalVariantIndex variant, std::span<LinearTest> tests) {
        find_missing(variant);
        for (std::size_t p = 0; p < traits_of_.size(); ++p) {
            test_pattern(variant, null_.patterns()[p], traits_of_[p], tests);
        }
    }

private:
    /// What one variant is on one pattern's samples.
    struct Genotype {
        GenotypeCounts counts;
        double mean = 0;         ///< Over called samples [ALT alleles].
        double imputed = 0;      ///< What a missing genotype counts as.
        std::int64_t samples = 0;
        double squares = 0;      ///< g'g.
        double spread = 0;       ///< Sum of squares about the mean.
        double own = 0;          ///< S: what covariates leave of g'g.
        double smallest_pivot = 1;
        bool down_dated = false;
    };

    void find_missing(LocalVariantIndex variant) {
        work_.missing_.clear();
        auto const row = genotypes_.row(variant);
        auto const mask = null_.base().words();
        for (std::size_t w = 0; w < row.size(); ++w) {
            for (auto rest = row[w] & row[w] >> 1 & mask[w]; rest != 0; rest &= rest - 1) {
                work_.missing_.emplace_back(static_cast<std::int64_t>(w) * 32 +
                                            std::countr_zero(rest) / 2);
            }
        }
    }

    void test_pattern(LocalVariantIndex variant, MissingnessPattern const& pattern,
                      std::span<std::size_t const> traits, std::span<LinearTest> tests) {
        Genotype genotype;
        auto const row = genotypes_.row(variant);
        genotype.counts =
            kernels().count(row.data(), pattern.mask.words().data(), std::ssize(row));
        auto status = judge(genotype, pattern);
        LinearTest shared = untested(status);
        shared.samples = genotype.samples;
        if (genotype.counts.called() > 0) shared.alternate_frequency = genotype.mean / 2;
        if (status == TestStatus::ok) prepare(variant, pattern, genotype);
        for (auto t : traits) {
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
            genotype.mean = static_cast<double>(counts.alternate_alleles()) /
                            static_cast<double>(called);
        }
        auto const filtered = apply_filter(filter_, counts);
        if (filtered != TestStatus::ok) return filtered;
        if (called == 0) return TestStatus::no_genotypes;
        if (is_constant(counts)) return TestStatus::constant_genotype;
        if (genotype.samples - pattern.rank - 1 < 1) return TestStatus::too_few_samples;
        return TestStatus::ok;
    }

    // Sums over the pattern's samples without a genotype, of each column the pattern needs.
    void sum_missing(MissingnessPattern const& pattern) {
        work_.missing_sums_.assign(static_cast<std::size_t>(columns_.columns()), 0);
        for (auto s : work_.missing_) {
            if (!pattern.mask.contains(s)) continue;
            auto const row = columns_.row(s.get());
            for (std::size_t c = 0; c < row.size(); ++c) work_.missing_sums_[c] += row[c];
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
    void prepare(LocalVariantIndex variant, MissingnessPattern const& pattern,
                 Genotype& genotype) {
        auto const& counts = genotype.counts;
        bool const some_missing = counts.missing > 0;
        if (some_missing) sum_missing(pattern);
        genotype.imputed = missing_ == MissingGenotype::mean ? genotype.mean : 0;
        genotype.down_dated = some_missing && missing_ == MissingGenotype::drop;

        auto const covariates = static_cast<std::size_t>(pattern.rank - 1);
        auto const sums = sums_.row(variant.get())
                              .subspan(static_cast<std::size_t>(pattern.first_column), covariates);
        work_.covariate_sums_.assign(sums.begin(), sums.end());
        subtract_lacking(variant, pattern, work_.covariate_sums_);

        auto const alleles = static_cast<double>(counts.alternate_alleles());
        auto const called = static_cast<double>(counts.called());
        auto const missing = static_cast<double>(counts.missing);
        auto const imputed = genotype.imputed;
        work_.projection_.resize(covariates + 1);
        work_.projection_[0] = alleles + imputed * missing;
        for (std::size_t c = 0; c < covariates; ++c) {
            auto const column = pattern.first_column + static_cast<std::int64_t>(c);
            double sum = static_cast<double>(work_.covariate_sums_[c]);
            if (some_missing && imputed != 0) {
                sum += imputed *
                       static_cast<double>(work_.missing_sums_[static_cast<std::size_t>(column)]);
            }
            work_.projection_[c + 1] = sum / columns_.format(column).scale;
        }
        auto const raw_squares =
            static_cast<double>(counts.heterozygous + 4 * counts.alternate);
        genotype.squares = raw_squares + imputed * imputed * missing;
        genotype.spread = raw_squares - alleles * alleles / called;

        if (genotype.down_dated) {
            down_date(pattern);
            genotype.smallest_pivot = factorize(work_.factor_, pattern.rank);
            if (genotype.smallest_pivot == 0) return;
        }
        solve_lower(genotype.down_dated ? work_.factor_ : pattern.factor, work_.projection_);
        genotype.own = genotype.squares - dot(work_.projection_, work_.projection_);
    }

    void load_row(MissingnessPattern const& pattern, SampleIndex s) {
        work_.row_.resize(static_cast<std::size_t>(pattern.rank));
        auto const integers = columns_.row(s.get());
        work_.row_[0] = 1;
        for (std::size_t c = 1; c < work_.row_.size(); ++c) {
            auto const column = static_cast<std::size_t>(pattern.first_column) + c - 1;
            work_.row_[c] = integers[column] /
                            columns_.format(static_cast<std::int64_t>(column)).scale;
        }
    }

    // Q'Q without the rows of missing genotypes, in sample order.
    void down_date(MissingnessPattern const& pattern) {
        work_.factor_ = pattern.gram;
        for (auto s : work_.missing_) {
            if (!pattern.mask.contains(s)) continue;
            load_row(pattern, s);
            double* entry = work_.factor_.data();
            for (std::size_t r = 0; r < work_.row_.size(); ++r) {
                for (std::size_t c = 0; c <= r; ++c) *entry++ -= work_.row_[r] * work_.row_[c];
            }
        }
    }

    /// The trait's part after samples without a genotype are dropped.
    struct TraitSums {
        double kept = 0;      ///< y'y over the samples that remain.
        double residual = 0;  ///< What covariates leave of it.
        double covariates_and_trait = 0;  ///< (Q'g)'(Q'Q)^-1 (Q'y).
    };

    TraitSums sums_of(MissingnessPattern const& pattern, Genotype const& genotype,
                      NullTrait const& trait) {
        if (!genotype.down_dated) {
            return {trait.squares, trait.residual_squares,
                    dot(work_.projection_, trait.solved)};
        }
        TraitSums sums{.kept = trait.squares};
        double const scale = columns_.format(trait.column).scale;
        work_.trait_projection_ = trait.projections;
        for (auto s : work_.missing_) {
            if (!pattern.mask.contains(s)) continue;
            double const value = columns_(s.get(), trait.column) / scale;
            load_row(pattern, s);
            sums.kept -= value * value;
            for (std::size_t c = 0; c < work_.row_.size(); ++c) {
                work_.trait_projection_[c] -= work_.row_[c] * value;
            }
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
        for (auto s : work_.missing_) {
            if (!pattern.mask.contains(s)) continue;
            load_row(pattern, s);
            for (std::size_t c = 0; c < work_.row_.size(); ++c) {
                work_.trait_projection_[c] -= work_.row_[c] * trait.residuals[s.at()];
            }
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
        if (!(sums.residual >= cancels_below * sums.kept)) return exactly();

        double product = static_cast<double>(sums_(variant.get(), trait.column));
        if (genotype.counts.missing > 0 && genotype.imputed != 0) {
            product += genotype.imputed *
                       static_cast<double>(
                           work_.missing_sums_[static_cast<std::size_t>(trait.column)]);
        }
        double const u =
            product / columns_.format(trait.column).scale - sums.covariates_and_trait;
        double const unexplained = sums.residual - u * u / genotype.own;
        if (!(unexplained >= cancels_below * sums.residual)) return exactly();

        auto const degrees = static_cast<double>(genotype.samples - pattern.rank - 1);
        test.beta = u / genotype.own;
        test.standard_error = std::sqrt(unexplained / degrees / genotype.own);
        if (std::abs(test.beta) < small_effect * test.standard_error) {
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
    std::vector<std::vector<std::size_t>> traits_of_;
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

}  // namespace maniple
