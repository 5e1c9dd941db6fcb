#include "gather_person_facts.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "evaluation_match.hpp"
#include "evaluation_score.hpp"
#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/run/evaluation_file.hpp"
#include "maniple/run/score_pass.hpp"
#include "person_groups.hpp"
#include "person_risk.hpp"
#include "training_distances.hpp"

namespace maniple {
namespace {

// Scores of everybody in the store, as integers: numbers of one score at a time.
class EverybodysScores {
public:
    EverybodysScores(ScorePlan const& plan, Log& log) {
        expect(plan.request().unit == ScoreUnit::sum, "contributions are parts of sums");

        if (plan.samples().count() == plan.cohort().samples().size()) {
            add_up(plan, log);
            return;
        }
        auto request = plan.request();
        request.samples = {};
        add_up(ScorePlan{std::move(request), log}, log);
    }

    std::vector<double> of(std::size_t score) const {
        std::vector<double> values;
        auto const sums = sums_.span();
        values.reserve(sums.size() / scales_.size());
        for (auto i = score; i < sums.size(); i += scales_.size()) {
            values.push_back(static_cast<double>(sums[i]) / scales_[score]);
        }
        return values;
    }

private:
    void add_up(ScorePlan const& plan, Log& log) {
        sums_ = sum_scores(plan, mpi::Communicator::alone(), log);
        scales_.assign(plan.scales().begin(), plan.scales().end());
    }

    AlignedBuffer<std::int64_t> sums_;  // samples x scores
    std::vector<double> scales_;
};

class FactGatherer {
public:
    FactGatherer(ExplainRequest const& request, ScorePlan const& plan, Explainer const& explained,
                 GeneTable const& genes, Log& log)
        : request_{request},
          plan_{plan},
          explained_{explained},
          genes_{genes},
          tables_{plan.cohort()},
          places_{list_places(plan.sources())},
          everybody_{plan, log} {
        if (request.pages->evaluation.empty()) return;
        evaluation_ = read_evaluation(request.pages->evaluation);
        require_evaluated(*evaluation_, places_, request.pages->evaluation);
    }

    void gather(std::function<void(PersonFacts const&)> const& take) {
        auto const& people = explained_.people();
        std::vector<ScoreOfAll> scores;
        for (std::size_t c = 0; c < places_.size(); ++c) scores.push_back(prepare_score(c));
        std::vector<std::vector<GroupCheck>> checks(people.size());
        if (std::ranges::count(scores, EvaluationMatch::same_model, &ScoreOfAll::match) > 0) {
            checks = check_groups(*evaluation_, plan_.cohort(), tables_, people);
        }
        for (std::size_t p = 0; p < people.size(); ++p) {
            PersonFacts facts{.id = plan_.cohort().samples().ids[people[p].at()],
                              .number = static_cast<std::int64_t>(p) + 1,
                              .scores = {}};
            for (std::size_t c = 0; c < places_.size(); ++c) {
                facts.scores.push_back(describe_score(p, c, scores[c]));
                if (scores[c].match == EvaluationMatch::same_model) {
                    facts.scores.back().groups = checks[p];
                }
            }
            take(facts);
        }
    }

private:
    // What is told of one person by looking at all scores of everybody.
    struct PlaceAndRisk {
        PopulationPlace place;  // Without its histogram, which all share.
        std::string no_risk;
        std::optional<PersonRisk> risk;
        bool was_used;
    };

    // No value of everybody stays: those of one score at a time are enough.
    struct ScoreOfAll {
        Training training;
        EvaluationMatch match;
        std::vector<TrainingDistance> distances;  // One per person, or none.
        std::vector<PlaceAndRisk> people;
        std::optional<PeopleHistogram> histogram;
    };

    ScoreOfAll prepare_score(std::size_t c) {
        auto const& place = places_[c];
        auto const& people = explained_.people();
        auto const values = everybody_.of(c);
        auto const trained = find_trained(plan_.cohort().samples(), place.source->model.training);
        ScoreOfAll all{
            .training = training_of(place.source->model, place.position),
            .match = evaluation_ ? match_evaluation(*evaluation_, place) : EvaluationMatch::other,
            .distances = {},
            .people = {},
            .histogram = {}};
        all.distances = measure_distances(all.training, trained, people);
        RiskPredictor const risks{place.description(), place.source->label, values, tables_,
                                  all.match == EvaluationMatch::other ? nullptr : &*evaluation_};
        PopulationPlaces const population{values};
        for (std::size_t p = 0; p < people.size(); ++p) {
            auto const person = people[p];
            PlaceAndRisk one{.place = population.of(values[person.at()]),
                             .no_risk = find_obstacle(p, c, risks),
                             .risk = {},
                             .was_used = trained[person.at()]};
            if (one.no_risk.empty()) one.risk = risks.of(person);
            all.histogram = std::exchange(one.place.histogram, std::nullopt);
            all.people.push_back(std::move(one));
        }
        return all;
    }

