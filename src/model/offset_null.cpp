#include "maniple/model/offset_null.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "maniple/core/contract.hpp"
#include "maniple/linalg/orthonormal_basis.hpp"
#include "null_trait.hpp"

namespace maniple {
namespace {

// Columns that fixed point keeps on one line: written together, and by one thread.
constexpr std::int64_t line = FixedPointMatrix::row_multiple;

// Samples whose rows of the basis are reals at a time: they stay in the nearest caches.
constexpr std::int64_t tile = 256;

// A residual is rounding, not variation, below this share of the trait's own.
constexpr double explained_below = 1e-7;

// Those of a trait that results can hold.
constexpr double smallest_scale = 1e-30;
constexpr double largest_scale = 1e30;

/// Regression on a design's columns, all 48 bits of them.
class DesignRows {
public:
    DesignRows(LinearNull const& null, Design const& design)
        : null_{null}, design_{design}, rows_(static_cast<std::size_t>(design.rank * tile)) {}

    /// Replace each of `columns`, which are 0 outside their patterns, by its residual on the
    /// covariates over the pattern's samples. Twice, as OrthonormalBasis does.
    void residualize(std::span<std::vector<double>> columns,
                     std::span<MissingnessPattern const* const> patterns) {
        for (int pass = 0; pass < 2; ++pass) {
            std::vector<std::vector<double>> along(
                columns.size(), std::vector<double>(static_cast<std::size_t>(design_.rank)));
            for_tiles([&](std::size_t first, std::size_t count) {
                for (std::size_t k = 0; k < columns.size(); ++k) {
                    auto const values = std::span<double const>{columns[k]}.subspan(first, count);
                    for (std::size_t r = 0; r < along[k].size(); ++r) {
                        along[k][r] += dot(row(r, count), values);
                    }
                }
            });
            for (std::size_t k = 0; k < columns.size(); ++k) {
                solve(patterns[k]->factor, along[k]);
            }
            for_tiles([&](std::size_t first, std::size_t count) {
                for (std::size_t k = 0; k < columns.size(); ++k) {
                    auto* const values = columns[k].data() + first;
                    for (std::size_t r = 0; r < along[k].size(); ++r) {
                        auto const axis = row(r, count);
                        double const step = along[k][r];
                        for (std::size_t s = 0; s < count; ++s) values[s] -= step * axis[s];
                    }
                }
            });
            for (std::size_t k = 0; k < columns.size(); ++k) {
                for (auto s : patterns[k]->lacking) columns[k][s.at()] = 0;
            }
        }
    }

private:
    std::span<double const> row(std::size_t r, std::size_t count) const {
        return std::span{rows_}.subspan(r * tile, count);
    }

