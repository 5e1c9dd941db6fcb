#include "maniple/stats/random_stream.hpp"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>

namespace maniple {

void RandomStream::refill() {
    r123::Philox4x64::ctr_type const counter{{counter_[0], counter_[1], counter_[2], counter_[3]}};
    r123::Philox4x64::key_type const key{{key_[0], key_[1]}};
    auto const words = r123::Philox4x64{}(counter, key);
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] = words[i];
    ++counter_[0];
    used_ = 0;
}

std::uint64_t RandomStream::below(std::uint64_t bound) {
    expect(bound > 0, "a number is below a positive bound");
    __extension__ using Wide = unsigned __int128;
    auto product = static_cast<Wide>(next()) * bound;
    if (static_cast<std::uint64_t>(product) < bound) {
        auto const unfair = (0 - bound) % bound;
        while (static_cast<std::uint64_t>(product) < unfair) {
            product = static_cast<Wide>(next()) * bound;
        }
    }
    return static_cast<std::uint64_t>(product >> 64);
}

double RandomStream::normal() {
    if (spare_normal_) {
        double const value = *spare_normal_;
        spare_normal_.reset();
        return value;
    }
    double const radius = std::sqrt(-2 * std::log(uniform()));
    double const angle = 2 * std::numbers::pi * uniform();
    spare_normal_ = radius * std::sin(angle);
    return radius * std::cos(angle);
}

double RandomStream::exponential() { return -std::log(uniform()); }

std::int64_t RandomStream::geometric(double probability) {
    expect(probability > 0 && probability <= 1, "a success is possible");
    if (probability == 1) return 0;
    double const failures = std::floor(std::log(uniform()) / std::log1p(-probability));
    return static_cast<std::int64_t>(std::fmin(failures, 0x1p62));
}

}  // namespace maniple
