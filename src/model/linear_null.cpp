#include "maniple/model/linear_null.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/checksum.hpp"
#include "maniple/core/error.hpp"
#include "maniple/linalg/cholesky.hpp"
#include "maniple/linalg/orthonormal_basis.hpp"
#include "maniple/model/covariate_basis.hpp"
#include "maniple/model/trait_problem.hpp"

namespace maniple {
namespace {

// A pattern lacking at most this share of the base is regressed on the base's columns, so that
// patterns can share their products; others get a basis of their own.
constexpr double share_at_most = 1.0 / 32;

// Among these, one that lacks more than this share is quicker with a copy of the base's columns in
// which the samples it lacks are zero. Sums are the same integers either way.
constexpr double subtract_at_most = 1.0 / 128;

// Shared columns must stay this far from collinear on the pattern's samples, so that no digit of
// their fixed point is lost.
constexpr double share_pivot = 0.25;

SampleMask complete_samples(SampleMask const& candidates, std::span<Covariate const> covariates) {
    SampleMask base{candidates.samples()};
    candidates.for_each([&](SampleIndex s) {
        for (auto const& covariate : covariates) {
            if (std::isnan(covariate.values[s.at()])) return;
        }
        base.insert(s);
    });
    return base;
}

SampleMask observed_samples(SampleMask const& base, std::span<double const> values) {
    SampleMask mask{base.samples()};
    base.for_each([&](SampleIndex s) {
        if (!std::isnan(values[s.at()])) mask.insert(s);
    });
    return mask;
}

// Rows gathered at a time: few enough to stay in the cache.
constexpr std::size_t rows_at_once = 128;

// Q'(Q, Y) over the pattern's samples, and y'y of each of its traits.
void sum_products(MissingnessPattern& pattern, FixedPointMatrix const& columns,
                  std::span<NullTrait> traits) {
    auto const width = pattern.layout.width();
    pattern.products.assign(static_cast<std::size_t>(pattern.rank * width), 0.0);
    auto const samples = pattern.mask.list();
    std::vector<double> rows;
    for (std::size_t first = 0; first < samples.size(); first += rows_at_once) {
        rows.clear();
        gather_rows(
            columns, pattern.layout,
            std::span{samples}.subspan(first, std::min(rows_at_once, samples.size() - first)),
            rows);
        add_row_products(rows, {pattern.products.data(), pattern.rank, width});
        for (auto t : pattern.traits) {
            auto& trait = traits[t];
            for (auto at = static_cast<std::size_t>(trait.position); at < rows.size();
                 at += static_cast<std::size_t>(width)) {
                trait.squares += rows[at] * rows[at];
            }
        }
    }
}

// The lower triangle of the first `rank` columns.
std::vector<double> triangle_of(MissingnessPattern const& pattern) {
    std::vector<double> triangle;
    for (std::int64_t r = 0; r < pattern.rank; ++r) {
        auto const row = pattern.products.begin() + r * pattern.layout.width();
        triangle.insert(triangle.end(), row, row + r + 1);
    }
    return triangle;
}

// Do the base's columns stay independent when the samples that `pattern` lacks are taken away?
bool stays_independent(CovariateBasis const& base, SampleMask const& pattern) {
    auto const rank = base.basis.columns();
    std::vector<double> gram(static_cast<std::size_t>(triangle_size(rank)));
    for (std::int64_t r = 0; r < rank; ++r)
        gram[static_cast<std::size_t>(triangle_size(r) + r)] = 1;
    for (std::size_t i = 0; i < base.samples.size(); ++i) {
        if (pattern.contains(base.samples[i])) continue;
        double* entry = gram.data();
        for (std::int64_t r = 0; r < rank; ++r) {
            for (std::int64_t c = 0; c <= r; ++c) {
                *entry++ -= base.basis.column(r)[i] * base.basis.column(c)[i];
            }
        }
    }
    return factorize(gram, rank) >= share_pivot;
}

/// The traits whose samples are those of one mask, by position in the input.
struct TraitGroup {
    SampleMask mask;
    std::uint64_t key = 0;
    std::vector<std::size_t> members;
};

std::vector<TraitGroup> group_traits(SampleMask const& base, std::span<ScanTrait const> traits) {
    std::vector<TraitGroup> groups;
    for (std::size_t t = 0; t < traits.size(); ++t) {
        auto mask = observed_samples(base, traits[t].values);
        auto const key = checksum(std::as_bytes(mask.words()));
        auto const same = std::ranges::find_if(
            groups, [&](TraitGroup const& g) { return g.key == key && g.mask == mask; });
        if (same != groups.end()) {
            same->members.push_back(t);
        } else {
            groups.push_back({.mask = std::move(mask), .key = key, .members = {t}});
        }
    }
    return groups;
}

/// A column on its way to fixed point. The format is that of the whole base, whichever samples are
/// left.
struct DenseColumn {
    std::vector<double> values;
    FixedPoint format;
};

}  // namespace

/// Fits pattern by pattern; dense columns live only until they are in fixed point.
class LinearNull::Fit {
public:
    Fit(LinearNull& null, std::vector<ScanTrait> traits)
        : null_{null},
          traits_{std::move(traits)},
          base_{make_basis(null.base_.list(), null.covariates_)},
          fitted_(traits_.size()) {}

