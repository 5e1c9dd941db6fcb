#include "level_zero_predictors.hpp"

#include "maniple/core/contract.hpp"

namespace maniple {

LevelZeroPredictors::LevelZeroPredictors(std::int64_t traits, std::int64_t blocks,
                                         std::int64_t heritabilities, std::int64_t samples)
    : heritabilities_{heritabilities}, columns_{blocks * heritabilities}, samples_{samples} {
    for (std::int64_t t = 0; t < traits; ++t) of_traits_.emplace_back(columns_ * samples_);
}

std::vector<float*> LevelZeroPredictors::rows_of(std::int64_t block) {
    auto const first = block * heritabilities_;
    expect(first >= 0 && first < columns_, "the block is one of this rank's");

    std::vector<float*> rows;
    for (auto& own : of_traits_) {
        for (auto c = first; c < first + heritabilities_; ++c) {
            rows.push_back(own.data() + c * samples_);
        }
    }
    return rows;
}

MatrixView<float const> LevelZeroPredictors::of_trait(std::int64_t trait) const {
    auto const& own = of_traits_[static_cast<std::size_t>(trait)];
    expect(own.size() == columns_ * samples_, "the trait was not released");
    return {own.data(), columns_, samples_};
}

void LevelZeroPredictors::release(std::int64_t trait) {
    of_traits_[static_cast<std::size_t>(trait)] = {};
}

}  // namespace maniple
