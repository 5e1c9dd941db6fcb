#include "maniple/genotype/linkage.hpp"

#include <cmath>
#include <cstddef>
#include <limits>

#include "maniple/core/contract.hpp"
#include "maniple/genotype/kernels.hpp"

namespace maniple {

double r_squared(JointGenotypes const& counts) {
    std::int64_t samples = 0;
    std::array<std::int64_t, 2> sum{};
    std::array<std::int64_t, 2> squares{};
    std::int64_t products = 0;
    for (std::int64_t a = 0; a < 3; ++a) {
        for (std::int64_t b = 0; b < 3; ++b) {
            auto const count =
                counts.samples[static_cast<std::size_t>(a)][static_cast<std::size_t>(b)];
            samples += count;
            sum[0] += a * count;
            sum[1] += b * count;
            squares[0] += a * a * count;
            squares[1] += b * b * count;
            products += a * b * count;
        }
    }
    expect(samples < std::int64_t{1} << 29, "sums of genotypes fit 64 bits");

    // samples^2 times variances and covariance.
    auto const of_first = samples * squares[0] - sum[0] * sum[0];
    auto const of_second = samples * squares[1] - sum[1] * sum[1];
    if (of_first == 0 || of_second == 0) return std::numeric_limits<double>::quiet_NaN();
    auto const together = static_cast<double>(samples * products - sum[0] * sum[1]);
    return together / static_cast<double>(of_first) * (together / static_cast<double>(of_second));
}

LinkageLead::LinkageLead(std::span<std::uint64_t const> genotypes, std::int64_t samples)
    : with_{SampleMask{samples}, SampleMask{samples}, SampleMask{samples}} {
    expect(std::ssize(genotypes) == packed_stride(samples) / 8, "a row is of these samples");

    for (SampleIndex s{0}; s.get() < samples; ++s) {
        auto const genotype = genotypes[s.at() / 32] >> (s.at() % 32 * 2) & 3U;
        if (genotype != missing_genotype) with_[genotype].insert(s);
    }
}

JointGenotypes LinkageLead::count(std::span<std::uint64_t const> genotypes) const {
    expect(genotypes.size() == with_[0].words().size(), "a row is of the same samples");

    JointGenotypes joint;
    for (std::size_t a = 0; a < with_.size(); ++a) {
        auto const counts =
            kernels().count(genotypes.data(), with_[a].words().data(), std::ssize(genotypes));
        joint.samples[a] = {counts.reference, counts.heterozygous, counts.alternate};
    }
    return joint;
}

}  // namespace maniple
