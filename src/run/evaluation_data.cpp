#include "maniple/run/evaluation_data.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "evaluated_trait.hpp"
#include "evaluation_factors.hpp"
#include "evaluation_groups.hpp"
#include "evaluation_score.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/elementary.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/small_count.hpp"
#include "maniple/run/column_choice.hpp"
#include "maniple/run/evaluation_rows.hpp"
#include "maniple/store/cohort.hpp"
#include "maniple/trait/covariates.hpp"
#include "maniple/trait/training_samples.hpp"

namespace maniple {
namespace {

std::string_view describe(Outcome outcome) {
    switch (outcome) {
        case Outcome::quantitative:
            return "quantitative";
        case Outcome::binary:
            return "binary";
        case Outcome::time_to_event:
            return "a time to an event";
        case Outcome::unknown:
            break;
    }
    return "of unknown kind";
}

void require_outcome(JudgedScore const& score, LoadedTrait const& trait, std::string const& asked) {
    if (score.outcome == Outcome::unknown || score.outcome == trait.outcome) return;
    throw UserError{fmt::format(
        "score '{}' of model '{}' predicts a trait that is {}, and '{}' is {}; evaluate it on a "
        "trait of its kind",
        score.name, score.model, describe(score.outcome), asked, describe(trait.outcome))};
}

std::string describe_trained(EvaluationFlow const& flow, Training training) {
    if (training == Training::known) {
        return fmt::format("  {} were used in training and are left out", flow.trained);
    }
    auto const left_out =
        flow.trained == 0
            ? std::string{}
            : fmt::format("{} recalibrated the model and are left out; ", flow.trained);
    return fmt::format(
        "  {}it is not known whether these people trained the score: if they did, its numbers "
        "flatter it",
        left_out);
}

// Whom --part names, one element per sample.
std::vector<bool> choose_part(EvaluationRequest const& request, StoreTables const& tables,
                              std::int64_t samples) {
    auto const columns = list_columns(tables);
    auto const chosen = choose_covariates(columns, {request.split_column});
    auto const parts = split_by_column(load_column(tables, chosen.front(), samples));
    std::vector<bool> named;
    for (auto part : parts) named.push_back(part == request.part);
    return named;
}

class EvaluationLoader {
public:
    EvaluationLoader(EvaluationRequest const& request, Log& log)
        : request_{request}, log_{log}, cohort_{request.store}, tables_{cohort_} {}

    EvaluationData load(std::optional<Table> const& computed) {
        auto source = load_score(request_, computed, cohort_, tables_, log_);
        auto const columns = choose_covariates(list_columns(tables_), request_.covariates);
        auto const trait = load_trait(request_.trait, columns, tables_, cohort_.samples().size());
        data_.trait = trait.name;
        data_.score = source.judged;
        require_outcome(data_.score, trait, request_.trait);
        require_options_of(trait.outcome, request_);
        require_predictions(request_, data_.score);
        load_covariates(columns);
        auto asked = choose_asked();
        leave_out_trained(source, asked);
        choose_people(source, trait, asked);
        fill_people(source, trait);
        if (request_.recalibrate == Recalibrate::yes) recalibrate(source);
        if (request_.horizon) fill_risks();
        data_.factors =
            make_factors({"--by", request_.by, request_.reference}, cohort_, tables_, samples_);
        return std::move(data_);
    }

private:
    void load_covariates(std::vector<ColumnReference> const& columns) {
        std::vector<Column> loaded;
        for (auto const& column : columns) {
            loaded.push_back(load_column(tables_, column, cohort_.samples().size()));
        }
        covariates_ = expand_covariates(loaded);
        for (auto const& covariate : covariates_) data_.covariates.push_back(covariate.name);
    }

    std::vector<bool> choose_asked() {
        auto const& samples = cohort_.samples();
        data_.flow.in_store = samples.size();
        auto const mask = choose_samples(samples, request_.samples, log_);
        std::vector<bool> asked(static_cast<std::size_t>(samples.size()));
        mask.for_each([&](SampleIndex s) { asked[s.at()] = true; });
        if (!request_.split_column.empty()) {
            auto const part = choose_part(request_, tables_, samples.size());
            for (std::size_t s = 0; s < asked.size(); ++s) asked[s] = asked[s] && part[s];
        }
        data_.flow.asked = std::ranges::count(asked, true);
        return asked;
    }