    void run() {
        for (auto& group : group_traits(null_.base_, traits_)) fit(std::move(group));
        for (auto& trait : fitted_) {
            if (!trait) continue;
            null_.patterns_[trait->pattern.at()].traits.push_back(null_.traits_.size());
            null_.traits_.push_back(std::move(*trait));
        }
        make_columns();
        for (auto& pattern : null_.patterns_) finish(pattern);
    }

private:
    void fit(TraitGroup group) {
        auto const own = make_basis(group.mask.list(), null_.covariates_);
        PatternIndex const index{std::ssize(null_.patterns_)};
        bool used = false;
        for (auto member : group.members) {
            auto& trait = traits_[member];
            auto const values = gather(trait.values, own.samples);
            auto residuals = values;
            if (!residuals.empty()) own.basis.residualize(residuals);
            if (auto const problem = find_problem(values, residuals, own)) {
                null_.rejected_.push_back({trait.name, *problem});
                continue;
            }
            used = true;
            trait.values = {};
            fitted_[member] =
                NullTrait{.name = trait.name,
                          .pattern = index,
                          .residuals = scatter(residuals, own.samples, null_.samples())};
        }
        if (used) add_pattern(std::move(group.mask), own);
    }

    void add_pattern(SampleMask mask, CovariateBasis const& own) {
        MissingnessPattern pattern{.mask = std::move(mask)};
        pattern.samples = std::ssize(own.samples);
        pattern.rank = own.basis.columns();
        pattern.collinear = own.collinear;
        auto const in_base = std::ssize(base_.samples);
        bool const lacks_few = static_cast<double>(in_base - pattern.samples) <=
                               share_at_most * static_cast<double>(in_base);
        if (lacks_few && pattern.rank == base_.basis.columns() &&
            stays_independent(base_, pattern.mask)) {
            place_on_base(pattern, in_base - pattern.samples);
            pattern.inflation = base_inflation();
        } else {
            pattern.first_column = add_columns(own);
            pattern.inflation = inflation_of(own);
        }
        null_.patterns_.push_back(std::move(pattern));
    }

    void place_on_base(MissingnessPattern& pattern, std::int64_t lacks) {
        if (static_cast<double>(lacks) > subtract_at_most * static_cast<double>(null_.samples())) {
            pattern.first_column = add_columns(base_);
            clear_others(pattern);
            return;
        }
        if (!base_column_) base_column_ = add_columns(base_);
        pattern.first_column = *base_column_;
        null_.base_.for_each([&](SampleIndex s) {
            if (!pattern.mask.contains(s)) pattern.lacking.push_back(s);
        });
        sharers_.push_back(std::ssize(null_.patterns_));
    }

    CovariateInflation inflation_of(CovariateBasis const& made) const {
        std::vector<std::vector<double>> used;
        for (auto const& covariate : null_.covariates_) {
            if (std::ranges::find(made.collinear, covariate.name) == made.collinear.end()) {
                used.push_back(gather(covariate.values, made.samples));
            }
        }
        return {made.basis, used};
    }

    CovariateInflation const& base_inflation() {
        if (!base_inflation_) base_inflation_ = inflation_of(base_);
        return *base_inflation_;
    }

