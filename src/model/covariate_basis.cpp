#include "maniple/model/covariate_basis.hpp"

#include "maniple/core/contract.hpp"

namespace maniple {

CovariateBasis make_basis(std::vector<SampleIndex> samples, std::span<Covariate const> covariates) {
    auto const rows = std::ssize(samples);
    CovariateBasis made{std::move(samples), OrthonormalBasis{rows}, {}};
    if (rows == 0) return made;
    made.basis.add(std::vector<double>(made.samples.size(), 1.0));
    for (auto const& covariate : covariates) {
        auto const outcome = made.basis.add(gather(covariate.values, made.samples));
        if (outcome == OrthonormalBasis::Outcome::collinear) {
            made.collinear.push_back(covariate.name);
        }
    }
    return made;
}

std::vector<double> gather(std::span<double const> values, std::span<SampleIndex const> samples) {
    std::vector<double> some;
    some.reserve(samples.size());
    for (auto s : samples) some.push_back(values[s.at()]);
    return some;
}

std::vector<double> scatter(std::span<double const> some, std::span<SampleIndex const> samples,
                            std::int64_t all) {
    expect(some.size() == samples.size(), "one value per sample");
    std::vector<double> values(static_cast<std::size_t>(all));
    for (std::size_t i = 0; i < samples.size(); ++i) values[samples[i].at()] = some[i];
    return values;
}

}  // namespace maniple
