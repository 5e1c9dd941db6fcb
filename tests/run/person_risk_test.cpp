#include "../src/run/person_risk.hpp"

#include <cmath>
#include <string>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "run/scratch_cohort.hpp"

namespace maniple {
namespace {

using Catch::Contains;

constexpr double normal = 1.959963984540054;
constexpr SampleIndex person{3};
constexpr SampleIndex without_covariates{7};

ScoreDescription description_of(Outcome outcome) {
    return {.name = "s",
            .outcome = outcome,
            .offset = -3,
            .covariates = {1, {"age", "site=B"}, {0.01, 0.5}},
            .recalibration = Recalibration{.intercept = 0.25, .slope = 0.5, .samples = 123}};
}

EvaluationFile evaluation_of(ScoreDescription const& description) {
    EvaluationFile file;
    file.outcome = description.outcome;
    file.model_checksum = "0123456789abcdef";
    file.recalibration = description.recalibration;
    bool const is_risk = description.outcome != Outcome::quantitative;
    file.curves.histogram = PeopleHistogram{
        .scale = is_risk ? HistogramScale::predicted_risk : HistogramScale::predicted_value,
        .step = 1,
        .bounds = is_risk ? std::vector<double>{0, 1} : std::vector<double>{-100, 100},
        .counts = {9, 9, 9}};
    file.curves.line = CalibrationLine{.centre = -1,
                                       .level = -0.75,
                                       .slope = 0.5,
                                       .level_variance = 0.04,
                                       .covariance = 0.01,
                                       .slope_variance = 0.09,
                                       .samples = 456};
    return file;
}

class RiskCase {
public:
    RiskPredictor predictor(ScoreDescription const& description,
                            EvaluationFile const* evaluation = nullptr) const {
        return {description, "m", scores_, tables_, evaluation};
    }

