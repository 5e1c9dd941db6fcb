#include "linear_lanes.hpp"

#include <algorithm>
#include <cstddef>

#include "maniple/core/contract.hpp"
#include "maniple/core/instruction_set.hpp"

namespace maniple {
namespace {

LaneForms const& choose() {
    switch (instruction_set()) {
#if defined(__x86_64__)
        case InstructionSet::avx512:
        case InstructionSet::amx:
            return avx512_lanes;
        case InstructionSet::avx2:
            return avx2_lanes;
#endif
        default:
            return scalar_lanes;
    }
}

// The same number in all lanes of each quantity, and back.
std::vector<double> spread(std::span<double const> numbers) {
    std::vector<double> lanes;
    for (double number : numbers) lanes.insert(lanes.end(), lane_width, number);
    return lanes;
}

std::vector<double> first_lane(std::span<double const> lanes) {
    std::vector<double> numbers;
    for (std::size_t i = 0; i < lanes.size(); i += lane_width) numbers.push_back(lanes[i]);
    return numbers;
}

}  // namespace

LaneForms const& lane_forms() {
    static LaneForms const& chosen = choose();
    return chosen;
}

std::vector<double> factor_of(std::span<double const> triangle, std::int64_t rank) {
    auto lanes = spread(triangle);
    std::vector<double> pivots(lane_width);
    lane_forms().factorize(lanes.data(), rank, 1, pivots.data());
    expect(pivots[0] > 0, "the triangle is positive definite");
    return first_lane(lanes);
}

std::vector<double> solve_with(std::span<double const> factor, std::span<double const> b) {
    auto lanes = spread(b);
    lane_forms().solve_shared(factor.data(), std::ssize(b), 1, lanes.data());
    return first_lane(lanes);
}

}  // namespace maniple
