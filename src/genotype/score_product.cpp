#include "maniple/genotype/score_product.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/genotype/missing_samples.hpp"
#include "product_forms.hpp"
#include "score_path.hpp"
#include "score_tile.hpp"
#include "transposition_forms.hpp"

namespace maniple {
namespace {

constexpr std::int64_t panel_width = 16;

// Groups whose sums stay in the second-level cache until all variants are through, as in
// dosage_product.cpp; there are as many samples here as variants there.
constexpr std::int64_t block_groups = 10;
constexpr std::int64_t block_panels = block_groups * wide_layout.panels;
constexpr std::int64_t wide_units = 16;
// With few panels unpacking counts: few samples at a time, in the first-level cache.
constexpr std::int64_t narrow_samples = 32;
constexpr std::int64_t narrow_units = 8;
constexpr std::int64_t narrow_panels = 8;

constexpr std::int64_t most_row_words = ScoreTile::most_variants / 32;
constexpr std::uint64_t low_bits = 0x5555555555555555;

constexpr std::array<std::uint64_t, square_words> no_genotypes{};

}  // namespace

struct ScoreWorkspace::State {
    AlignedBuffer<std::uint64_t> rows{score_chunk * most_row_words};  // samples x variants
    AlignedBuffer<std::uint8_t> tiles{score_chunk * wide_units * unit_variants};
    AlignedBuffer<std::int32_t> partial{block_panels * score_chunk * panel_width};
    AlignedBuffer<std::uint64_t> everybody{most_row_words};
    std::vector<SampleIndex> found =
        std::vector<SampleIndex>(ScoreTile::most_variants, SampleIndex{0});
    std::vector<std::uint16_t> missing;                  // variants, sample by sample
    std::array<std::int64_t, score_chunk + 1> starts{};  // of each sample's in it
};

ScoreWorkspace::ScoreWorkspace() : state_{std::make_unique<State>()} {
    std::ranges::fill(state_->everybody.span(), low_bits);
}
ScoreWorkspace::~ScoreWorkspace() = default;
ScoreWorkspace::ScoreWorkspace(ScoreWorkspace&&) noexcept = default;
ScoreWorkspace& ScoreWorkspace::operator=(ScoreWorkspace&&) noexcept = default;

std::int64_t ScoreWorkspace::bytes() {
    return score_chunk * (most_row_words * 8 + wide_units * unit_variants +
                          block_panels * panel_width * 4 + 2 * ScoreTile::most_variants);
}

// One chunk of samples, turned round so that each sample's genotypes lie side by side: samples then
// take the part that variants have in other products.
class ScoreProduct {
public:
    ScoreProduct(ScoreForms const& forms, ScoreTile const& tile, ScoreWorkspace& work)
        : forms_{forms}, tile_{*tile.state_}, work_{*work.state_} {
        row_words_ = round_up(tile_.variants, square_side) / 32;
    }

    void add(std::span<std::span<std::uint64_t const> const> rows, Range<SampleIndex> samples,
             MatrixView<std::int64_t> sums) {
        samples_ = samples.size();
        if (tile_.active.empty()) return;
        if (tile_.is_narrow() && forms_.score->sum_few != nullptr) {
            for (std::int64_t s = 0; s < samples_; s += square_side) {
                add_few(rows, samples.first + s, s, std::min(square_side, samples_ - s), sums);
            }
            return;
        }
        turn_round(rows, samples.first);
        multiply(tile_.digits.data(), sums);
        if (tile_.missing == MissingShare::many) {
            if (!mark_missing()) return;
            multiply(tile_.missing_digits.data(), sums);
        } else {
            if (!list_missing()) return;
            add_listed(sums);
        }
    }

private:
    std::span<std::uint64_t> sample_row(std::int64_t s) {
        return work_.rows.span().subspan(static_cast<std::size_t>(s * row_words_),
                                         static_cast<std::size_t>(row_words_));
    }

    void turn_round(std::span<std::span<std::uint64_t const> const> rows, SampleIndex first) {
        for (std::int64_t v0 = 0; v0 < tile_.variants; v0 += square_side) {
            std::array<std::uint64_t const*, square_side> from;
            from.fill(no_genotypes.data());
            auto const count = std::min(square_side, tile_.variants - v0);
            for (std::int64_t s0 = 0; s0 < samples_; s0 += square_side) {
                bool const goes_on = s0 + square_side < samples_;
                for (std::int64_t v = 0; v < count; ++v) {
                    auto const& row = rows[static_cast<std::size_t>(v0 + v)];
                    from[static_cast<std::size_t>(v)] = row.data() + (first.get() + s0) / 32;
                    // The processor foresees a few rows' lines, not those of 256: here are those of
                    // the next square.
                    auto const after = std::min(v0 + v + square_side, tile_.variants - 1);
                    __builtin_prefetch(goes_on ? from[static_cast<std::size_t>(v)] + square_words
                                               : rows[static_cast<std::size_t>(after)].data() +
                                                     first.get() / 32);
                }
                forms_.transpose(from.data(), work_.rows.data() + s0 * row_words_ + v0 / 32,
                                 row_words_, std::min(square_side, samples_ - s0));
            }
        }
    }

