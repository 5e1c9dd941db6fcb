#include "maniple/run/evaluation_data.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "run/scratch_cohort.hpp"

namespace maniple {
namespace {

// A model whose only score is the column `age` of table `lab`, used on the first samples.
void write_score_model(test::ScratchCohort const& store, Outcome outcome, Samples const& trained,
                       std::int64_t used) {
    ScoreModel model{.weights = {.variants = {{.contig = "1",
                                               .position = 5,
                                               .id = "v",
                                               .effect_allele = "A",
                                               .other_allele = "C"}},
                                 .scores = {"age"},
                                 .weights = WeightMatrix{1}}};
    model.weights.weights.append_variant(std::vector{0.5});
    model.scores = {{.name = "age",
                     .outcome = outcome,
                     .method = "elastic-net",
                     .offset = -3,
                     .covariates = {10, {"case", "site=B"}, {2, 4}}}};
    if (outcome == Outcome::time_to_event) {
        model.scores[0].baseline = {.times = {10, 40}, .cumulative = {1e-40, 2e-40}};
    }
    std::vector<bool> is_used(trained.ids.size());
    for (std::int64_t s = 0; s < used; ++s) is_used[static_cast<std::size_t>(s)] = true;
    model.training = describe_training(trained, is_used);
    write_model(place_model(store.path(), "m", ExistingFile::replace), model,
                ExistingFile::replace);
}

EvaluationRequest request_for(test::ScratchCohort const& store) {
    return {.store = store.path(), .model = "m", .scores = "lab", .trait = "clinic.height"};
}

std::string refusal(EvaluationRequest const& request) {
    Log log{Speaker::silent};
    try {
        load_evaluation(request, {}, log);
    } catch (UserError const& error) {
        return error.what();
    }
    return "";
}

TEST_CASE("load_evaluation: leaves out who was used in training, and refuses to be asked for them",
          "[run]") {
    test::ScratchCohort const store;
    auto const samples = store.open().samples();
    write_score_model(store, Outcome::quantitative, samples, 10);
    Log log{Speaker::silent};
    auto request = request_for(store);
    auto const data = load_evaluation(request, {}, log);
    CHECK(data.flow.trained == 10);  // Sample 7, without values, is one of them.
    CHECK(data.people.size() == 30);

    request.samples.keep = store.write("keep", samples.ids[20] + "\n" + samples.ids[9] + "\n");
    auto const message = refusal(request);
    CHECK_THAT(message, Catch::Contains("used to train model 'm'"));
    CHECK_THAT(message, Catch::Contains("1 of the 2 samples"));
    for (auto const& id : samples.ids) CHECK_THAT(message, !Catch::Contains("'" + id + "'"));
    request.samples.keep = store.write("keep", samples.ids[20] + "\n" + samples.ids[21] + "\n");
    CHECK(load_evaluation(request, {}, log).people.size() == 2);
    request.samples.keep.clear();
    request.samples.remove = store.write("remove", samples.ids[3] + "\n");
    CHECK(load_evaluation(request, {}, log).flow.trained == 9);
}

TEST_CASE("load_evaluation: finds people of another cohort that the model was trained on",
          "[run]") {
    test::ScratchCohort const store;
    auto other = store.open().samples();
    other.ids.resize(20);
    other.families.resize(20);
    other.sexes.resize(20);
    write_score_model(store, Outcome::quantitative, other, 20);
    Log log{Speaker::silent};
    CHECK(load_evaluation(request_for(store), {}, log).people.size() == 20);
}

TEST_CASE("load_evaluation: predictions are score, offset, covariates and correction", "[run]") {
    test::ScratchCohort const store;
    auto const cohort = store.open();
    write_score_model(store, Outcome::quantitative, cohort.samples(), 0);
    Log log{Speaker::silent};
    auto const data = load_evaluation(request_for(store), {}, log);
    auto const age = cohort.read_table("lab").columns[1].values;
    auto const clinic = cohort.read_table("clinic").columns;
    auto const expected = [&](std::size_t s) {
        return age[s] - 3 + 10 + 2 * clinic[1].values[s] + (clinic[2].values[s] == 1 ? 4 : 0);
    };
    REQUIRE(data.people.size() == 39);
    CHECK(data.people.prediction[0] == Approx(expected(0)));
    CHECK(data.people.prediction[38] == Approx(expected(39)));
    auto request = request_for(store);
    request.scale = ScoreScale::relative;
    CHECK(load_evaluation(request, {}, log).people.prediction.empty());
}

TEST_CASE("load_evaluation: scores that were computed stand in for a table", "[run]") {
    test::ScratchCohort const store;
    auto const cohort = store.open();
    write_score_model(store, Outcome::quantitative, cohort.samples(), 0);
    Log log{Speaker::silent};
    auto request = request_for(store);
    auto const right = load_evaluation(request, {}, log);
    request.scores.clear();
    Table const computed{
        .name = "",
        .source = "",
        .rows = {},
        .columns = {
            {.name = "age", .levels = {}, .values = cohort.read_table("lab").columns[1].values}}};
    auto const data = load_evaluation(request, computed, log);
    CHECK(data.people.score == right.people.score);
    CHECK(data.people.prediction == right.people.prediction);
    CHECK_THROWS_AS(load_evaluation(request, {}, log), ContractViolation);
}

TEST_CASE("load_evaluation: the trait must be of the kind that the model predicts", "[run]") {
    test::ScratchCohort const store;
    write_score_model(store, Outcome::binary, store.open().samples(), 5);
    CHECK_THAT(refusal(request_for(store)), Catch::Contains("binary"));
    auto request = request_for(store);
    request.trait = "case";
    CHECK(refusal(request).empty());
    request.trait = "clinic.height:case";
    CHECK_THAT(refusal(request), Catch::Contains("a time to an event"));
}

TEST_CASE("load_evaluation: recalibrates on half, and nobody is evaluated on the same half",
          "[run]") {
    test::ScratchCohort const store;
    auto const samples = store.open().samples();
    write_score_model(store, Outcome::quantitative, samples, 4);
    Log log{Speaker::silent};
    auto request = request_for(store);
    auto const before = load_evaluation(request, {}, log);
    request.recalibrate = Recalibrate::yes;
    auto const data = load_evaluation(request, {}, log);
    CHECK(data.flow.recalibrating + data.people.size() == 35);
    CHECK(data.flow.recalibrating > 5);
    CHECK(data.people.size() > 5);
    REQUIRE(data.correction);
    auto const& correction = *data.correction->model.scores[0].recalibration;
    CHECK(correction.samples == data.flow.recalibrating);
    // Those evaluated have the corrected prediction, and it is the fit of the others.
    for (std::size_t i = 0; i < data.people.score.size(); ++i) {
        auto const place = std::ranges::find(before.people.score, data.people.score[i]) -
                           before.people.score.begin();
        CHECK(data.people.prediction[i] ==
              Approx(correction.intercept +
                     correction.slope * before.people.prediction[static_cast<std::size_t>(place)]));
    }
    CHECK(read_model(data.correction->file).scores[0].recalibration == std::nullopt);
    prepare_recalibration(*data.correction).commit(ExistingFile::replace);
    CHECK(read_model(data.correction->file).scores[0].recalibration->slope == correction.slope);

    // From now on the half that was used is left out, and its correction is in the predictions.
    auto const after = load_evaluation(request_for(store), {}, log);
    CHECK(after.people.score == data.people.score);
    CHECK(after.people.prediction == data.people.prediction);
    CHECK(after.flow.trained == 4 + data.flow.recalibrating);
}

// Counts of the half that recalibrates.
struct HalfCounts {
    std::int64_t cases = 0;
    std::int64_t controls = 0;
};

HalfCounts count_half(EvaluationRequest request) {
    Log log{Speaker::silent};
    request.recalibrate = Recalibrate::no;
    auto const all = load_evaluation(request, {}, log);
    auto const first_half = half_by_hash(Cohort{request.store}.samples(), request.seed);
    HalfCounts counts;
    std::size_t p = 0;
    for (std::size_t s = 0; s < first_half.size(); ++s) {
        if (s == 7) continue;  // Without values.
        if (first_half[s]) ++(all.people.is_case[p] != 0 ? counts.cases : counts.controls);
        ++p;
    }
    CHECK(p == all.people.is_case.size());
    return counts;
}

bool has_few(EvaluationRequest const& request) {
    auto const message = refusal(request);
    return message.find("fall into the half that recalibrates") != std::string::npos;
}

TEST_CASE("load_evaluation: a half of few people, cases or controls does not recalibrate",
          "[run]") {
    test::ScratchCohort const store;
    write_score_model(store, Outcome::binary, store.open().samples(), 0);
    bool has_fewer_cases = false;
    bool has_fewer_controls = false;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        auto request = request_for(store);
        request.trait = "case";
        request.recalibrate = Recalibrate::yes;
        request.seed = seed;
        auto const counts = count_half(request);
        has_fewer_cases |= counts.cases < counts.controls;
        has_fewer_controls |= counts.controls < counts.cases;
        request.least_people = std::min(counts.cases, counts.controls);
        CHECK_FALSE(has_few(request));
        ++request.least_people;
        CHECK(has_few(request));
        CHECK_THAT(refusal(request), Catch::Contains("samples, or cases, or controls, fall"));
    }
    CHECK(has_fewer_cases);
    CHECK(has_fewer_controls);

