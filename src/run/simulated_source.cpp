#include "simulated_source.hpp"

#include <omp.h>

#include <algorithm>

#include "maniple/core/contract.hpp"
#include "maniple/run/first_failure.hpp"

namespace maniple {
namespace {

// Call `body` on pieces of `range`, on all threads; the first exception is thrown again.
template <class I, class Body>
void for_pieces(Range<I> range, std::int64_t piece, int threads, Body const& body) {
    FirstFailure failure;
    auto const pieces = (range.size() + piece - 1) / piece;
    auto const work_on = [&](std::int64_t number) {
        failure.guard([&] {
            auto const first = range.first + number * piece;
            body(Range<I>{first, std::min(range.last, first + piece)});
        });
    };
    // Tasks, so that the threads of a team that reads ahead take part when they have nothing else.
    if (omp_in_parallel() != 0) {
#pragma omp taskloop grainsize(1) default(shared)
        for (std::int64_t number = 0; number < pieces; ++number) work_on(number);
    } else {
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads) default(shared)
        for (std::int64_t number = 0; number < pieces; ++number) work_on(number);
    }
    failure.rethrow();
}

VariantBlock take_rows(VariantBlock const& from, std::int64_t first, std::int64_t count) {
    auto const samples = from.genotypes.samples();
    VariantBlock result{from.contig, {}, PackedBlock{count, samples}};
    auto const begin = from.variants.begin() + first;
    result.variants.assign(begin, begin + count);
    for (LocalVariantIndex v{0}; v < LocalVariantIndex{count}; ++v) {
        std::ranges::copy(from.genotypes.view().row(v + first), result.genotypes.row(v).begin());
    }
    return result;
}

}  // namespace

SimulatedSource::SimulatedSource(GenotypePlan const& genotypes, TraitPlan const& traits,
                                 int threads)
    : simulator_{genotypes},
      traits_{traits, genotypes},
      variants_{genotypes.variants},
      threads_{threads} {
    expect(threads > 0, "somebody works");
}

bool SimulatedSource::simulate_window() {
    if (!simulator_.advance()) return false;

    constexpr std::int64_t households_per_piece = 2048, tiles_per_piece = 4,
                           variants_per_piece = 32;
    auto const& panel = simulator_.panel();
    traits_.enter_window(panel.contig().name, panel.range().first, panel.variants(),
                         panel.alternate_frequencies());
    VariantBlock block{panel.contig().name, panel.variants(),
                       PackedBlock{std::ssize(panel.variants()), samples().size()}};
    auto& genotypes = block.genotypes;
    for_pieces(simulator_.households(), households_per_piece, threads_,
               [&](auto range) { simulator_.copy_haplotypes(range); });
    for_pieces(simulator_.tiles(), tiles_per_piece, threads_, [&](auto range) {
        simulator_.emit_genotypes(range, genotypes);
        traits_.add_effects(genotypes.view(), simulator_.samples(range));
    });
    Range<LocalVariantIndex> const rows{LocalVariantIndex{0},
                                        LocalVariantIndex{genotypes.variants()}};
    for_pieces(rows, variants_per_piece, threads_,
               [&](auto range) { simulator_.remove_genotypes(range, genotypes); });
    if (writer_ != nullptr) writer_->append(block);
    window_.emplace(std::move(block));
    given_ = 0;
    return true;
}

std::optional<VariantBlock> SimulatedSource::next(std::int64_t max_variants) {
    expect(max_variants > 0, "a block has variants");

    if (!window_ && !simulate_window()) return std::nullopt;
    auto const left = std::ssize(window_->variants) - given_;
    std::optional<VariantBlock> result;
    if (given_ == 0 && left <= max_variants) {
        result = std::move(window_);
    } else {
        result = take_rows(*window_, given_, std::min(left, max_variants));
    }
    given_ += std::ssize(result->variants);
    if (left <= max_variants) window_.reset();
    return result;
}

}  // namespace maniple