    void multiply(std::int8_t const* digits, MatrixView<std::int64_t> sums) {
        forms_.product->begin();
        for (std::int64_t g = 0; g < tile_.groups(); g += block_groups) {
            auto const groups = std::min(block_groups, tile_.groups() - g);
            auto const panels = groups * tile_.layout().panels;
            std::fill_n(work_.partial.data(), panels * score_chunk * panel_width, 0);
            multiply_panels(digits + g * tile_.layout().panels * tile_.panel_bytes(), panels);
            combine(g, groups, sums);
        }
        forms_.product->end();
    }

    void multiply_panels(std::int8_t const* digits, std::int64_t panels) {
        bool const narrow = panels <= narrow_panels;
        auto const most_samples = narrow ? narrow_samples : score_chunk;
        auto const most_units = narrow ? narrow_units : wide_units;
        std::array<std::uint8_t const*, score_chunk> rows;
        for (std::int64_t u = 0; u < tile_.units(); u += most_units) {
            auto const units = std::min(most_units, tile_.units() - u);
            for (std::int64_t s = 0; s < samples_; s += most_samples) {
                auto const samples = std::min(most_samples, samples_ - s);
                for (std::int64_t i = 0; i < samples; ++i) {
                    auto const* row = sample_row(s + i).data() + u * unit_variants / 32;
                    rows[static_cast<std::size_t>(i)] = reinterpret_cast<std::uint8_t const*>(row);
                }
                forms_.product->decode(rows.data(), samples, units, work_.tiles.data());
                forms_.product->multiply(work_.tiles.data(),
                                         (samples + tile_variants - 1) / tile_variants, units,
                                         digits + u * unit_bytes, tile_.panel_bytes(), panels,
                                         work_.partial.data() + s * panel_width, score_chunk);
            }
        }
    }

    void combine(std::int64_t first_group, std::int64_t groups, MatrixView<std::int64_t> sums) {
        constexpr auto panel_stride = score_chunk * panel_width;
        for (std::int64_t s = 0; s < samples_; ++s) {
            std::array<std::int64_t, block_groups * wide_layout.lanes> found{};
            auto const* const digits = work_.partial.data() + s * panel_width;
            if (tile_.layout().lanes == wide_layout.lanes) {
                forms_.score->combine(digits, panel_stride, wide_layout.panels * panel_stride,
                                      groups, found.data());
            } else {
                combine_narrow(digits, found);
            }
            hand_over(found, first_group * wide_layout.lanes, sums.row(s));
        }
    }

    static void combine_narrow(std::int32_t const* digits, std::span<std::int64_t> found) {
        for (std::int64_t lane = 0; lane < narrow_layout.lanes; ++lane) {
            auto const* const own = digits + lane * narrow_layout.lane_step;
            found[static_cast<std::size_t>(lane)] = combine_digits(own);
        }
    }

    // Sums of the active scores from `first` on.
    void hand_over(std::span<std::int64_t const> found, std::int64_t first,
                   std::span<std::int64_t> sums) const {
        auto const count = std::min(std::ssize(found), std::ssize(tile_.active) - first);
        auto const* const active = tile_.active.data() + first;
        if (active[count - 1] - active[0] == count - 1) {
            auto* const to = sums.data() + active[0];
            for (std::int64_t k = 0; k < count; ++k) to[k] += found[static_cast<std::size_t>(k)];
        } else {
            for (std::int64_t k = 0; k < count; ++k) {
                sums[static_cast<std::size_t>(active[k])] += found[static_cast<std::size_t>(k)];
            }
        }
    }

    static std::uint64_t missing_in(std::uint64_t word) { return word & word >> 1 & low_bits; }

    // Every genotype becomes 1 where it is missing, else 0. False where none is.
    bool mark_missing() {
        std::uint64_t any = 0;
        for (std::int64_t s = 0; s < samples_; ++s) {
            for (auto& word : sample_row(s)) any |= word = missing_in(word);
        }
        return any != 0;
    }

    // False where none is missing.
    bool list_missing() {
        auto const every = work_.everybody.span().first(static_cast<std::size_t>(row_words_));
        auto& list = work_.missing;
        list.clear();
        for (std::int64_t s = 0; s < samples_; ++s) {
            work_.starts[static_cast<std::size_t>(s)] = std::ssize(list);
            // Samples and variants have changed places.
            auto const count = find_missing(sample_row(s), every, work_.found);
            for (std::int64_t i = 0; i < count; ++i) {
                auto const variant = work_.found[static_cast<std::size_t>(i)].get();
                list.push_back(static_cast<std::uint16_t>(variant));
            }
        }
        work_.starts[static_cast<std::size_t>(samples_)] = std::ssize(list);
        return !list.empty();
    }