    write_score_model(store, Outcome::quantitative, store.open().samples(), 0);
    auto request = request_for(store);
    request.recalibrate = Recalibrate::yes;
    auto const half = half_by_hash(store.open().samples(), request.seed);
    request.least_people = std::ranges::count(half, true) - (half[7] ? 1 : 0);
    CHECK(refusal(request).empty());
    ++request.least_people;
    CHECK_THAT(refusal(request), Catch::Contains("samples fall into the half"));
}

TEST_CASE("load_evaluation: a horizon is one that enough people reached", "[run]") {
    test::ScratchCohort const store;
    write_score_model(store, Outcome::time_to_event, store.open().samples(), 0);
    auto request = request_for(store);
    request.trait = "clinic.height:case";
    auto times = store.open().read_table("clinic").columns[0].values;
    std::erase_if(times, [](double time) { return std::isnan(time); });
    std::ranges::sort(times, std::greater{});
    REQUIRE(times[4] > times[5]);
    request.horizon = times[4];  // Five people were followed to it.
    CHECK(refusal(request).empty());
    request.horizon = std::nextafter(times[4], 1e9);
    CHECK_THAT(refusal(request), Catch::Contains("fewer than 5 of the samples evaluated"));
    request.least_people = 1;
    CHECK(refusal(request).empty());
    request.horizon = times[0];
    CHECK(refusal(request).empty());
    request.horizon = times[0] + 1;
    CHECK_THAT(refusal(request), Catch::Contains(": none of the samples evaluated"));
}

TEST_CASE("load_evaluation: risks by the horizon, of the baseline hazard", "[run]") {
    test::ScratchCohort const store;
    write_score_model(store, Outcome::time_to_event, store.open().samples(), 0);
    Log log{Speaker::silent};
    auto request = request_for(store);
    request.trait = "clinic.height:case";
    for (auto const& [horizon, hazard] :
         {std::pair{5.0, 0.0}, std::pair{10.0, 1e-40}, std::pair{39.0, 1e-40}}) {
        request.horizon = horizon;
        auto const people = load_evaluation(request, {}, log).people;
        REQUIRE(people.risk.size() == people.prediction.size());
        for (std::size_t p = 0; p < people.risk.size(); ++p) {
            auto const risk = 1 - std::exp(-hazard * std::exp(people.prediction[p]));
            CHECK(people.risk[p] == Approx(risk).margin(1e-15));
        }
    }
}

TEST_CASE("load_evaluation: groups by level, by band, by sex; the largest is the reference",
          "[run]") {
    test::ScratchCohort const store;
    write_score_model(store, Outcome::quantitative, store.open().samples(), 0);
    Log log{Speaker::silent};
    auto request = request_for(store);
    request.by = {"site", "age:30/60", "sex"};
    auto data = load_evaluation(request, {}, log);
    REQUIRE(data.factors.size() == 3);
    CHECK(data.factors[0].levels == std::vector<std::string>{"A", "B", "C"});
    CHECK(data.factors[1].levels == std::vector<std::string>{"<30", "30-<60", ">=60"});
    for (std::size_t p = 0; p < data.people.score.size(); ++p) {
        auto const age = data.people.score[p];
        CHECK(data.factors[1].level[p] == (age < 30 ? 0 : age < 60 ? 1 : 2));
    }
    for (auto const& factor : data.factors) {
        std::vector<std::int64_t> sizes(factor.levels.size());
        for (auto level : factor.level) ++sizes[static_cast<std::size_t>(level)];
        CHECK(sizes[factor.reference] == *std::ranges::max_element(sizes));
    }
    request.reference = "C";
    CHECK(load_evaluation(request, {}, log).factors[0].reference == 2);
}

}  // namespace
}  // namespace maniple