    void leave_out_trained(EvaluatedScore const& source, std::vector<bool>& asked) {
        if (!source.model) return;
        auto const trained = find_trained(cohort_.samples(), source.model->training);
        for (std::size_t s = 0; s < asked.size(); ++s) {
            if (!asked[s] || !trained[s]) continue;
            asked[s] = false;
            ++data_.flow.trained;
        }
        bool const named = !request_.samples.keep.empty() || !request_.split_column.empty();
        if (data_.flow.trained == 0 || !named) return;
        throw UserError{fmt::format(
            "{} of the {} samples that {} names were used to train model '{}' (a score looks "
            "better on them than on anybody else); name others, or leave the option out to "
            "evaluate everybody who was not used",
            data_.flow.trained, data_.flow.asked,
            request_.samples.keep.empty() ? "--split-column" : "--keep", source.judged.model)};
    }

    void choose_people(EvaluatedScore const& source, LoadedTrait const& trait,
                       std::vector<bool> const& asked) {
        auto& flow = data_.flow;
        for (std::size_t s = 0; s < asked.size(); ++s) {
            if (!asked[s]) continue;
            bool const has_trait = !std::isnan(trait.values[s]) &&
                                   (trait.events.empty() || !std::isnan(trait.events[s]));
            bool const has_rest =
                !std::isnan(source.score[s]) &&
                (source.prediction.empty() || !std::isnan(source.prediction[s])) &&
                std::ranges::none_of(covariates_, [&](Covariate const& covariate) {
                    return std::isnan(covariate.values[s]);
                });
            if (!has_trait) {
                ++flow.without_trait;
            } else if (!has_rest) {
                ++flow.without_others;
            } else {
                samples_.push_back(SampleIndex{static_cast<std::int64_t>(s)});
            }
        }
        log_.note(fmt::format("samples: {} in the store, {} asked for", flow.in_store, flow.asked));
        log_.note(describe_trained(flow, data_.score.training));
        log_.note(fmt::format("  {} without the trait, {} more without a score or a covariate",
                              flow.without_trait, flow.without_others));
        if (!samples_.empty()) return;
        throw UserError{fmt::format(
            "no samples are left to evaluate (of {} asked for, {} are known from training, {} have "
            "no '{}', {} no score or not every covariate); check --keep, --remove and --part, and "
            "the tables with `maniple info STORE`",
            flow.asked, flow.trained, flow.without_trait, request_.trait, flow.without_others)};
    }

    void fill_people(EvaluatedScore const& source, LoadedTrait const& trait) {
        auto const gather = [&](std::vector<double> const& values) {
            std::vector<double> some;
            for (auto s : samples_) some.push_back(values[s.at()]);
            return some;
        };
        auto& people = data_.people;
        people.outcome = trait.outcome;
        people.values = gather(trait.values);
        people.score = gather(source.score);
        if (!source.prediction.empty()) people.prediction = gather(source.prediction);
        for (auto const& covariate : covariates_) {
            people.covariates.push_back(gather(covariate.values));
        }
        auto const& classes = trait.outcome == Outcome::binary ? trait.values : trait.events;
        if (classes.empty()) return;
        for (auto s : samples_) people.is_case.push_back(classes[s.at()] != 0 ? 1 : 0);
    }

    void recalibrate(EvaluatedScore const& source) {
        auto const first_half = half_by_hash(cohort_.samples(), request_.seed);
        std::vector<std::size_t> fitted;
        std::vector<std::size_t> kept;
        std::vector<bool> used(first_half.size());
        for (std::size_t i = 0; i < samples_.size(); ++i) {
            bool const fits = first_half[samples_[i].at()];
            (fits ? fitted : kept).push_back(i);
            if (fits) used[samples_[i].at()] = true;
        }
        if (fitted.empty() || kept.empty()) {
            throw UserError{
                "all samples to be evaluated fall into one half, and none are left for the other "
                "(halves to recalibrate and to evaluate are a hash of --seed and of IDs, families "
                "together); give another --seed, or leave --recalibrate out"};
        }
        require_many(fitted);
        auto const correction =
            fit_recalibration(select_people(data_.people, fitted), data_.score.baseline);
        data_.flow.recalibrating = std::ssize(fitted);
        data_.score.recalibration = join(data_.score.recalibration, correction);
        log_.note(fmt::format(
            "  {} samples (a hash of their IDs) recalibrate the model: intercept {:.4g}, slope "
            "{:.4g}; the others are evaluated",
            correction.samples, correction.intercept, correction.slope));
        data_.correction = correct(cohort_, source, *data_.score.recalibration, used);
        auto people = select_people(data_.people, kept);
        for (auto& x : people.prediction) x = correction.intercept + correction.slope * x;
        data_.people = std::move(people);
        std::vector<SampleIndex> rest;
        for (auto i : kept) rest.push_back(samples_[i]);
        samples_ = std::move(rest);
    }

