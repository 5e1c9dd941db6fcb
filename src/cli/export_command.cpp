#include <initializer_list>
#include <string>

#include <fmt/format.h>

#include "maniple/cli/command.hpp"
#include "maniple/cli/option_values.hpp"
#include "maniple/core/error.hpp"
#include "maniple/run/export_model.hpp"
#include "maniple/run/export_predictors.hpp"
#include "maniple/run/export_results.hpp"

namespace maniple::cli {
namespace {

namespace po = boost::program_options;

po::options_description options() {
    po::options_description all;
    auto const text = [](char const* name) { return po::value<std::string>()->value_name(name); };
    po::options_description results{"Results of a scan"};
    results.add_options()                                //
        ("run", text("RUN"), "output folder of a scan")  //
        ("trait", text("T")->default_value(""), "the trait; may be left out where the run has one");
    po::options_description scores{"Weights of a score"};
    scores.add_options()                        //
        ("store", text("S"), "a cohort store")  //
        ("model", text("M"), "one of its models (`maniple info S` lists them)")(
            "score", text("NAME")->default_value(""),
            "the score; may be left out where the model has one")(
            "genome-build", text("BUILD"),
            "GRCh37 or GRCh38: of the cohort's positions, where the model does not say");
    po::options_description predictors{"Predictors"};
    predictors.add_options()  //
        ("predictors", text("P"),
         "a predictors.h5 or a run with one, as REGENIE's F_1.loco, ... and F_pred.list; with "
         "--store S, for the names of people");
    po::options_description file{"File"};
    file.add_options()  //
        ("out", text("F")->required(),
         "file to write (of predictors: how their names begin); bgzipped where it ends in .gz, "
         "results are indexed too")  //
        ("format", text("KIND")->default_value("auto"),
         "of results: gwas-ssf (the default), regenie or plink; of weights: pgs-catalog")  //
        ("replace", po::bool_switch(), "replace F");
    add_threads_option(file);
    return all.add(results).add(scores).add(predictors).add(file);
}

void refuse_options(po::variables_map const& values, std::initializer_list<char const*> names,
                    char const* owner) {
    for (auto const* name : names) {
        if (!is_given(values, name)) continue;
        throw UserError{
            fmt::format("option --{} does not go with {}; leave one of them out", name, owner)};
    }
}

ExistingFile existing_of(po::variables_map const& values) {
    return values["replace"].as<bool>() ? ExistingFile::replace : ExistingFile::refuse;
}

void export_weights(po::variables_map const& values, Log& log) {
    for (auto const* name : {"store", "model"}) {
        if (values.count(name) > 0) continue;
        throw UserError{fmt::format(
            "--{} is missing (weights are those of a store's model); give --store S --model M",
            name)};
    }
    enum class WeightFormat { pgs_catalog };
    choose<WeightFormat>(
        values, "format",
        {{"auto", WeightFormat::pgs_catalog}, {"pgs-catalog", WeightFormat::pgs_catalog}});
    export_model({.store = values["store"].as<std::string>(),
                  .model = values["model"].as<std::string>(),
                  .score = values["score"].as<std::string>(),
                  .genome_build = genome_build_of(values),
                  .file = values["out"].as<std::string>(),
                  .existing = existing_of(values),
                  .threads = threads_of(values)},
                 log);
}

void export_of_predictors(po::variables_map const& values, Log& log) {
    refuse_options(values, {"run", "trait", "model", "score", "format"}, "--predictors");
    if (values.count("store") == 0) {
        throw UserError{
            "--store is missing (predictors do not hold the names of people); give --store S"};
    }
    export_predictors({.predictors = values["predictors"].as<std::string>(),
                       .store = values["store"].as<std::string>(),
                       .prefix = values["out"].as<std::string>(),
                       .existing = existing_of(values)},
                      log);
}

void execute(po::variables_map const& values, mpi::Communicator const&, Log& log) {
    if (is_given(values, "predictors")) return export_of_predictors(values, log);
    bool const of_run = is_given(values, "run");
    if (!of_run && !is_given(values, "store") && !is_given(values, "model")) {
        throw UserError{
            "nothing to export; give --run RUN for results, --store S --model M for weights, or "
            "--predictors P"};
    }
    if (!of_run) {
        refuse_options(values, {"trait"}, "--model");
        return export_weights(values, log);
    }
    refuse_options(values, {"store", "model", "score", "genome-build"}, "--run");
    export_results({.run = values["run"].as<std::string>(),
                    .trait = values["trait"].as<std::string>(),
                    .file = values["out"].as<std::string>(),
                    .format = choose<StatisticsFormat>(values, "format",
                                                       {{"auto", StatisticsFormat::gwas_ssf},
                                                        {"gwas-ssf", StatisticsFormat::gwas_ssf},
                                                        {"regenie", StatisticsFormat::regenie},
                                                        {"plink", StatisticsFormat::plink}}),
                    .existing = existing_of(values),
                    .threads = threads_of(values)},
                   log);
}

}  // namespace

Command const export_command{
    .name = "export",
    .summary = "a trait's results, or a score's weights, as text that other programs read",
    .usage =
        "(--run RUN --trait T | --store S --model M [--score NAME] | --store S --predictors P) "
        "--out F [--format KIND]",
    .examples =
        "maniple export --run RUN --trait height --out height.tsv.gz\n"
        "maniple export --run RUN --trait height --out height.glm --format plink\n"
        "maniple export --store cohort --model height --out height.pgs.txt.gz\n"
        "maniple export --store cohort --predictors RUN --out height\n",
    .ranks = Ranks::root_only,
    .positional = "",
    .options = options,
    .execute = execute,
};

}  // namespace maniple::cli