    // One or two scores, 256 samples: straight from the rows.
    void add_few(std::span<std::span<std::uint64_t const> const> rows, SampleIndex first,
                 std::int64_t first_sum, std::int64_t samples, MatrixView<std::int64_t> sums) {
        std::array<std::uint64_t const*, ScoreTile::most_variants> lines;
        for (std::size_t v = 0; v < rows.size(); ++v) lines[v] = rows[v].data() + first.get() / 32;
        for (auto v = std::ssize(rows); v < 4 * tile_.quads(); ++v) {
            lines[static_cast<std::size_t>(v)] = no_genotypes.data();
        }
        std::array<FewWeights, narrow_layout.lanes> weights{};
        for (std::size_t k = 0; k < tile_.active.size(); ++k) {
            weights[k] = {tile_.few_digits[k].data(), tile_.few_missing[k].data()};
        }
        std::array<std::int64_t, narrow_layout.lanes * square_side> found;
        forms_.score->sum_few(lines.data(), tile_.quads(), weights.data(), std::ssize(tile_.active),
                              found.data());
        for (std::size_t k = 0; k < tile_.active.size(); ++k) {
            auto const* const own = found.data() + static_cast<std::int64_t>(k) * square_side;
            for (std::int64_t s = 0; s < samples; ++s) {
                sums(first_sum + s, tile_.active[k]) += own[s];
            }
        }
    }

    void add_missing(std::size_t variant, std::span<std::int64_t> sums) const {
        for (std::size_t k = 0; k < tile_.active.size(); ++k) {
            sums[static_cast<std::size_t>(tile_.active[k])] += tile_.few_missing[k][variant];
        }
    }

    static std::int64_t combine_digits(std::int32_t const* digits) {
        std::int64_t sum = 0;
        for (auto limb = score_limbs - 1; limb >= 0; --limb) sum = sum * 256 + digits[limb];
        return sum;
    }

    void add_listed(MatrixView<std::int64_t> sums) const {
        if (tile_.is_narrow()) {
            for (std::int64_t s = 0; s < samples_; ++s) {
                auto const last = work_.starts[static_cast<std::size_t>(s + 1)];
                for (auto i = work_.starts[static_cast<std::size_t>(s)]; i < last; ++i) {
                    add_missing(work_.missing[static_cast<std::size_t>(i)], sums.row(s));
                }
            }
            return;
        }
        for (std::int64_t k = 0; k < std::ssize(tile_.active); k += score_slice) {
            auto const* const rows = tile_.missing_rows.data() + k * tile_.variants;
            for (std::int64_t s = 0; s < samples_; ++s) {
                auto const first = work_.starts[static_cast<std::size_t>(s)];
                auto const count = work_.starts[static_cast<std::size_t>(s + 1)] - first;
                if (count == 0) continue;
                std::array<std::int64_t, score_slice> found{};
                forms_.score->add_rows(rows, work_.missing.data() + first, count, found.data());
                hand_over(found, k, sums.row(s));
            }
        }
    }

    ScoreForms const& forms_;
    ScoreTile::State const& tile_;
    ScoreWorkspace::State& work_;
    std::int64_t row_words_ = 0;
    std::int64_t samples_ = 0;
};

ScoreForms score_forms(InstructionSet set) {
    return {&product_form(set), &score_form(set), transpose_square(set)};
}

void add_scores(ScoreForms const& forms, std::span<std::span<std::uint64_t const> const> rows,
                ScoreTile const& tile, Range<SampleIndex> samples, ScoreWorkspace& workspace,
                MatrixView<std::int64_t> sums) {
    expect(std::ssize(rows) == tile.variants(), "one row per variant of the tile");
    expect(samples.first.get() % score_chunk == 0, "samples are cut at whole chunks");
    expect(sums.rows() == samples.size() && sums.columns() == tile.scores(),
           "sums are samples x scores");
    for (auto const& row : rows) {
        expect(std::ssize(row) * 32 >= samples.last.get(), "every row holds the samples");
    }
    ScoreProduct product{forms, tile, workspace};
    for (std::int64_t s = 0; s < samples.size(); s += score_chunk) {
        auto const count = std::min(score_chunk, samples.size() - s);
        product.add(
            rows, {samples.first + s, samples.first + (s + count)},
            {sums.data() + s * sums.row_stride(), count, sums.columns(), sums.row_stride()});
    }
}

void add_scores(std::span<std::span<std::uint64_t const> const> rows, ScoreTile const& tile,
                Range<SampleIndex> samples, ScoreWorkspace& workspace,
                MatrixView<std::int64_t> sums) {
    static auto const forms = score_forms(instruction_set());
    add_scores(forms, rows, tile, samples, workspace, sums);
}

}  // namespace maniple