    // Intercept and slope are told, and tell of so few.
    void require_many(std::vector<std::size_t> const& fitted) const {
        auto const limit = request_.least_people;
        auto const counts = count_people(data_.people, fitted);
        if (std::ranges::none_of(counts, [&](std::int64_t c) { return is_small(c, limit); })) {
            return;
        }
        throw UserError{fmt::format(
            "fewer than {} samples{} fall into the half that recalibrates the model (its intercept "
            "and slope would tell of each of them); choose more samples, or leave --recalibrate "
            "out",
            limit,
            data_.people.outcome == Outcome::quantitative ? ""
            : data_.people.outcome == Outcome::binary     ? ", or cases, or controls,"
                                                          : ", or events, or people without,")};
    }

    // After recalibration: risks are those of the corrected predictions.
    void fill_risks() {
        auto& people = data_.people;
        people.horizon = *request_.horizon;
        require_followed();
        if (people.horizon > data_.score.baseline.times.back()) {
            log_.warn(
                "--horizon is later than any event that the model was trained on: the risks it "
                "predicts are those by the last of these events");
        }
        auto const hazard = cumulative_hazard(data_.score.baseline, people.horizon);
        for (auto x : people.prediction) {
            people.risk.push_back(1 - portable_exp(-hazard * portable_exp(x)));
        }
    }

    // What happens until a time that nobody reached is not known; the limit keeps it from telling
    // one person's time.
    void require_followed() const {
        auto const horizon = data_.people.horizon;
        auto const followed = std::ranges::count_if(data_.people.values,
                                                    [&](double time) { return time >= horizon; });
        if (followed >= request_.least_people && followed > 0) return;
        throw UserError{fmt::format(
            "--horizon {}: {} of the samples evaluated were followed to that time (what happens "
            "until then is not known); give an earlier time",
            horizon,
            request_.least_people > 1 ? fmt::format("fewer than {}", request_.least_people)
                                      : "none")};
    }

    EvaluationRequest const& request_;
    Log& log_;
    Cohort cohort_;
    StoreTables tables_;
    std::vector<Covariate> covariates_;
    std::vector<SampleIndex> samples_;
    EvaluationData data_;
};

}  // namespace

EvaluatedPeople select_people(EvaluatedPeople const& all, std::span<std::size_t const> places) {
    auto const select = [&](auto const& values) {
        std::remove_cvref_t<decltype(values)> some;
        if (values.empty()) return some;
        some.reserve(places.size());
        for (auto place : places) {
            expect(place < values.size(), "a place of one of the people");
            some.push_back(values[place]);
        }
        return some;
    };
    EvaluatedPeople people{.outcome = all.outcome,
                           .values = select(all.values),
                           .is_case = select(all.is_case),
                           .covariates = {},
                           .score = select(all.score),
                           .prediction = select(all.prediction),
                           .risk = select(all.risk),
                           .horizon = all.horizon};
    for (auto const& covariate : all.covariates) people.covariates.push_back(select(covariate));
    return people;
}

void check_evaluation(EvaluationRequest const& request) {
    Cohort const cohort{request.store};
    StoreTables const tables{cohort};
    auto const samples = cohort.samples().size();
    auto const covariates = choose_covariates(list_columns(tables), request.covariates);
    auto const trait = load_trait(request.trait, covariates, tables, samples);
    auto const source = describe_score(request, cohort);
    require_outcome(source.judged, trait, request.trait);
    require_options_of(trait.outcome, request);
    require_predictions(request, source.judged);
    std::vector<SampleIndex> everybody;
    for (SampleIndex s{0}; s.get() < samples; ++s) everybody.push_back(s);
    make_factors({"--by", request.by, request.reference}, cohort, tables, everybody);
}

EvaluationData load_evaluation(EvaluationRequest const& request,
                               std::optional<Table> const& computed, Log& log) {
    expect(computed || !request.scores.empty(), "scores come from a table or are computed");

    return EvaluationLoader{request, log}.load(computed);
}

}  // namespace maniple
