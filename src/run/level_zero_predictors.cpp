#include "level_zero_predictors.hpp"

#include <utility>

#include "maniple/core/contract.hpp"

namespace maniple {

LevelZeroPredictors::LevelZeroPredictors(PredictorExtents extents) : extents_{extents} {
    for (std::int64_t t = 0; t < extents_.traits; ++t) {
        of_traits_.emplace_back(columns() * extents_.samples);
    }
}

LevelZeroPredictors::LevelZeroPredictors(PredictorExtents extents, ScratchOwner const& owner,
                                         std::vector<std::int64_t> traits)
    : extents_{extents} {
    expect(std::ssize(traits) == extents.traits, "every trait has a name");

    file_ = std::make_unique<ScratchFile>(
        owner, ScratchShape{.slabs = std::move(traits),
                            .pieces = extents.blocks,
                            .piece_values = extents.heritabilities * extents.samples});
    of_traits_.resize(static_cast<std::size_t>(extents.traits));
    blocks_.resize(static_cast<std::size_t>(extents.threads));
}

bool LevelZeroPredictors::has(std::int64_t block) const { return file_ && file_->has(block); }

std::vector<float*> LevelZeroPredictors::rows_of(int thread, std::int64_t block) {
    expect(block >= 0 && block < extents_.blocks, "the block is one of this rank's");

    auto const steps = extents_.heritabilities;
    std::vector<float*> rows;
    if (!file_) {
        for (auto& own : of_traits_) {
            for (auto c = block * steps; c < (block + 1) * steps; ++c) {
                rows.push_back(own.data() + c * extents_.samples);
            }
        }
        return rows;
    }
    auto& own = blocks_[static_cast<std::size_t>(thread)];
    auto const count = extents_.traits * steps;
    if (own.size() == 0) own = AlignedBuffer<float>{count * extents_.samples};
    for (std::int64_t r = 0; r < count; ++r) rows.push_back(own.data() + r * extents_.samples);
    return rows;
}

void LevelZeroPredictors::finish(int thread, std::int64_t block) {
    if (!file_) return;
    file_->write(block, {blocks_[static_cast<std::size_t>(thread)].data(), extents_.traits,
                         extents_.heritabilities * extents_.samples});
}

MatrixView<float const> LevelZeroPredictors::of_trait(std::int64_t trait) {
    blocks_.clear();
    auto& own = of_traits_[static_cast<std::size_t>(trait)];
    auto const size = columns() * extents_.samples;
    if (file_ && own.size() == 0) {
        own = AlignedBuffer<float>{size};
        file_->read(trait, own.span());
    }
    expect(own.size() == size, "the trait was not released");
    return {own.data(), columns(), extents_.samples};
}

void LevelZeroPredictors::release(std::int64_t trait) {
    of_traits_[static_cast<std::size_t>(trait)] = {};
}

void LevelZeroPredictors::keep() {
    if (file_) file_->keep();
}

}  // namespace maniple