    // Score, offset and covariates, recalibrated.
    double linear_predictor() const {
        auto const age = cohort_.read_table("lab").columns[1].values[person.at()];
        auto const site = cohort_.read_table("clinic").columns[2].values[person.at()];
        auto const plain = scores_[person.at()] - 3 + 1 + 0.01 * age + (site == 1 ? 0.5 : 0);
        return 0.25 + 0.5 * plain;
    }

private:
    test::ScratchCohort store_;
    Cohort cohort_{store_.open()};
    StoreTables tables_{cohort_};
    std::vector<double> scores_ = std::vector<double>(40, 1.5);
};

// The line of evaluation_of and its standard error.
struct LinePoint {
    double value;
    double standard_error;
};

LinePoint line_point(double predictor) {
    auto const away = predictor + 1;
    return {-0.75 + 0.5 * away, std::sqrt(0.04 + 2 * 0.01 * away + 0.09 * away * away)};
}

TEST_CASE("RiskPredictor: of a binary trait the share of cases, and that of the evaluation",
          "[run]") {
    RiskCase const given;
    auto const description = description_of(Outcome::binary);
    auto const evaluation = evaluation_of(description);
    auto const share = [](double x) { return 1 / (1 + std::exp(-x)); };
    auto const x = given.linear_predictor();
    auto const risks = given.predictor(description, &evaluation);
    REQUIRE(risks.obstacle(person).empty());
    auto const risk = risks.of(person);
    CHECK(risk.predicted == Approx(share(x)));
    CHECK(risk.recalibrated_on == 123);
    CHECK(risk.no_interval.empty());
    CHECK(risk.evaluated == 456);
    auto const at = line_point(x);
    REQUIRE(risk.observed);
    CHECK(risk.observed->value == Approx(share(at.value)));
    CHECK(risk.observed->lower == Approx(share(at.value - normal * at.standard_error)));
    CHECK(risk.observed->upper == Approx(share(at.value + normal * at.standard_error)));
    CHECK_FALSE(risk.value_range);
    CHECK_FALSE(risk.horizon);
}

TEST_CASE("RiskPredictor: of values those of people and of their mean", "[run]") {
    RiskCase const given;
    auto const description = description_of(Outcome::quantitative);
    auto evaluation = evaluation_of(description);
    evaluation.curves.line->residual_variance = 4;
    evaluation.curves.line->degrees_of_freedom = 10;
    constexpr double t = 2.2281388519862739;  // R: qt(0.975, 10)
    auto const x = given.linear_predictor();
    auto const risk = given.predictor(description, &evaluation).of(person);
    CHECK(risk.predicted == Approx(x));
    auto const at = line_point(x);
    REQUIRE(risk.observed);
    CHECK(risk.observed->lower == Approx(at.value - t * at.standard_error));
    REQUIRE(risk.value_range);
    auto const reach = t * std::sqrt(4 + at.standard_error * at.standard_error);
    CHECK(risk.value_range->value == Approx(at.value));
    CHECK(risk.value_range->lower == Approx(at.value - reach));
    CHECK(risk.value_range->upper == Approx(at.value + reach));
}

TEST_CASE("RiskPredictor: of times to events the share with the event by the horizon", "[run]") {
    RiskCase const given;
    auto description = description_of(Outcome::time_to_event);
    description.baseline = {.times = {1, 5, 9}, .cumulative = {0.1, 0.3, 0.7}};
    auto evaluation = evaluation_of(description);
    auto const x = given.linear_predictor();
    for (auto const& [horizon, hazard] :
         {std::pair{0.5, 0.0}, std::pair{5.0, 0.3}, std::pair{8.9, 0.3}, std::pair{50.0, 0.7}}) {
        evaluation.horizon = horizon;
        auto const risk = given.predictor(description, &evaluation).of(person);
        CHECK(risk.predicted == Approx(1 - std::exp(-hazard * std::exp(x))));
        CHECK(risk.horizon == horizon);
        REQUIRE(risk.observed);
        CHECK(risk.observed->value ==
              Approx(1 - std::exp(-hazard * std::exp(line_point(x).value))));
    }
}

TEST_CASE("RiskPredictor: no risk without what it needs", "[run]") {
    RiskCase const given;
    auto description = description_of(Outcome::binary);
    auto const risks = given.predictor(description);
    CHECK_THAT(risks.obstacle(without_covariates), Contains("missing for this person"));
    CHECK(risks.obstacle(person).empty());
    CHECK_THROWS_AS(risks.of(without_covariates), ContractViolation);
    auto const obstacle = [&](EvaluationFile const* evaluation = nullptr) {
        return given.predictor(description, evaluation).obstacle(person);
    };
    description.covariates.names[0] = "weight";
    CHECK_THAT(obstacle(), Contains("'weight' of model 'm' is in no table"));
    description.recalibration.reset();
    CHECK_THAT(obstacle(), Contains("was not recalibrated"));
    description.outcome = Outcome::unknown;
    CHECK_THAT(obstacle(), Contains("do not say what they predict"));

    description = description_of(Outcome::time_to_event);
    auto evaluation = evaluation_of(description);
    evaluation.horizon = 5;
    CHECK_THAT(obstacle(&evaluation), Contains("no baseline hazard"));
    description.baseline = {.times = {1}, .cumulative = {0.1}};
    CHECK(obstacle(&evaluation).empty());
    CHECK_THAT(obstacle(), Contains("by which time"));
    evaluation.horizon.reset();
    CHECK_THAT(obstacle(&evaluation), Contains("by which time"));
}

TEST_CASE("RiskPredictor: no interval but of this very recalibration", "[run]") {
    RiskCase const given;
    auto const description = description_of(Outcome::binary);
    auto const reason = [&](EvaluationFile const* evaluation) {
        auto const risk = given.predictor(description, evaluation).of(person);
        CHECK(risk.observed.has_value() == risk.no_interval.empty());
        CHECK(risk.predicted > 0);
        return risk.no_interval;
    };
    CHECK_THAT(reason(nullptr), Contains("no evaluation of the recalibrated model was named"));
    auto const right = evaluation_of(description);
    CHECK(reason(&right).empty());
    auto other = right;
    other.recalibration->intercept = 0.26;
    CHECK_THAT(reason(&other), Contains("before it was recalibrated"));
    other = right;
    other.recalibration->slope = 0.51;
    CHECK_THAT(reason(&other), Contains("before it was recalibrated"));
    other.recalibration.reset();
    CHECK_THAT(reason(&other), Contains("before it was recalibrated"));
    other = right;
    other.curves.line->status = FitStatus::separated;
    CHECK_THAT(reason(&other), Contains("do not determine a calibration line"));
    other.curves.line.reset();
    CHECK_THAT(reason(&other), Contains("do not determine a calibration line"));
    other = right;
    other.model_checksum.clear();
    CHECK_THAT(reason(&other), Contains("nobody knows whether"));
}

}  // namespace
}  // namespace maniple
