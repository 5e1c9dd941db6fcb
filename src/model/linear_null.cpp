#include "maniple/model/linear_null.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "linear_lanes.hpp"
#include "maniple/core/error.hpp"
#include "maniple/linalg/cholesky.hpp"
#include "maniple/linalg/orthonormal_basis.hpp"
#include "maniple/linalg/row_moments.hpp"
#include "maniple/model/covariate_basis.hpp"
#include "maniple/model/trait_problem.hpp"
#include "null_trait.hpp"
#include "reduced_basis.hpp"
#include "trait_groups.hpp"

namespace maniple {
namespace {

// A pattern lacking at most this share of the base is regressed on the base's columns. Products
// over the samples that it lacks cost less than columns of its own up to half of the base; the less
// it lacks, the less does the base's fixed point, chosen for all samples, differ from its own.
constexpr double share_at_most = 0.25;

SampleMask observed_samples(SampleMask const& base, std::span<double const> values) {
    SampleMask mask{base.samples()};
    base.for_each([&](SampleIndex s) {
        if (!std::isnan(values[s.at()])) mask.insert(s);
    });
    return mask;
}

std::vector<SampleIndex> lacking_of(SampleMask const& base, SampleMask const& mask) {
    std::vector<SampleIndex> lacking;
    base.for_each([&](SampleIndex s) {
        if (!mask.contains(s)) lacking.push_back(s);
    });
    return lacking;
}

// Traits that are rounded to fixed point together, which is quicker.
constexpr std::size_t batch = 16;

}  // namespace

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

/// Fits design by design; a trait's values in double precision live only until they are in fixed
/// point.
class LinearNull::Fit {
public:
    Fit(LinearNull& null, std::vector<TraitOutline> outlines, LoadTrait const& load)
        : null_{null},
          outlines_{std::move(outlines)},
          load_{load},
          values_(static_cast<std::size_t>(null.samples())),
          base_{make_basis(null.frame_->base.list(), null.frame_->covariates)} {}

    void run() {
        auto groups = group_traits();
        std::vector<std::size_t> on_base;
        std::vector<std::size_t> on_own;
        std::vector<std::optional<ReducedBasis>> reduced(groups.size());
        for (std::size_t g = 0; g < groups.size(); ++g) {
            reduced[g] = share_base(groups[g].mask);
            (reduced[g] ? on_base : on_own).push_back(g);
        }
        auto const covariates = std::ssize(null_.frame_->covariates);
        null_.columns_ = FixedPointMatrix{
            null_.samples(), std::ssize(outlines_) + covariates * (std::ssize(on_own) + 1)};
        if (!on_base.empty()) fit_base(groups, on_base, reduced);
        for (auto g : on_own) fit_own(groups[g]);
        null_.columns_.truncate(next_column_);
        order_as_named();
        for (std::size_t d = 0; d < null_.designs_.size(); ++d) finish(d);
    }

private:
    std::vector<TraitGroup> group_traits() {
        TraitGroups groups;
        for (std::size_t t = 0; t < outlines_.size(); ++t) {
            if (outlines_[t].values == Completeness::every_sample) {
                groups.add(t, null_.frame_->base.copy());
                continue;
            }
            load_(t, values_);
            groups.add(t, observed_samples(null_.frame_->base, values_));
        }
        return groups.take();
    }

    /// Nothing where the pattern needs a basis of its own.
    std::optional<ReducedBasis> share_base(SampleMask const& mask) const {
        auto const all = base_.samples.size();
        std::vector<std::size_t> lacking;
        for (std::size_t i = 0; i < all; ++i) {
            if (!mask.contains(base_.samples[i])) lacking.push_back(i);
        }
        if (std::ssize(lacking) > most_lacking(static_cast<std::int64_t>(all))) {
            return std::nullopt;
        }
        ReducedBasis reduced{base_.basis, std::move(lacking)};
        if (!reduced.is_independent()) return std::nullopt;
        return reduced;
    }

    void fit_base(std::span<TraitGroup> groups, std::span<std::size_t const> chosen,
                  std::span<std::optional<ReducedBasis>> reduced) {
        open_design(base_, null_.frame_->base.copy());
        for (auto g : chosen) {
            auto& group = groups[g];
            auto const lacking = lacking_of(null_.frame_->base, group.mask);
            auto const samples = group.mask.list();
            auto& pattern = open_pattern(std::move(group.mask));
            pattern.collinear = base_.collinear;
            for (auto t : group.members) {
                load_(t, values_);
                auto rows = gather(values_, base_.samples);
                std::ranges::replace_if(
                    rows, [](double v) { return std::isnan(v); }, 0.0);
                reduced[g]->residualize(rows);
                auto const residuals = scatter(rows, base_.samples, null_.samples());
                add_trait(t, samples, base_.basis.columns(), residuals);
            }
            if (close_pattern() && !lacking.empty()) {
                auto& kept = null_.frame_->patterns.back();
                kept.lacking = lacking;
            }
            reduced[g].reset();  // its list is as long
        }
        close_design();
    }

