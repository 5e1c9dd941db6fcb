#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "maniple/cli/choice_options.hpp"
#include "maniple/cli/command.hpp"
#include "maniple/cli/fit_request.hpp"
#include "maniple/cli/option_values.hpp"
#include "maniple/cli/report_options.hpp"
#include "maniple/cli/score_options.hpp"
#include "maniple/run/evaluate.hpp"
#include "maniple/run/leave_one_out.hpp"
#include "maniple/run/stop_request.hpp"

namespace maniple::cli {
namespace {

namespace po = boost::program_options;

void add_people_options(po::options_description& people) {
    auto const text = [](char const* shown) { return po::value<std::string>()->value_name(shown); };
    add_sample_options(people);
    people.add_options()  //
        ("split-column", text("C"),
         "column that says who belongs to training, validation and test")  //
        ("part", po::value<std::string>()->default_value("test")->value_name("PART"),
         "test, validation or training: whom to evaluate of --split-column")  //
        ("by", po::value<Words>()->multitoken()->value_name("C..."),
         "evaluate groups as well: categorical or binary columns, sex, or bands of a "
         "quantitative one as age:40/60/75")  //
        ("reference", text("LEVEL"), "group that others are compared with (default: the largest)")(
            "min-group", po::value<std::int64_t>()->default_value(5)->value_name("N"),
            "counts of people below this are not told, nor what gives them away");
}

void add_measure_options(po::options_description& measures) {
    measures.add_options()  //
        ("scale", po::value<std::string>()->default_value("automatic")->value_name("WHAT"),
         "automatic, relative (units mean nothing: no calibration) or linear (the score is in "
         "units "
         "of the trait, log odds or log hazard)")  //
        ("threshold", po::value<Words>()->multitoken()->value_name("RULE..."),
         "rates of those called by score=X, risk=P or top=SHARE")  //
        ("prevalence", po::value<double>()->value_name("K"),
         "of a disease in the population: R^2 on the liability scale")  //
        ("horizon", po::value<double>()->value_name("T"),
         "time by which risks of an event are calibrated")  //
        ("bootstrap", po::value<std::int64_t>()->default_value(1000)->value_name("N"),
         "replicates of the people, for intervals")  //
        ("seed", po::value<std::uint64_t>()->default_value(1)->value_name("N"),
         "of the replicates and of the half that recalibrates")  //
        ("recalibrate", po::bool_switch(),
         "correct intercept and slope on half of the samples, store them in the model, and "
         "evaluate "
         "on the other half");
    add_threads_option(measures);
}

// `evaluate` has these of its own, or no use for them.
bool is_only_of_fit(std::string const& name, po::options_description const& own) {
    return name != "plan" && own.find_nothrow(name, false) == nullptr;
}

// How models are fitted without a level is said in the words of `maniple fit`.
void add_leave_one_out_options(po::options_description& all) {
    po::options_description fits{"Leaving out one level at a time"};
    fits.add_options()  //
        ("leave-one-out", po::value<std::string>()->value_name("C"),
         "for each level of this column: fit to everybody else, evaluate on the level; then pool "
         "the levels. Takes these options of maniple fit:")  //
        ("name", po::value<std::string>()->value_name("MODEL"),
         "keep the models in the store, as MODEL.LEVEL");
    po::options_description own;
    own.add(all).add(fits);
    auto const of_fit = fit_command.options();
    for (auto const& option : of_fit.options()) {
        if (is_only_of_fit(option->long_name(), own)) fits.add(option);
    }
    all.add(fits);
}

po::options_description options() {
    auto const text = [](char const* shown) { return po::value<std::string>()->value_name(shown); };
    po::options_description all;
    po::options_description what{"Score and trait"};
    what.add_options()                                          //
        ("store", text("S")->required(), "the cohort's store")  //
        ("model", text("M"), "model of the store: what the score predicts, whom it was trained on")(
            "scores", text("TABLE"),
            "table of the store with everybody's scores (default: computed from the model)")  //
        ("score", text("NAME"), "which score (default: the only one)")                        //
        ("trait", text("T")->required(), "trait, or TIME:EVENT for times to an event")        //
        ("covariate", po::value<Words>()->multitoken()->value_name("C..."),
         "what the score is to add to; refitted on the samples evaluated")  //
        ("out", text("RUN")->required(),
         "folder for evaluation.json, evaluation.tsv, report.html, log.txt");
    add_report_option(what);
    add_match_options(what);
    po::options_description people{"Samples and groups"};
    add_people_options(people);
    po::options_description measures{"Measures"};
    add_measure_options(measures);
    all.add(what).add(people).add(measures);
    add_leave_one_out_options(all);
    return all;
}

ThresholdRule rule_of(std::string const& word) {
    auto const equals = word.find('=');
    auto const kind = word.substr(0, equals);
    auto const* const last = word.data() + word.size();
    ThresholdRule rule{.kind = ThresholdRule::Kind::score, .value = 0, .text = word};
    bool good = equals != std::string::npos;
    if (good) {
        auto const [end, error] = std::from_chars(word.data() + equals + 1, last, rule.value);
        good = error == std::errc{} && end == last && std::isfinite(rule.value);
    }
    bool const share = rule.value > 0 && rule.value < 1;
    if (kind == "risk") rule.kind = ThresholdRule::Kind::risk;
    if (kind == "top") rule.kind = ThresholdRule::Kind::top;
    if (good && (kind == "score" || (share && (kind == "risk" || kind == "top")))) return rule;
    throw UserError{
        fmt::format("option --threshold = '{}' (must be score=X, or risk=P or top=SHARE "
                    "between 0 and 1); correct the value",
                    word)};
}

template <class Number>
std::optional<Number> optional_of(po::variables_map const& values, char const* name, Number least,
                                  Number most) {
    if (values.count(name) == 0) return std::nullopt;
    return bounded(values, name, least, most);
}

void refuse_without_leaving_out(po::variables_map const& values) {
    auto const of_fit = fit_command.options();
    std::vector<std::string> names{"name"};
    for (auto const& option : of_fit.options()) names.push_back(option->long_name());
    for (auto const* shared : {"store", "trait", "covariate", "split-column", "seed", "keep",
                               "remove", "out", "threads"}) {
        std::erase(names, shared);
    }
    for (auto const& name : names) {
        if (!is_given(values, name.c_str())) continue;
        throw UserError{fmt::format(
            "option --{} is for the fits of --leave-one-out; name its column, or leave --{} out",
            name, name)};
    }
}

LeaveOneOutRequest leave_one_out_of(po::variables_map const& values, EvaluationRequest evaluation) {
    for (auto const* name : {"model", "scores", "score", "ambiguous", "min-match", "recalibrate",
                             "by", "reference", "split-column", "part"}) {
        if (!is_given(values, name)) continue;
        throw UserError{fmt::format(
            "options --leave-one-out and --{} exclude each other (its models are its own, and each "
            "is judged on everybody of a level); leave one of them out",
            name)};
    }
    auto fitting = values;
    auto const replace = [&](char const* name, boost::any const& value) {
        fitting.erase(name);
        fitting.insert({name, po::variable_value{value, false}});
    };
    replace("trait", Words{evaluation.trait});
    replace("name", text_of(values, "name"));
    return {.column = text_of(values, "leave-one-out"),
            .evaluation = std::move(evaluation),
            .fit = fit_request_of(fitting)};
}

void execute(po::variables_map const& values, mpi::Communicator const& comm, Log& log) {
    constexpr double no_limit = 1e18;
    std::vector<ThresholdRule> rules;
    for (auto const& word : words_of(values, "threshold")) rules.push_back(rule_of(word));
    auto const match = match_rules(values);
    EvaluationRequest const request{
        .store = values["store"].as<std::string>(),
        .run = text_of(values, "out"),
        .model = text_of(values, "model"),
        .score = text_of(values, "score"),
        .scores = text_of(values, "scores"),
        .ambiguous = match.ambiguous,
        .min_match = match.least,
        .trait = text_of(values, "trait"),
        .covariates = words_of(values, "covariate"),
        .by = words_of(values, "by"),
        .reference = text_of(values, "reference"),
        .samples = sample_files_of(values),
        .split_column = text_of(values, "split-column"),
        .part = choose<SamplePart>(values, "part",
                                   {{"test", SamplePart::test},
                                    {"validation", SamplePart::validation},
                                    {"training", SamplePart::training}}),
        .scale = choose<ScoreScale>(values, "scale",
                                    {{"automatic", ScoreScale::automatic},
                                     {"relative", ScoreScale::relative},
                                     {"linear", ScoreScale::linear}}),
        .thresholds = rules,
        .prevalence = optional_of(values, "prevalence", 1e-9, 1 - 1e-9),
        .horizon = optional_of(values, "horizon", 0.0, no_limit),
        .replicates = bounded<std::int64_t>(values, "bootstrap", 2, 1'000'000),
        .seed = values["seed"].as<std::uint64_t>(),
        .least_people = bounded<std::int64_t>(values, "min-group", 1, 1'000'000),
        .recalibrate = values["recalibrate"].as<bool>() ? Recalibrate::yes : Recalibrate::no,
        .threads = threads_of(values)};
    if (values.count("leave-one-out") != 0) {
        StopDeadline const deadline{stop_limit_of(values, comm)};
        run_leave_one_out(leave_one_out_of(values, request), comm, log);
        write_last_report_of(values, comm, log);
        return;
    }
    refuse_without_leaving_out(values);
    if (request.recalibrate == Recalibrate::yes && request.model.empty()) {
        throw UserError{"--recalibrate stores a correction in a model; name it with --model"};
    }
    if (request.model.empty() && request.scores.empty()) {
        throw UserError{
            "nothing says which score to evaluate; name a model (--model M) or a table of "
            "scores (--scores TABLE)"};
    }
    if (request.split_column.empty() && is_given(values, "part")) {
        throw UserError{
            "option --part says whom of --split-column to evaluate; name that column, or leave "
            "--part out"};
    }
    for (auto const* name : {"ambiguous", "min-match"}) {
        if (request.scores.empty() || !is_given(values, name)) continue;
        throw UserError{fmt::format(
            "option --{} is for scores that are computed from the model (those of --scores are "
            "there already); leave one of them out",
            name)};
    }
    run_evaluation(request, comm, log);
    write_last_report_of(values, comm, log);
}

}  // namespace

Command const evaluate_command{
    .name = "evaluate",
    .summary = "judge a score on people it has not seen, by group",
    .usage =
        "--store S (--model M | --scores TABLE | --leave-one-out C) --trait T [--covariate C...] "
        "--out RUN [options]",
    .examples =
        "maniple evaluate --store cohort --model height --trait height --covariate "
        "age,sex --by sex,site --out judged\n"
        "maniple evaluate --store cohort --scores pgs --score PGS000018 --trait years:event --by "
        "age:40/60 --out judged\n"
        "maniple evaluate --store cohort --leave-one-out site --trait height --covariate age,sex "
        "--out by-site",
    .ranks = Ranks::all,
    .positional = "",
    .options = options,
    .execute = execute};

}  // namespace maniple::cli