    // The basis without its intercept, whose sums are counts.
    std::int64_t add_columns(CovariateBasis const& made) {
        auto const first = std::ssize(dense_);
        for (std::int64_t c = 1; c < made.basis.columns(); ++c) {
            auto values = scatter(made.basis.column(c), made.samples, null_.samples());
            auto const format = choose_fixed_point(values);
            dense_.push_back({std::move(values), format});
        }
        return first;
    }

    // Make the pattern's columns zero for all samples but its own.
    void clear_others(MissingnessPattern const& pattern) {
        for (std::int64_t c = 0; c + 1 < pattern.rank; ++c) {
            auto& values = dense_[static_cast<std::size_t>(pattern.first_column + c)].values;
            for (SampleIndex s{0}; s.get() < null_.samples(); ++s) {
                if (!pattern.mask.contains(s)) values[s.at()] = 0;
            }
        }
    }

    void make_columns() {
        if (sharers_.size() == 1) {
            auto& only = null_.patterns_[static_cast<std::size_t>(sharers_[0])];
            clear_others(only);
            only.lacking = {};
        }
        std::vector<FixedPoint> formats;
        for (auto const& column : dense_) formats.push_back(column.format);
        for (auto const& trait : null_.traits_) {
            formats.push_back(choose_fixed_point(trait.residuals));
        }
        null_.columns_ = FixedPointMatrix{null_.samples(), std::move(formats)};
        std::int64_t next = 0;
        for (auto& column : dense_) {
            null_.columns_.set_column(next++, std::exchange(column.values, {}));
        }
        for (auto& trait : null_.traits_) {
            trait.column = next;
            null_.columns_.set_column(next++, trait.residuals);
        }
    }

    void finish(MissingnessPattern& pattern) {
        std::vector<std::int64_t> columns;
        for (std::int64_t c = 0; c + 1 < pattern.rank; ++c) {
            columns.push_back(pattern.first_column + c);
        }
        for (auto t : pattern.traits) {
            auto& trait = null_.traits_[t];
            trait.position = std::ssize(columns) + 1;
            trait.unit = 1 / null_.columns_.format(trait.column).scale;
            columns.push_back(trait.column);
        }
        pattern.layout = RowLayout{null_.columns_, std::move(columns)};
        sum_products(pattern, null_.columns_, null_.traits_);
        pattern.factor = triangle_of(pattern);
        auto const independent = factorize(pattern.factor, pattern.rank) > 0;
        expect(independent, "a basis stays independent in fixed point");
        std::vector<double> const nothing(static_cast<std::size_t>(pattern.rank));
        pattern.inflated = pattern.inflation.largest(pattern.factor, nothing,
                                                     std::numeric_limits<double>::infinity());
        for (auto t : pattern.traits) {
            auto& trait = null_.traits_[t];
            for (std::int64_t r = 0; r < pattern.rank; ++r) {
                trait.solved.push_back(pattern.products[static_cast<std::size_t>(
                    r * pattern.layout.width() + trait.position)]);
            }
            solve_lower(pattern.factor, trait.solved);
            trait.residual_squares = trait.squares - dot(trait.solved, trait.solved);
        }
    }

    LinearNull& null_;
    std::vector<ScanTrait> traits_;
    CovariateBasis base_;
    std::optional<std::int64_t> base_column_;
    std::optional<CovariateInflation> base_inflation_;
    std::vector<std::int64_t> sharers_;  // Patterns that use the columns at `base_column_`.
    std::vector<DenseColumn> dense_;
    std::vector<std::optional<NullTrait>> fitted_;
};

LinearNull::LinearNull(SampleMask const& candidates, std::vector<Covariate> covariates,
                       std::vector<ScanTrait> traits)
    : base_{complete_samples(candidates, covariates)},
      covariates_{std::move(covariates)},
      columns_{0, {}} {
    for (auto const& trait : traits) {
        expect(std::ssize(trait.values) == samples(), "one value per sample");
    }
    if (base_.count() == 0) {
        throw UserError{fmt::format(
            "no sample can be analysed (of {} samples kept, none has a value for every covariate); "
            "check the covariates and the sample filters",
            candidates.count())};
    }
    Fit{*this, std::move(traits)}.run();
}

std::int64_t LinearNull::bytes() const {
    return samples() * (4 * columns_.columns() + columns_.digit_columns() +
                        8 * (std::ssize(traits_) + std::ssize(covariates_))) +
           (std::ssize(patterns_) + 1) * packed_stride(samples());
}

}  // namespace maniple
