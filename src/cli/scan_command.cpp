#include <optional>
#include <string>

#include "maniple/cli/choice_options.hpp"
#include "maniple/cli/command.hpp"
#include "maniple/cli/option_values.hpp"
#include "maniple/cli/report_options.hpp"
#include "maniple/run/predictor_run.hpp"
#include "maniple/run/scan.hpp"
#include "maniple/run/stop_request.hpp"

namespace maniple::cli {
namespace {

namespace po = boost::program_options;

po::options_description options() {
    po::options_description all;
    po::options_description model{"Model"};
    model.add_options()                                                   //
        ("store", po::value<std::string>()->required()->value_name("S"),  //
         "the cohort's store")                                            //
        ("trait", po::value<Words>()->required()->multitoken()->value_name("T..."),
         "traits: names, patterns such as 'lipid_*', or all; TIME:EVENT for a time to an event "
         "(event 1, censored 0); several: a,b or a b")  //
        ("covariate", po::value<Words>()->multitoken()->value_name("C..."),
         "covariates: names or patterns; levels of a categorical one become indicators (default: "
         "intercept only)")  //
        ("model", po::value<std::string>()->default_value("auto")->value_name("HOW"),
         "auto: binary traits by logistic regression, times to event by Cox, quantitative ones by "
         "linear; logistic: there "
         "must be binary ones alone; linear: binary ones too, as the numbers 0 and 1")  //
        ("missing-genotype", po::value<std::string>()->default_value("mean")->value_name("HOW"),
         "a missing genotype counts as the mean of the trait's samples, or drop: such samples are "
         "left out of that variant's regression")  //
        ("predictors", po::value<std::string>()->value_name("FILE"),
         "test each variant beside what other contigs predict of the trait: a run that made "
         "predictors, its predictors.h5, or a _pred.list of REGENIE's step 1");
    po::options_description events{"Logistic and Cox regression"};
    events.add_options()  //
        ("test", po::value<std::string>()->default_value("score")->value_name("HOW"),
         "score: score tests, corrected where p is small; wald: the full regression of every "
         "variant chosen, which takes some hundred times as long")  //
        ("correction", po::value<std::string>()->default_value("spa")->value_name("HOW"),
         "what follows a score test with a small p: spa (the saddlepoint approximation's p, the "
         "effect of firth-approx), firth-approx (Firth's regression, the covariates' effects being "
         "given), firth (all effects free; binary traits alone), none")  //
        ("correction-threshold", po::value<double>()->default_value(0.05, "0.05")->value_name("X"),
         "largest p of a score test that is corrected")  //
        ("min-cases", po::value<std::int64_t>()->default_value(20)->value_name("N"),
         "fewest cases, and controls, of a binary trait; fewest events")  //
        ("min-carriers", po::value<std::int64_t>()->default_value(5)->value_name("N"),
         "fewest samples with one of the rarer genotypes of a variant");
    po::options_description genome{"Whole-genome regression"};
    genome.add_options()  //
        ("whole-genome", po::value<std::string>()->default_value("none")->value_name("HOW"),
         "ridge: test each variant beside what other contigs predict of the trait, by stacked "
         "ridge "
         "regression (accounts for relatives, ancestry and many small effects)")  //
        ("whole-genome-only", po::bool_switch(),
         "make predictors.h5, for --predictors or to export, and stop before the tests");
    add_variant_options(genome, VariantFamily::predicting);
    genome.add_options()  //
        ("whole-genome-block", po::value<std::int64_t>()->default_value(512)->value_name("N"),
         "variants of a block, which is regressed on by itself")  //
        ("whole-genome-heritabilities", po::value<Words>()->multitoken()->value_name("X..."),
         "that set the penalties, columns (1 - X) / X (default: 0.01,0.25,0.5,0.75,0.99)")  //
        ("folds", po::value<std::string>()->default_value("hash")->value_name("HOW"),
         "share samples out by a hash of their ID, or contiguous: in the order of the store")  //
        ("seed", po::value<std::uint64_t>()->default_value(1)->value_name("N"),
         "another seed gives other folds");
    genome.add_options()(
        "scratch", po::value<std::string>()->value_name("DIR"),
        "folder for what the whole-genome regression cannot hold in memory: a file "
        "of each rank, which may be local to its node; removed at the end");
    po::options_description choice{"Samples and variants"};
    add_sample_options(choice);
    add_variant_options(choice);
    po::options_description work{"Work"};
    work.add_options()                                                             //
        ("out", po::value<std::string>()->value_name("RUN"),                       //
         "folder for results.h5, summary.tsv, run.json, log.txt and report.html")  //
        ("shard", po::value<std::string>()->value_name("K/N"),
         "scan part K of N alone, of about equal work, for `maniple merge`")  //
        ("plan", po::bool_switch(), "say what would be done and what it would cost, and stop");
    add_stop_option(work);
    add_report_option(work);
    add_threads_option(work);
    work.add_options()("memory", po::value<std::string>()->value_name("SIZE"),
                       "memory of each rank: 4G is 4,000 MB, 4Gi is 4,096 MiB (default: 80% of "
                       "what there is); where traits do not fit, they are taken in batches");
    return all.add(model).add(events).add(genome).add(choice).add(work);
}

ModelChoice model_of(po::variables_map const& values) {
    auto const model = choose<ModelChoice>(values, "model",
                                           {{"auto", ModelChoice::by_type},
                                            {"linear", ModelChoice::linear},
                                            {"logistic", ModelChoice::logistic}});
    if (model != ModelChoice::linear) return model;
    for (auto const* name :
         {"test", "correction", "correction-threshold", "min-cases", "min-carriers"}) {
        if (!is_given(values, name)) continue;
        throw UserError{
            fmt::format("option --{} has no use with --model linear (it is of logistic and Cox "
                        "regression); use --model auto or logistic",
                        name)};
    }
    return model;
}

// Options of the tests would change nothing.
void refuse_without_tests(po::variables_map const& values) {
    auto names = variant_option_names(VariantFamily::analysed);
    for (auto const* name : {"missing-genotype", "test", "correction", "correction-threshold",
                             "min-cases", "min-carriers"}) {
        names.emplace_back(name);
    }
    for (auto const& name : names) {
        if (!is_given(values, name.c_str())) continue;
        throw UserError{fmt::format(
            "option --{} has no use with --whole-genome-only (it is about tests); leave it out",
            name)};
    }
}

std::optional<WholeGenomeRequest> whole_genome_of(po::variables_map const& values) {
    bool const wanted = choose<bool>(values, "whole-genome", {{"none", false}, {"ridge", true}});
    if (!wanted) {
        auto names = variant_option_names(VariantFamily::predicting);
        for (auto const* name : {"whole-genome-only", "whole-genome-block",
                                 "whole-genome-heritabilities", "folds", "seed", "scratch"}) {
            names.emplace_back(name);
        }
        for (auto const& name : names) {
            if (!is_given(values, name.c_str())) continue;
            throw UserError{
                fmt::format("option --{} has no use without --whole-genome ridge; add it", name)};
        }
        return {};
    }
    if (is_given(values, "predictors")) {
        throw UserError{
            "options --whole-genome and --predictors exclude each other; make predictors, or take "
            "those of a run"};
    }
    if (values["folds"].as<std::string>() == "contiguous" && is_given(values, "seed")) {
        throw UserError{"option --seed has no use with --folds contiguous; leave it out"};
    }
    return WholeGenomeRequest{
        .store = values["store"].as<std::string>(),
        .traits = words_of(values, "trait"),
        .covariates = words_of(values, "covariate"),
        .model = model_of(values),
        .samples = sample_files_of(values),
        .variants = variant_files_of(values, VariantFamily::predicting),
        .filter = variant_filter_of(values, VariantFamily::predicting),
        .block_variants = bounded<std::int64_t>(values, "whole-genome-block", 1, 2048),
        .heritabilities = heritabilities_of(values),
        .folds_by = choose<FoldsBy>(values, "folds",
                                    {{"hash", FoldsBy::hash}, {"contiguous", FoldsBy::contiguous}}),
        .seed = values["seed"].as<std::uint64_t>(),
        .threads = threads_of(values),
        .scratch = text_of(values, "scratch")};
}

EventRule event_rule_of(po::variables_map const& values) {
    constexpr std::int64_t no_limit = 1'000'000'000;
    auto const fewest_carriers = bounded<std::int64_t>(values, "min-carriers", 1, no_limit);
    if (choose<bool>(values, "test", {{"score", false}, {"wald", true}})) {
        for (auto const* name : {"correction", "correction-threshold"}) {
            if (!is_given(values, name)) continue;
            throw UserError{fmt::format(
                "option --{} has no use with --test wald (nothing is corrected); leave it out",
                name)};
        }
        return {.correction = Correction::wald, .fewest_carriers = fewest_carriers};
    }
    auto const correction = choose<Correction>(values, "correction",
                                               {{"spa", Correction::spa},
                                                {"firth-approx", Correction::firth_approx},
                                                {"firth", Correction::firth},
                                                {"none", Correction::none}});
    if (correction == Correction::none && is_given(values, "correction-threshold")) {
        throw UserError{
            "option --correction-threshold has no use with --correction none (nothing is "
            "corrected); "
            "leave it out"};
    }
    return {.correction = correction,
            .threshold = bounded(values, "correction-threshold", 0.0, 1.0),
            .fewest_carriers = fewest_carriers};
}

std::vector<std::string> event_options_of(po::variables_map const& values) {
    std::vector<std::string> given;
    for (auto const* name :
         {"test", "correction", "correction-threshold", "min-cases", "min-carriers"}) {
        if (is_given(values, name)) given.push_back(fmt::format("--{}", name));
    }
    return given;
}

std::optional<Shard> shard_of(po::variables_map const& values) {
    if (!is_given(values, "shard")) return {};
    auto const shard = parse_shard(text_of(values, "shard"));
    if (!is_given(values, "whole-genome") || text_of(values, "whole-genome") == "none") {
        return shard;
    }
    throw UserError{
        "options --shard and --whole-genome exclude each other (each shard would make the "
        "predictors again); make them first with --whole-genome-only, and give each shard "
        "--predictors RUN"};
}

void execute(po::variables_map const& values, mpi::Communicator const& comm, Log& log) {
    ScanRequest const request{
        .store = values["store"].as<std::string>(),
        .run = text_of(values, "out"),
        .traits = words_of(values, "trait"),
        .covariates = words_of(values, "covariate"),
        .missing = choose<MissingGenotype>(
            values, "missing-genotype",
            {{"mean", MissingGenotype::mean}, {"drop", MissingGenotype::drop}}),
        .model = model_of(values),
        .rule = event_rule_of(values),
        .fewest_cases = bounded<std::int64_t>(values, "min-cases", 1, 1'000'000'000),
        .predictors = text_of(values, "predictors"),
        .whole_genome = whole_genome_of(values),
        .event_options = event_options_of(values),
        .filter = variant_filter_of(values),
        .samples = sample_files_of(values),
        .variants = variant_files_of(values),
        .shard = shard_of(values),
        .threads = threads_of(values),
        .memory = size_of(values, "memory")};
    bool const only = values["whole-genome-only"].as<bool>();
    if (only) {
        refuse_without_tests(values);
    }
    StopDeadline const deadline{stop_limit_of(values, comm)};
    if (values["plan"].as<bool>()) {
        only ? plan_predictors(request, comm, log) : plan_scan(request, comm, log);
        return;
    }
    if (request.run.empty()) {
        throw UserError{
            "option --out is missing (a scan needs a folder for its results); add --out RUN"};
    }
    if (only) {
        run_predictors(request, comm, log);
        return;
    }
    run_scan(request, comm, log);
    if (!request.shard) write_last_report_of(values, comm, log);
}

}  // namespace

Command const scan_command{
    .name = "scan",
    .summary = "associate traits with every variant",
    .usage = "--store S --trait T... [--covariate C...] --out RUN [options]",
    .examples =
        "maniple scan --store cohort --trait height --covariate age,sex --out height\n"
        "maniple scan --store cohort --trait years:died --covariate age,sex --out survival\n"
        "mpirun -n 4 maniple scan --job jobs/first-scan.ini\n"
        "maniple scan --store cohort --trait all --min-maf 0.01 --out all --plan",
    .ranks = Ranks::all,
    .positional = "",
    .options = options,
    .execute = execute};

}  // namespace maniple::cli