    void fit_own(TraitGroup& group) {
        auto const own = make_basis(group.mask.list(), null_.frame_->covariates);
        open_design(own, group.mask.copy());
        auto& pattern = open_pattern(std::move(group.mask));
        pattern.collinear = own.collinear;
        for (auto t : group.members) {
            load_(t, values_);
            auto rows = gather(values_, own.samples);
            if (!rows.empty()) own.basis.residualize(rows);
            add_trait(t, own.samples, own.basis.columns(),
                      scatter(rows, own.samples, null_.samples()));
        }
        close_pattern();
        close_design();
    }

    void open_design(CovariateBasis const& made, SampleMask samples) {
        Design design{.first_column = next_column_,
                      .rank = made.basis.columns(),
                      .samples = std::move(samples)};
        std::vector<std::vector<double>> used;
        for (auto const& covariate : null_.frame_->covariates) {
            if (std::ranges::find(made.collinear, covariate.name) == made.collinear.end()) {
                used.push_back(gather(covariate.values, made.samples));
            }
        }
        if (design.rank > 0) design.inflation = CovariateInflation{made.basis, used};
        null_.designs_.push_back(std::move(design));
        for (std::int64_t c = 1; c < made.basis.columns(); ++c) {
            add_column(scatter(made.basis.column(c), made.samples, null_.samples()));
        }
    }

    /// Forget a design that no trait came to.
    void close_design() {
        flush();
        auto const& design = null_.designs_.back();
        if (design.traits.empty()) {
            next_column_ = design.first_column;
            null_.designs_.pop_back();
        }
    }

    MissingnessPattern& open_pattern(SampleMask mask) {
        MissingnessPattern pattern{.mask = std::move(mask)};
        pattern.samples = pattern.mask.count();
        pattern.design = null_.designs_.size() - 1;
        null_.frame_->patterns.push_back(std::move(pattern));
        return null_.frame_->patterns.back();
    }

    /// Forget a pattern that no trait came to. \return whether it stays.
    bool close_pattern() {
        bool const used = !null_.frame_->patterns.back().traits.empty();
        if (!used) null_.frame_->patterns.pop_back();
        return used;
    }

    // `values_` holds what was loaded for it.
    void add_trait(std::size_t t, std::vector<SampleIndex> const& samples, std::int64_t rank,
                   std::vector<double> residuals) {
        auto const problem =
            find_problem(gather(values_, samples), gather(residuals, samples), rank);
        if (problem) {
            rejected_.emplace_back(t, RejectedTrait{outlines_[t].name, *problem});
            return;
        }
        auto const position = null_.traits_.size();
        null_.frame_->patterns.back().traits.push_back(position);
        null_.designs_.back().traits.push_back(position);
        null_.traits_.push_back(
            NullTrait{.name = outlines_[t].name,
                      .pattern = PatternIndex{std::ssize(null_.frame_->patterns) - 1},
                      .column = next_column_});
        input_position_.push_back(t);
        add_column(std::move(residuals));
    }

    void add_column(std::vector<double> values) {
        waiting_.push_back(std::move(values));
        ++next_column_;
        if (waiting_.size() == batch) flush();
    }

    void flush() {
        std::vector<std::span<double const>> columns{waiting_.begin(), waiting_.end()};
        null_.columns_.fit_columns(next_column_ - std::ssize(columns), columns);
        waiting_.clear();
    }

