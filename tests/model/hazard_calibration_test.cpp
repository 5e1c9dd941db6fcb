// Null variants beside a trait with 1% of events: how often p is small.
#include <algorithm>
#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "../src/model/outcome_loss.hpp"
#include "maniple/linalg/cholesky.hpp"
#include "maniple/model/hazard_cumulants.hpp"
#include "maniple/stats/normal.hpp"
#include "model/random_survival.hpp"

namespace maniple {
namespace {

/// Tests of variants by their carriers.
class CarrierTests {
public:
    CarrierTests(test::Survival const& people)
        : made_{people.basis()},
          null_{people.null()},
          factor_{weighted_gram(null_.expected, made_.basis, 0)},
          work_{people.size(), null_.risk_sets.events()} {
        factorize(factor_, made_.basis.columns());
        for (double h : null_.expected) all_ += h;
    }
    std::int64_t events() const { return null_.risk_sets.events(); }

    struct Result {
        double normal;
        double corrected;
    };

    /// \param carriers  rows of the basis; one ALT allele each, but twice for those named twice.
    Result test(std::vector<std::size_t> carriers) {
        std::ranges::sort(carriers);
        std::vector<std::size_t> rows;
        std::vector<double> g;
        for (auto i : carriers) {
            if (!rows.empty() && rows.back() == i) {
                g.back() = 2;
                continue;
            }
            rows.push_back(i);
            g.push_back(1);
        }
        auto const rank = static_cast<std::size_t>(made_.basis.columns());
        std::vector<double> along(rank);
        double score = 0;
        double information = 0;
        for (std::size_t k = 0; k < rows.size(); ++k) {
            double const weight = null_.expected[rows[k]] * g[k];
            score += g[k] * null_.residuals[rows[k]];
            information += weight * g[k];
            for (std::size_t r = 0; r < rank; ++r) along[r] += weight * column(r)[rows[k]];
        }
        solve_lower(factor_, along);
        for (double z : along) information -= z * z;
        double const normal = neg_log10_p_normal(score / std::sqrt(information));
        if (normal < -std::log10(0.05)) return {normal, normal};
        return {normal, correct(rows, g, along, score, information)};
    }

private:
    std::span<double const> column(std::size_t r) const {
        return made_.basis.column(static_cast<std::int64_t>(r));
    }

    double correct(std::vector<std::size_t> const& rows, std::vector<double> g,
                   std::vector<double> explained, double score, double information) {
        for (auto r = explained.size(); r-- > 0;) {
            for (auto k = r + 1; k < explained.size(); ++k)
                explained[r] -= factor_[k * (k + 1) / 2 + r] * explained[k];
            explained[r] /= factor_[r * (r + 1) / 2 + r];
        }
        std::vector<std::int64_t> positions;
        double hazard = 0;
        double weighted = 0;
        for (std::size_t k = 0; k < rows.size(); ++k) {
            positions.push_back(made_.samples[rows[k]].get());
            for (std::size_t r = 0; r < explained.size(); ++r)
                g[k] -= explained[r] * column(r)[rows[k]];
            hazard += null_.expected[rows[k]];
            weighted += null_.expected[rows[k]] * g[k];
        }
        // Less the mean of those who are no carriers.
        for (double& x : g) x += weighted / (all_ - hazard);
        work_.set_carriers(null_.risk_sets, positions, g);
        double const own = work_.function().origin.second;
        return neg_log10_p_saddlepoint(work_.function(std::max(information - own, 0.0)), score);
    }

    CovariateBasis made_;
    HazardNull null_;
    std::vector<double> factor_;
    HazardCumulants work_;
    double all_ = 0;
};

}  // namespace

TEST_CASE("calibration: rare variants beside rare events, with the saddlepoint and without") {
    auto const people = test::make_survival(120, {.samples = 50'000, .followed = 0.0093});
    CarrierTests tests{people};
    REQUIRE(tests.events() > 400);
    REQUIRE(tests.events() < 600);
    RandomStream random{38, Purpose::testing, 1};
    double variants = 0;
    double thousandth = 0;
    double ten_thousandth = 0;
    double uncorrected = 0;
    for (int alleles : {20, 30, 50, 100, 200}) {
        for (int v = 0; v < 60'000; ++v) {
            std::vector<std::size_t> carriers;
            for (int k = 0; k < alleles; ++k) carriers.push_back(random.below(50'000));
            auto const found = tests.test(std::move(carriers));
            ++variants;
            thousandth += found.corrected >= 3 ? 1 : 0;
            ten_thousandth += found.corrected >= 4 ? 1 : 0;
            uncorrected += found.normal >= 4 ? 1 : 0;
        }
    }
    // 300 and 30 are expected.
    CAPTURE(thousandth, ten_thousandth, uncorrected);
    CHECK(thousandth / (1e-3 * variants) == Approx(1).margin(0.2));
    CHECK(ten_thousandth / (1e-4 * variants) == Approx(1).margin(0.45));
    CHECK(uncorrected / (1e-4 * variants) > 15);
}

}  // namespace maniple
