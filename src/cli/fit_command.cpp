#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <system_error>

#include "maniple/cli/choice_options.hpp"
#include "maniple/cli/command.hpp"
#include "maniple/cli/fit_request.hpp"
#include "maniple/cli/option_values.hpp"
#include "maniple/run/fit.hpp"
#include "maniple/run/stop_request.hpp"

namespace maniple::cli {
namespace {

namespace po = boost::program_options;

po::options_description options() {
    auto const number = [](double value, char const* shown) {
        return po::value<double>()->default_value(value, shown)->value_name("X");
    };
    auto const count = [](std::int64_t value) {
        return po::value<std::int64_t>()->default_value(value)->value_name("N");
    };
    po::options_description all;
    po::options_description model{"Model"};
    model.add_options()                                                                      //
        ("store", po::value<std::string>()->required()->value_name("S"),                     //
         "the cohort's store; the model is kept in it")                                      //
        ("name", po::value<std::string>()->required()->value_name("MODEL"), "of the model")  //
        ("method", po::value<std::string>()->default_value("elastic-net")->value_name("HOW"),
         "elastic-net: lasso and elastic net; ridge: small effects of all variants (BLUP), for "
         "quantitative traits; stacked-ridge: the whole-genome regression of scan --whole-genome "
         "ridge, for quantitative and binary traits")  //
        ("trait", po::value<Words>()->required()->multitoken()->value_name("T..."),
         "traits, one score each: names, patterns such as 'lipid_*', or time:event for times to "
         "event; several: a,b or a b")  //
        ("covariate", po::value<Words>()->multitoken()->value_name("C..."),
         "covariates: fitted along without a penalty; levels of a categorical one become "
         "indicators")                                                                      //
        ("mixing", number(1, "1"), "alpha: 1 is the lasso, less mixes a ridge penalty in")  //
        ("penalties", count(100), "how many penalties, from the largest on")                //
        ("smallest-penalty-ratio", po::value<double>()->value_name("X"),
         "smallest penalty as a share of the largest (default: 0.0001; with more variants than "
         "samples where the penalty falls to the noise in a variant's gradient, 0.01 to 0.1)")  //
        ("penalty-values", po::value<Words>()->multitoken()->value_name("X..."),
         "these penalties instead, on the scale of glmnet")  //
        ("heritability", po::value<double>()->value_name("X"),
         "ridge: the share of variance that sets its penalty (default: what predicts best in the "
         "validation samples; without any, an estimate)")  //
        ("tolerance", po::value<double>()->value_name("X"),
         "elastic-net: largest violation of the optimality conditions, as a share of the largest "
         "gradient without variants (default: 1e-7); ridge: relative residual (default: 1e-9)");
    model.add_options()  //
        ("whole-genome-block", po::value<std::int64_t>()->default_value(512)->value_name("N"),
         "stacked-ridge: variants of a block, which is regressed on by itself")  //
        ("whole-genome-heritabilities", po::value<Words>()->multitoken()->value_name("X..."),
         "stacked-ridge: that set the penalties, columns (1 - X) / X (default: "
         "0.01,0.25,0.5,0.75,0.99)");
    po::options_description split{"Training and validation"};
    split.add_options()  //
        ("split", po::value<Words>()->multitoken()->value_name("X..."),
         "shares of training, validation and test samples, by a hash of the sample ID; families "
         "stay together (default: 0.8,0.1,0.1). Test samples are never looked at")  //
        ("split-column", po::value<std::string>()->value_name("C"),
         "column that says training, validation or test instead; or 1 for training, 0 for test")  //
        ("seed", po::value<std::uint64_t>()->default_value(1)->value_name("N"),
         "another seed gives another split and other folds")  //
        ("validate", po::value<std::string>()->default_value("split")->value_name("HOW"),
         "choose the penalty on the validation samples (split), or by cross-validation within "
         "training and validation samples (folds); stacked-ridge always does the latter")  //
        ("folds", count(5), "number of folds")                                             //
        ("early-stop", count(10),
         "stop after so many penalties without improvement; 0: go on to the smallest")  //
        ("no-refit", po::bool_switch(),
         "keep the model of the training samples, instead of fitting once more on training and "
         "validation samples together");
    po::options_description choice{"Samples and variants"};
    add_sample_options(choice);
    add_variant_options(choice);
    po::options_description work{"Work"};
    work.add_options()  //
        ("out", po::value<std::string>()->value_name("RUN"),
         "folder for path.tsv, coefficients.tsv and fit.json (default: none)")  //
        ("replace", po::bool_switch(), "replace a model of this name")          //
        ("plan", po::bool_switch(), "say what would be done, and stop");
    add_stop_option(work);
    add_threads_option(work);
    work.add_options()  //
        ("memory", po::value<std::string>()->value_name("SIZE"),
         "stacked-ridge: memory of each rank: 4G is 4,000 MB, 4Gi is 4,096 MiB (default: 80% of "
         "what there is)")  //
        ("scratch", po::value<std::string>()->value_name("DIR"),
         "stacked-ridge: folder for what does not fit the memory: a file of each rank, which may "
         "be local to its node; removed at the end");
    return all.add(model).add(split).add(choice).add(work);
}

PenaltyGrid grid_of(po::variables_map const& values) {
    constexpr std::int64_t most_penalties = 10'000;
    if (values.count("penalty-values") != 0) {
        auto penalties = numbers_of(values, "penalty-values");
        std::ranges::sort(penalties, std::greater{});
        penalties.erase(std::unique(penalties.begin(), penalties.end()), penalties.end());
        if (penalties.empty() || penalties.back() <= 0) {
            throw UserError{fmt::format(
                "option --penalty-values {} (penalties are positive numbers); write for instance "
                "0.1,0.05,0.02",
                penalties.empty() ? "is empty" : "holds one that is not positive")};
        }
        return {.values = std::move(penalties)};
    }
    PenaltyGrid grid{.count = values["penalties"].as<std::int64_t>()};
    if (grid.count < 1) {
        throw UserError{
            "option --penalties leaves no penalty (the grid is empty); give at least 1"};
    }
    bounded<std::int64_t>(values, "penalties", 1, most_penalties);
    if (values.count("smallest-penalty-ratio") != 0) {
        grid.smallest_ratio = bounded(values, "smallest-penalty-ratio", 1e-12, 0.999);
    }
    return grid;
}

SplitShares shares_of(po::variables_map const& values) {
    if (values.count("split") == 0) return {};
    auto const shares = numbers_of(values, "split");
    double sum = 0;
    for (auto share : shares) sum += share;
    if (shares.empty() || shares.size() > 3 || std::abs(sum - 1) > 1e-9 ||
        std::ranges::min(shares) < 0) {
        throw UserError{
            "option --split (must be the shares of training, validation and test samples, which "
            "add up to 1); write for instance 0.8,0.1,0.1"};
    }
    return {.training = shares[0],
            .validation = shares.size() > 1 ? shares[1] : 0,
            .test = shares.size() > 2 ? shares[2] : 0};
}

// Options of the other method would change nothing.
void refuse_options_of_others(po::variables_map const& values, FitMethod method) {
    std::vector<char const*> const of_nets{"mixing", "penalties", "smallest-penalty-ratio",
                                           "penalty-values", "early-stop"};
    std::vector<char const*> const of_stacks{"whole-genome-block", "whole-genome-heritabilities",
                                             "memory", "scratch"};
    std::vector<char const*> others;
    auto const add = [&](std::vector<char const*> const& names) {
        others.insert(others.end(), names.begin(), names.end());
    };
    if (method != FitMethod::elastic_net) add(of_nets);
    if (method != FitMethod::ridge) add({"heritability"});
    if (method == FitMethod::stacked_ridge) {
        add({"tolerance", "validate", "no-refit"});
    } else {
        add(of_stacks);
    }
    for (auto const* name : others) {
        if (!is_given(values, name)) continue;
        throw UserError{fmt::format("option --{} has no meaning with --method {}; leave it out",
                                    name, to_string(method))};
    }
}

void refuse_without_use(po::variables_map const& values, FitMethod method) {
    auto const refuse = [&](char const* name, char const* reason, char const* advice) {
        if (!is_given(values, name)) return;
        throw UserError{fmt::format("option --{} has no use ({}); {}", name, reason, advice)};
    };
    if (method == FitMethod::stacked_ridge) return;  // It has folds, and nothing to list.
    if (values["validate"].as<std::string>() == "folds") {
        if (values["no-refit"].as<bool>()) {
            refuse("no-refit", "with --validate folds all samples are trained on anyway",
                   "leave it out");
        }
    } else {
        refuse("folds", "the penalty is chosen on validation samples", "add --validate folds");
    }
    if (is_given(values, "penalty-values")) {
        for (auto const* name : {"penalties", "smallest-penalty-ratio"}) {
            refuse(name, "--penalty-values lists the penalties", "leave one of them out");
        }
    }
}

std::optional<double> bounded_if_given(po::variables_map const& values, char const* name,
                                       double least, double most) {
    if (values.count(name) == 0) return {};
    return bounded(values, name, least, most);
}

StackedOptions stacked_options_of(po::variables_map const& values) {
    return {.block_variants = bounded<std::int64_t>(values, "whole-genome-block", 1, 2048),
            .heritabilities = heritabilities_of(values),
            .memory = size_of(values, "memory"),
            .scratch = text_of(values, "scratch")};
}

}  // namespace

FitRequest fit_request_of(po::variables_map const& values) {
    auto const method = choose<FitMethod>(values, "method",
                                          {{"elastic-net", FitMethod::elastic_net},
                                           {"ridge", FitMethod::ridge},
                                           {"stacked-ridge", FitMethod::stacked_ridge}});
    bool const is_ridge = method == FitMethod::ridge;
    // Level 1 is a cross-validation: without it there is nothing.
    auto const validate =
        method == FitMethod::stacked_ridge
            ? ValidateBy::folds
            : choose<ValidateBy>(values, "validate",
                                 {{"split", ValidateBy::split}, {"folds", ValidateBy::folds}});
    refuse_options_of_others(values, method);
    refuse_without_use(values, method);
    auto const tolerance = bounded_if_given(values, "tolerance", is_ridge ? 1e-12 : 1e-9, 1e-2);
    if (values.count("split") != 0 && values.count("split-column") != 0) {
        throw UserError{"options --split and --split-column exclude each other; give one of them"};
    }
    return {
        .store = values["store"].as<std::string>(),
        .name = values["name"].as<std::string>(),
        .run = text_of(values, "out"),
        .traits = words_of(values, "trait"),
        .covariates = words_of(values, "covariate"),
        .method = method,
        .penalties = grid_of(values),
        .solver = {.mixing = bounded(values, "mixing", 0.001, 1.0),
                   .tolerance = tolerance.value_or(ElasticNetOptions{}.tolerance)},
        .heritability = bounded_if_given(values, "heritability", 0.0001, 0.9999),
        .ridge = {.tolerance = tolerance.value_or(RidgeOptions{}.tolerance)},
        .stacked = stacked_options_of(values),
        .validate = validate,
        .split = {.column = text_of(values, "split-column"),
                  .shares = shares_of(values),
                  .folds = bounded<std::int64_t>(values, "folds", 2, 100),
                  .seed = values["seed"].as<std::uint64_t>()},
        .final_fit =
            values["no-refit"].as<bool>() ? FinalFit::training_samples : FinalFit::all_samples,
        .early_stop = bounded<std::int64_t>(values, "early-stop", 0, 1'000'000),
        .filter = variant_filter_of(values),
        .samples = sample_files_of(values),
        .variants = variant_files_of(values),
        .threads = threads_of(values),
        .existing = values["replace"].as<bool>() ? ExistingFile::replace : ExistingFile::refuse};
}

namespace {

void execute(po::variables_map const& values, mpi::Communicator const& comm, Log& log) {
    auto const request = fit_request_of(values);
    StopDeadline const deadline{stop_limit_of(values, comm)};
    StopDeadline::describe(log);
    if (values["plan"].as<bool>()) {
        plan_fit(request, comm, log);
    } else {
        run_fit(request, comm, log);
    }
}

}  // namespace

Command const fit_command{
    .name = "fit",
    .summary = "fit polygenic scores",
    .usage = "--store S --trait T... [--covariate C...] --name MODEL [options]",
    .examples =
        "maniple fit --store cohort --trait height --covariate age,sex --name height\n"
        "maniple fit --store cohort --trait height --method ridge --name blup\n"
        "maniple fit --store cohort --trait 'lipid_*' --method stacked-ridge --name stacked\n"
        "maniple fit --store cohort --trait years:death --validate folds --name survival\n"
        "mpirun -n 4 maniple fit --store cohort --trait 'lipid_*' --name lipids --out lipids",
    .ranks = Ranks::all,
    .positional = "",
    .options = options,
    .execute = execute};

}  // namespace maniple::cli
