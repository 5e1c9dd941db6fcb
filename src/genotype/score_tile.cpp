#include "score_tile.hpp"

#include <algorithm>
#include <cmath>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// A missing genotype counts up to two of them: 2^46, which six digits in [-128, 127] hold.
constexpr double largest_integer = 0x1p45;
constexpr double largest_total = 0x1p61;

template <class T>
void ensure(AlignedBuffer<T>& buffer, std::int64_t size) {
    if (buffer.size() < size) buffer = AlignedBuffer<T>{size};
}

// Digits in [-128, 127] as bytes, as the forms write them.
std::uint64_t score_digits(std::int64_t integer) {
    constexpr std::uint64_t halves = 0x808080808080;
    constexpr auto limit = std::int64_t{1} << 46;
    expect(-limit <= integer && integer <= limit, "six digits hold the integer");
    return (static_cast<std::uint64_t>(integer) + halves) ^ halves;
}

}  // namespace

double choose_score_scale(double largest, double total) {
    expect(largest >= 0 && largest <= total && std::isfinite(total),
           "the largest weight is one of those summed");
    if (largest == 0) return 1;
    constexpr double finest = 0x1p1000;
    return std::min({largest_integer / largest, largest_total / total, finest});
}

std::int64_t to_score_integer(double value, double scale) {
    expect(std::abs(value * scale) < 0x1p51, "the integer is inside the range");
    double const one = 1;
    std::int64_t integer = 0;
    scalar_score.round(&value, &one, scale, 1, &integer);
    return integer;
}

void ScoreTile::State::find_active(MatrixView<double const> weights) {
    active.clear();
    for (std::int64_t c = 0; c < weights.rows(); ++c) {
        auto const row = weights.row(c);
        if (std::any_of(row.begin(), row.end(), [](double w) { return w != 0; })) {
            active.push_back(static_cast<std::int32_t>(c));
        }
    }
}

void ScoreTile::State::fill_digits(ScoreForm const& form, MatrixView<double const> weights,
                                   std::span<double const> scales, std::span<double const> factors,
                                   AlignedBuffer<std::int8_t>& into) const {
    auto const& [lanes, panels_of_group, per_panel, digit_step, lane_step] = layout();
    ensure(into, groups() * panels_of_group * panel_bytes());
    if (lanes == narrow_layout.lanes) std::fill_n(into.data(), groups() * panel_bytes(), 0);
    for (std::int64_t k = 0; k < groups() * lanes; ++k) {
        auto* const panels = into.data() + k / lanes * panels_of_group * panel_bytes();
        for (std::int64_t u = 0; u < units(); ++u) {
            std::array<std::int64_t, unit_variants> integers{};
            if (k < std::ssize(active)) {
                auto const c = active[static_cast<std::size_t>(k)];
                auto const v0 = u * unit_variants;
                form.round(weights.row(c).data() + v0, factors.data() + v0,
                           scales[static_cast<std::size_t>(c)],
                           std::min(unit_variants, variants - v0), integers.data());
            }
            form.write_digits(integers.data(), layout(), k % lanes, panels + u * unit_bytes,
                              panel_bytes());
        }
    }
}

void ScoreTile::State::fill_few(ScoreForm const& form, MatrixView<double const> weights,
                                std::span<double const> scales, std::span<double const> factors) {
    for (std::size_t k = 0; k < active.size(); ++k) {
        auto const c = static_cast<std::size_t>(active[k]);
        auto const* const own = weights.row(active[k]).data();
        few_missing[k].resize(static_cast<std::size_t>(variants));
        form.round(own, ones.data(), scales[c], variants, few_missing[k].data());
        few_digits[k].assign(static_cast<std::size_t>(quads() * score_limbs), 0);
        for (std::size_t v = 0; v < few_missing[k].size(); ++v) {
            auto const own_digits = score_digits(few_missing[k][v]);
            auto* const quad = few_digits[k].data() + v / 4 * score_limbs;
            for (std::size_t limb = 0; limb < score_limbs; ++limb) {
                quad[limb] |= static_cast<std::uint32_t>(own_digits >> 8 * limb & 0xFF)
                              << 8 * (v % 4);
            }
        }
        form.round(own, factors.data(), scales[c], variants, few_missing[k].data());
    }
}

void ScoreTile::State::fill_missing_rows(ScoreForm const& form, MatrixView<double const> weights,
                                         std::span<double const> scales,
                                         std::span<double const> factors) {
    auto const slices = round_up(std::ssize(active), score_slice) / score_slice;
    ensure(missing_rows, slices * variants * score_slice);
    std::array<std::int64_t, most_variants> integers{};
    for (std::int64_t k = 0; k < slices * score_slice; ++k) {
        if (k < std::ssize(active)) {
            auto const c = active[static_cast<std::size_t>(k)];
            form.round(weights.row(c).data(), factors.data(), scales[static_cast<std::size_t>(c)],
                       variants, integers.data());
        } else {
            integers.fill(0);
        }
        auto* const column =
            missing_rows.data() + k / score_slice * variants * score_slice + k % score_slice;
        for (std::int64_t v = 0; v < variants; ++v) {
            column[v * score_slice] = integers[static_cast<std::size_t>(v)];
        }
    }
}

ScoreTile::ScoreTile() : state_{std::make_unique<State>()} {}
ScoreTile::~ScoreTile() = default;
ScoreTile::ScoreTile(ScoreTile&&) noexcept = default;
ScoreTile& ScoreTile::operator=(ScoreTile&&) noexcept = default;

std::int64_t ScoreTile::bytes(std::int64_t variants, std::int64_t scores, MissingShare missing) {
    auto const digits = round_up(scores, wide_layout.lanes) / wide_layout.lanes *
                        wide_layout.panels * round_up(variants, unit_variants) / unit_variants *
                        unit_bytes;
    return digits +
           (missing == MissingShare::many ? digits : 8 * variants * round_up(scores, score_slice));
}

std::int64_t ScoreTile::variants() const { return state_->variants; }
std::int64_t ScoreTile::scores() const { return state_->scores; }

void ScoreTile::assign(MatrixView<double const> weights, std::span<double const> scales,
                       std::span<double const> missing_genotypes, MissingShare missing) {
    expect(
        std::ssize(scales) == weights.rows() && std::ssize(missing_genotypes) == weights.columns(),
        "one scale per score, one missing genotype per variant");
    expect(weights.columns() <= most_variants, "the tile has room for the variants");
    static auto const& form = score_form(instruction_set());
    auto& state = *state_;
    state.variants = weights.columns();
    state.scores = weights.rows();
    state.missing = missing;
    state.find_active(weights);
    state.ones.assign(static_cast<std::size_t>(state.variants), 1.0);
    state.fill_digits(form, weights, scales, state.ones, state.digits);
    if (state.is_narrow()) state.fill_few(form, weights, scales, missing_genotypes);
    if (missing == MissingShare::many) {
        state.fill_digits(form, weights, scales, missing_genotypes, state.missing_digits);
    } else if (!state.is_narrow()) {
        state.fill_missing_rows(form, weights, scales, missing_genotypes);
    }
}

}  // namespace maniple