    template <class Work>
    void for_tiles(Work work) {
        auto const samples = null_.samples();
        for (std::int64_t first = 0; first < samples; first += tile) {
            auto const count = std::min(tile, samples - first);
            fill(first, count);
            work(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
        }
    }

    // Zeros outside the design's samples.
    void fill(std::int64_t first, std::int64_t count) {
        auto const& columns = null_.columns();
        for (std::int64_t s = 0; s < count; ++s) {
            rows_[static_cast<std::size_t>(s)] =
                design_.samples.contains(SampleIndex{first + s}) ? 1 : 0;
        }
        for (std::int64_t r = 0; r < design_.covariates(); ++r) {
            auto const column = design_.first_column + r;
            double const unit = design_.units[static_cast<std::size_t>(r)];
            auto const* const rest = columns.remainders(column).data() + first;
            auto const integers = columns.integers();
            auto* const to = rows_.data() + (r + 1) * tile;
            for (std::int64_t s = 0; s < count; ++s) {
                to[s] = (integers(first + s, column) +
                         rest[s] / FixedPointMatrix::remainders_per_step) *
                        unit;
            }
        }
    }

    // b = inverse(L L') b, where the factor has its diagonal inverted.
    static void solve(std::span<double const> factor, std::span<double> b) {
        auto const entry = [&](std::size_t r, std::size_t c) {
            return factor[r * (r + 1) / 2 + c];
        };
        for (std::size_t r = 0; r < b.size(); ++r) {
            for (std::size_t c = 0; c < r; ++c) b[r] -= entry(r, c) * b[c];
            b[r] *= entry(r, r);
        }
        for (auto r = b.size(); r-- > 0;) {
            for (auto k = r + 1; k < b.size(); ++k) b[r] -= entry(k, r) * b[k];
            b[r] *= entry(r, r);
        }
    }

    LinearNull const& null_;
    Design const& design_;
    std::vector<double> rows_;  // rank x tile
};

}  // namespace

OffsetNull::OffsetNull(LinearNull const& plain) : plain_{plain} {
    null_.frame_ = plain.frame_;
    null_.traits_ = plain.traits_;
    null_.columns_ = plain.columns_.copy();
    for (auto const& design : plain.designs_) {
        null_.designs_.push_back({.first_column = design.first_column,
                                  .rank = design.rank,
                                  .samples = design.samples.copy(),
                                  .patterns = design.patterns,
                                  .traits = design.traits,
                                  .units = design.units,
                                  .inflation = design.inflation});
        std::int64_t last_line = -1;
        for (auto t : design.traits) {
            auto const here = plain.traits_[t].column / line;
            if (here != last_line) parts_.push_back({.design = null_.designs_.size() - 1});
            parts_.back().traits.push_back(t);
            last_line = here;
        }
    }
}

void OffsetNull::fit_part(std::int64_t part, TraitOffsets const& offsets) {
    auto const traits = std::ssize(plain_.traits());
    expect(part >= 0 && part < parts(), "there is such a part");
    expect(offsets.values.rows() == traits && std::ssize(offsets.scales) == traits &&
               offsets.values.columns() == plain_.samples(),
           "every trait has an offset for every sample");

    auto const& [design, members] = parts_[static_cast<std::size_t>(part)];
    std::vector<std::vector<double>> columns;
    std::vector<MissingnessPattern const*> patterns;
    for (auto t : members) {
        auto const& pattern = plain_.pattern(plain_.traits()[t].pattern);
        auto const values = offsets.values.row(static_cast<std::int64_t>(t));
        auto& column = columns.emplace_back(values.size());
        double const scale = offsets.scales[t];
        pattern.mask.for_each([&](SampleIndex s) { column[s.at()] = values[s.at()] * scale; });
        patterns.push_back(&pattern);
    }
    DesignRows{plain_, plain_.designs()[design]}.residualize(columns, patterns);
    for (std::size_t k = 0; k < members.size(); ++k) {
        auto const& trait = plain_.traits()[members[k]];
        auto& column = columns[k];
        patterns[k]->mask.for_each(
            [&](SampleIndex s) { column[s.at()] = plain_.residual(trait, s) - column[s.at()]; });
    }
    std::vector<std::span<double const>> const views{columns.begin(), columns.end()};
    null_.columns_.fit_columns(plain_.traits()[members[0]].column, views);
}

std::string OffsetNull::finish() {
    std::string nothing_left;
    for (auto& design : null_.designs_) {
        for (auto c = design.covariates(); c < design.columns(); ++c) {
            design.units[static_cast<std::size_t>(c)] =
                1 / null_.columns_.format(design.first_column + c).scale;
        }
        RowMoments sums{design.covariates(), design.columns()};
        sums.sum_over(design.samples.list(), null_.columns_.integers(), design.moments());
        for (auto t : design.traits) {
            auto& trait = null_.traits_[t];
            measure_trait(trait, null_.pattern(trait.pattern), design, sums);
        }
    }
    for (std::size_t t = 0; t < null_.traits_.size(); ++t) {
        auto const& plain = plain_.traits()[t];
        auto const& trait = null_.traits_[t];
        auto const peak = trait.unit * static_cast<double>(std::int64_t{1} << 31);
        bool const varies =
            trait.residual_squares > explained_below * explained_below * plain.residual_squares;
        if (varies && peak >= smallest_scale && peak <= largest_scale) continue;
        nothing_left = trait.name;
        break;
    }
    return nothing_left;
}

double OffsetNull::residual_scale(LinearNull const& null, NullTrait const& trait) {
    auto const& pattern = null.pattern(trait.pattern);
    auto const rank = null.designs()[pattern.design].rank;
    return std::sqrt(trait.residual_squares / static_cast<double>(pattern.samples - rank));
}

std::int64_t OffsetNull::bytes(std::int64_t samples, std::int64_t columns) {
    return FixedPointMatrix::bytes(samples, columns);
}

std::int64_t OffsetNull::part_bytes(std::int64_t samples, std::int64_t covariates) {
    return 8 * (line * samples + (covariates + 1) * tile);
}

}  // namespace maniple