    std::string find_obstacle(std::size_t p, std::size_t c, RiskPredictor const& risks) const {
        return is_mostly_mean(explained_.own_share(p, c))
                   ? "most of this person's genotypes that the score needs are missing"
                   : risks.obstacle(explained_.people()[p]);
    }

    PersonScore describe_score(std::size_t p, std::size_t c, ScoreOfAll const& all) const {
        auto const& place = places_[c];
        auto const& description = place.description();
        auto const& one = all.people[p];
        auto score = describe_sums(p, c);
        score.name = plan_.coverage()[c].score;
        score.source = place.source->label;
        score.trait = description.trait.empty() ? description.reported_trait : description.trait;
        score.outcome = description.outcome;
        score.share_used = plan_.coverage()[c].share_used();
        score.population = one.place;
        score.population.histogram = all.histogram;
        score.own_share = explained_.own_share(p, c);
        score.no_risk = one.no_risk;
        score.risk = one.risk;
        score.was_used = one.was_used;
        score.training_is_known = all.training == Training::known;
        score.is_evaluated = all.match != EvaluationMatch::other;
        score.evaluated_model_is_known = all.match != EvaluationMatch::unknown_model;
        if (score.is_evaluated) {
            score.evaluated_trait = evaluation_->trait;
            score.evaluated_outcome = evaluation_->outcome;
        }
        if (!all.distances.empty()) score.distance = all.distances[p];
        return score;
    }

    PersonScore describe_sums(std::size_t p, std::size_t c) const {
        auto const& one = explained_.of(p, c);
        auto const real = [&](std::int64_t integer) {
            return static_cast<double>(integer) / plan_.scales()[c];
        };
        PersonScore score;
        std::int64_t listed = 0;
        for (auto const& item : one.variants.items()) {
            listed += item.contribution;
            auto const variant = list_variant(plan_, explained_, c, item);
            auto const place = fmt::format("{}:{}", variant.contig, variant.position);
            PersonVariant shown{
                .label = variant.id.empty() || variant.id == "." ? place : variant.id,
                .place = place,
                .effect_allele = variant.effect_allele,
                .copies = variant.copies,
                .mean_copies = variant.mean_copies,
                .weight = variant.weight,
                .contribution = variant.contribution,
                .genes = {}};
            for (auto g : genes_.at(variant.contig, variant.position)) {
                shown.genes.push_back(genes_.genes()[static_cast<std::size_t>(g)].name);
            }
            score.variants.push_back(std::move(shown));
        }
        for (auto const& item : one.genes.items()) {
            score.genes.push_back({genes_.genes()[static_cast<std::size_t>(item.place)].name,
                                   real(item.contribution)});
        }
        score.value = real(explained_.mean(c) + one.sum);
        score.mean = real(explained_.mean(c));
        score.listed = real(listed);
        score.rest = real(one.sum - listed);
        return score;
    }

    std::vector<TrainingDistance> measure_distances(Training training,
                                                    std::vector<bool> const& trained,
                                                    std::span<SampleIndex const> people) {
        auto const& asked = request_.pages->distance_columns;
        if (asked.empty()) return {};
        if (!distance_columns_) {
            distance_columns_ = load_distance_columns(asked, tables_, plan_.cohort());
        }
        if (training == Training::unknown) {
            TrainingDistance const none{.columns = distance_columns_->names,
                                        .unknown = "nobody knows on whom this score was trained"};
            return std::vector(people.size(), none);
        }
        return find_training_distances(*distance_columns_, trained, people);
    }

    ExplainRequest const& request_;
    ScorePlan const& plan_;
    Explainer const& explained_;
    GeneTable const& genes_;
    StoreTables tables_;
    std::vector<ScorePlace> places_;
    EverybodysScores everybody_;
    std::optional<EvaluationFile> evaluation_;
    std::optional<DistanceColumns> distance_columns_;
};

}  // namespace

void gather_person_facts(ExplainRequest const& request, ScorePlan const& plan,
                         Explainer const& explained, GeneTable const& genes, Log& log,
                         std::function<void(PersonFacts const&)> const& take) {
    FactGatherer{request, plan, explained, genes, log}.gather(take);
}

}  // namespace maniple
