#include "level_zero_design.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// A pattern that lacks more than one in so many of the base gets factors of its own: conjugate
// gradients would need many steps.
constexpr std::int64_t near_share = 4;

using Columns = std::vector<std::vector<double>>;

// The basis, then traits with 0 where they are missing.
Columns make_columns(OrthonormalBasis const& basis,
                     std::span<std::span<double const> const> residuals) {
    Columns columns;
    for (std::int64_t k = 0; k < basis.columns(); ++k)
        columns.emplace_back(basis.column(k).begin(), basis.column(k).end());
    for (auto const& residual : residuals) {
        auto& column = columns.emplace_back(residual.begin(), residual.end());
        for (auto& value : column) {
            if (std::isnan(value)) value = 0;
        }
    }
    return columns;
}

// rows x columns of the sums of products of the first `rows` columns with those from `first` on,
// over some positions.
std::vector<double> multiply(Columns const& all, std::int64_t rows, std::int64_t first,
                             std::int64_t columns, std::span<std::int64_t const> positions) {
    std::vector<double> sums(static_cast<std::size_t>(rows * columns));
    for (std::int64_t r = 0; r < rows; ++r) {
        for (std::int64_t c = 0; c < columns; ++c) {
            auto const& left = all[static_cast<std::size_t>(r)];
            auto const& right = all[static_cast<std::size_t>(first + c)];
            double sum = 0;
            for (auto p : positions)
                sum += left[static_cast<std::size_t>(p)] * right[static_cast<std::size_t>(p)];
            sums[static_cast<std::size_t>(r * columns + c)] = sum;
        }
    }
    return sums;
}

std::vector<SampleIndex> as_samples(std::span<std::int64_t const> positions) {
    std::vector<SampleIndex> samples;
    for (auto p : positions) samples.emplace_back(p);
    return samples;
}

std::vector<SampleIndex> pick(std::vector<SampleIndex> const& samples,
                              std::span<std::int64_t const> positions) {
    std::vector<SampleIndex> picked;
    for (auto p : positions) picked.push_back(samples[static_cast<std::size_t>(p)]);
    return picked;
}

// Those positions, in order, whose fold is `fold`, or is not.
enum class Side { inside, outside };
std::vector<std::int64_t> side_of(std::span<std::int64_t const> positions,
                                  std::span<std::int32_t const> folds, std::int64_t fold,
                                  Side side) {
    std::vector<std::int64_t> found;
    for (auto p : positions) {
        if ((folds[static_cast<std::size_t>(p)] == fold) == (side == Side::inside))
            found.push_back(p);
    }
    return found;
}

std::vector<std::int64_t> lacked_positions(std::span<double const> residual) {
    std::vector<std::int64_t> lacked;
    for (std::size_t p = 0; p < residual.size(); ++p) {
        if (std::isnan(residual[p])) lacked.push_back(static_cast<std::int64_t>(p));
    }
    return lacked;
}

class DesignMaker {
public:
    DesignMaker(CovariateBasis const& base, std::span<std::int32_t const> folds,
                std::span<std::span<double const> const> residuals, LevelZeroDesign::State& state)
        : base_{base},
          folds_{folds},
          columns_{make_columns(base.basis, residuals)},
          fixed_{base.basis.rows(), std::ssize(columns_)},
          state_{state} {
        std::vector<std::span<double const>> const views(columns_.begin(), columns_.end());
        fixed_.fit_columns(0, views);
        for (std::int64_t c = 0; c < fixed_.columns(); ++c)
            state_.units.push_back(1 / fixed_.format(c).scale);
        for (std::int64_t p = 0; p < state_.samples; ++p) everybody_.push_back(p);
    }

    RidgeFold make_fold(std::int64_t f) const {
        RidgeFold fold;
        fold.positions = side_of(everybody_, folds_, f, Side::inside);
        expect(!fold.positions.empty(), "every fold has samples");
        fold.samples = pick(base_.samples, fold.positions);
        fold.columns = fixed_.select(as_samples(fold.positions), 0, fixed_.columns());
        for (auto p : fold.positions) {
            for (std::int64_t k = 0; k < state_.rank; ++k)
                fold.basis.push_back(
                    columns_[static_cast<std::size_t>(k)][static_cast<std::size_t>(p)]);
        }
        return fold;
    }

    LeftOut leave_out(std::int64_t f) const {
        auto const outside = side_of(everybody_, folds_, f, Side::outside);
        return {
            .fold = f,
            .basis_gram = multiply(columns_, state_.rank, 0, state_.rank, outside),
            .basis_traits = multiply(columns_, state_.rank, state_.rank, state_.traits, outside)};
    }