    /// Traits were fitted design by design; results come in the order of their names.
    void order_as_named() {
        std::vector<std::size_t> order(null_.traits_.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::sort(order, {}, [&](std::size_t i) { return input_position_[i]; });
        std::vector<std::size_t> place(order.size());
        std::vector<NullTrait> sorted;
        for (std::size_t i = 0; i < order.size(); ++i) {
            place[order[i]] = i;
            sorted.push_back(std::move(null_.traits_[order[i]]));
        }
        null_.traits_ = std::move(sorted);
        auto const rename = [&](std::vector<std::size_t>& traits) {
            for (auto& t : traits) t = place[t];
        };
        for (auto& design : null_.designs_) rename(design.traits);
        for (auto& pattern : null_.frame_->patterns) rename(pattern.traits);
        std::ranges::sort(rejected_, {}, [](auto const& r) { return r.first; });
        for (auto& rejected : rejected_) null_.rejected_.push_back(std::move(rejected.second));
    }

    // What products with a genotype will be compared with.
    void finish(std::size_t index) {
        auto& design = null_.designs_[index];
        for (std::int64_t c = 0; c < design.columns(); ++c) {
            design.units.push_back(1 / null_.columns_.format(design.first_column + c).scale);
        }
        RowMoments sums{design.covariates(), design.columns()};
        sums.sum_over(design.samples.list(), null_.columns_.integers(), design.moments());
        auto const samples = design.samples.count();
        for (std::size_t p = 0; p < null_.frame_->patterns.size(); ++p) {
            auto& pattern = null_.frame_->patterns[p];
            if (pattern.design != index) continue;
            design.patterns.push_back(p);
            fit_pattern(pattern, design, sums, samples);
        }
    }

    void fit_pattern(MissingnessPattern& pattern, Design const& design, RowMoments const& all,
                     std::int64_t all_samples) {
        RowMoments lost{design.covariates(), design.covariates()};
        lost.sum_over(pattern.lacking, null_.columns_.integers(), design.covariate_moments());
        if (!pattern.lacking.empty()) {
            pattern.lacking_columns =
                null_.columns_.select(pattern.lacking, design.first_column, design.covariates());
            pattern.lacking_rows = rows_of(design, pattern.lacking);
        }
        auto const& units = design.units;
        pattern.gram.push_back(static_cast<double>(all_samples - std::ssize(pattern.lacking)));
        for (std::int64_t r = 0; r < design.covariates(); ++r) {
            auto const unit = units[static_cast<std::size_t>(r)];
            pattern.gram.push_back((all.sum(r) - lost.sum(r)) * unit);
            for (std::int64_t c = 0; c <= r; ++c) {
                pattern.gram.push_back((all.product(c, r) - lost.product(c, r)) *
                                       (unit * units[static_cast<std::size_t>(c)]));
            }
        }
        pattern.factor = factor_of(pattern.gram, design.rank);
        auto plain = pattern.gram;
        factorize(plain, design.rank);
        std::vector<double> const nothing(static_cast<std::size_t>(design.rank));
        pattern.inflated =
            design.inflation.largest(plain, nothing, std::numeric_limits<double>::infinity());
        for (auto t : pattern.traits) measure_trait(null_.traits_[t], pattern, design, all);
    }

    // Of Q, zeros from the rank on.
    std::vector<double> rows_of(Design const& design, std::span<SampleIndex const> samples) const {
        auto const stride = static_cast<std::size_t>(design.row_stride());
        std::vector<double> rows(samples.size() * stride);
        auto* row = rows.data();
        for (auto s : samples) {
            auto const* const integers = null_.columns_.row(s.get()).data() + design.first_column;
            row[0] = 1;
            for (std::size_t r = 1; r < static_cast<std::size_t>(design.rank); ++r) {
                row[r] = integers[r - 1] * design.units[r - 1];
            }
            row += stride;
        }
        return rows;
    }

    LinearNull& null_;
    std::vector<TraitOutline> outlines_;
    LoadTrait const& load_;
    std::vector<double> values_;
    CovariateBasis base_;
    std::int64_t next_column_ = 0;
    std::vector<std::vector<double>> waiting_;  // Columns before next_column_, not yet rounded.
    std::vector<std::size_t> input_position_;   // Of each trait fitted.
    std::vector<std::pair<std::size_t, RejectedTrait>> rejected_;
};

LinearNull::LinearNull(SampleMask const& candidates, std::vector<Covariate> covariates,
                       std::vector<TraitOutline> traits, LoadTrait const& load)
    : frame_{std::make_shared<Frame>(complete_samples(candidates, covariates))} {
    frame_->covariates = std::move(covariates);
    if (base().count() == 0) {
        throw UserError{fmt::format(
            "no sample can be analysed (of {} samples kept, none has a value for every covariate); "
            "check the covariates and the sample filters",
            candidates.count())};
    }
    Fit{*this, std::move(traits), load}.run();
}

namespace {

std::vector<TraitOutline> outlines_of(std::span<ScanTrait const> traits) {
    std::vector<TraitOutline> outlines;
    for (auto const& trait : traits) outlines.push_back({.name = trait.name});
    return outlines;
}

}  // namespace

LinearNull::LinearNull(SampleMask const& candidates, std::vector<Covariate> covariates,
                       std::span<ScanTrait const> traits)
    : LinearNull{candidates, std::move(covariates), outlines_of(traits),
                 [&](std::size_t t, std::span<double> values) {
                     expect(traits[t].values.size() == values.size(), "one value per sample");
                     std::ranges::copy(traits[t].values, values.begin());
                 }} {}

std::int64_t LinearNull::most_lacking(std::int64_t samples) {
    return static_cast<std::int64_t>(share_at_most * static_cast<double>(samples));
}

std::int64_t LinearNull::bytes() const {
    auto const word_bytes = packed_stride(samples());
    auto total = columns_.bytes() + word_bytes;
    for (auto const& covariate : covariates()) total += 8 * std::ssize(covariate.values);
    total += std::ssize(designs_) * word_bytes;
    for (auto const& pattern : patterns()) {
        total += word_bytes + pattern.lacking_columns.bytes() +
                 8 * (std::ssize(pattern.lacking) + std::ssize(pattern.lacking_rows));
    }
    return total;
}

}  // namespace maniple