    LackingPattern make_pattern(std::vector<std::int64_t> lacked,
                                std::vector<std::int64_t> traits) const {
        LackingPattern pattern{std::move(lacked), std::move(traits), SolutionPath::whole, {}};
        if (pattern.lacked.empty()) return pattern;
        pattern.path = std::ssize(pattern.lacked) * near_share <= state_.samples
                           ? SolutionPath::near
                           : SolutionPath::far;
        for (auto const& left_out : state_.left_out) {
            auto outside = side_of(pattern.lacked, folds_, left_out.fold, Side::outside);
            // Genotypes are selected in the order of the cohort.
            std::ranges::sort(outside, {}, [&](std::int64_t p) {
                return base_.samples[static_cast<std::size_t>(p)];
            });
            pattern.outside.push_back(make_lacked(pattern.path, outside));
        }
        return pattern;
    }

private:
    LackedSamples make_lacked(SolutionPath path, std::span<std::int64_t const> positions) const {
        LackedSamples lacked;
        lacked.samples = pick(base_.samples, positions);
        if (positions.empty()) return lacked;
        if (path == SolutionPath::far) {
            lacked.basis = fixed_.select(as_samples(positions), 0, state_.rank);
            lacked.basis_gram = multiply(columns_, state_.rank, 0, state_.rank, positions);
            return lacked;
        }
        for (auto p : positions) {
            for (std::int64_t k = 0; k < state_.rank; ++k) {
                lacked.basis_rows.push_back(
                    columns_[static_cast<std::size_t>(k)][static_cast<std::size_t>(p)]);
            }
            lacked.basis_rows.push_back(1);
        }
        return lacked;
    }

    CovariateBasis const& base_;
    std::span<std::int32_t const> folds_;
    Columns columns_;
    FixedPointMatrix fixed_;
    std::vector<std::int64_t> everybody_;
    LevelZeroDesign::State& state_;
};

}  // namespace

LevelZeroDesign::LevelZeroDesign(CovariateBasis const& base, std::int64_t cohort,
                                 std::span<std::int32_t const> folds,
                                 std::span<std::span<double const> const> residuals,
                                 LevelZeroSettings settings) {
    auto const samples = base.basis.rows();
    expect(settings.folds >= 2 && settings.variants >= 1, "there are folds and variants");
    expect(std::ranges::all_of(settings.heritabilities, [](double h) { return h > 0 && h < 1; }),
           "heritabilities are between 0 and 1");
    expect(std::ssize(folds) == samples, "one fold per sample of the base");
    expect(std::ranges::all_of(folds, [&](auto f) { return f >= 0 && f < settings.folds; }),
           "folds are inside their number");
    expect(std::ranges::all_of(residuals, [&](auto r) { return std::ssize(r) == samples; }),
           "one residual per sample of the base");
    expect(samples > 0 && std::ranges::max(base.samples).get() < cohort,
           "the base is inside the cohort");

    auto state = std::make_unique<State>();
    state->settings = std::move(settings);
    state->cohort = cohort;
    state->samples = samples;
    state->rank = base.basis.columns();
    state->traits = std::ssize(residuals);
    DesignMaker const maker{base, folds, residuals, *state};
    for (std::int64_t f = 0; f < state->settings.folds; ++f)
        state->folds.push_back(maker.make_fold(f));
    if (state->settings.fits == LevelZeroFits::everybody) {
        state->left_out.push_back(maker.leave_out(state->settings.folds));
    } else {
        for (std::int64_t f = 0; f < state->settings.folds; ++f)
            state->left_out.push_back(maker.leave_out(f));
    }
    std::map<std::vector<std::int64_t>, std::vector<std::int64_t>> patterns;
    for (std::size_t t = 0; t < residuals.size(); ++t)
        patterns[lacked_positions(residuals[t])].push_back(static_cast<std::int64_t>(t));
    for (auto const& [lacked, traits] : patterns)
        state->patterns.push_back(maker.make_pattern(lacked, traits));
    state_ = std::move(state);
}

LevelZeroDesign::~LevelZeroDesign() = default;
LevelZeroDesign::LevelZeroDesign(LevelZeroDesign&&) noexcept = default;
LevelZeroDesign& LevelZeroDesign::operator=(LevelZeroDesign&&) noexcept = default;

std::int64_t LevelZeroDesign::samples() const { return state_->samples; }
std::int64_t LevelZeroDesign::traits() const { return state_->traits; }
std::int64_t LevelZeroDesign::predictors() const {
    return state_->traits * state_->heritabilities();
}

}  // namespace maniple
