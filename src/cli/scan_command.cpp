#include <string>

#include "maniple/cli/choice_options.hpp"
#include "maniple/cli/command.hpp"
#include "maniple/cli/option_values.hpp"
#include "maniple/run/scan.hpp"

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
         "traits: names, patterns such as 'lipid_*', or all; several: a,b or a b")  //
        ("covariate", po::value<Words>()->multitoken()->value_name("C..."),
         "covariates: names or patterns; levels of a categorical one become indicators (default: "
         "intercept only)")  //
        ("missing-genotype", po::value<std::string>()->default_value("mean")->value_name("HOW"),
         "a missing genotype counts as the mean of the trait's samples, or drop: such samples are "
         "left out of that variant's regression")  //
        ("predictors", po::value<std::string>()->value_name("FILE"),
         "test each variant on the trait less what other contigs predict: a run that made "
         "predictors, its predictors.h5, or a _pred.list of REGENIE's step 1");
    po::options_description choice{"Samples and variants"};
    add_sample_options(choice);
    add_variant_options(choice);
    po::options_description work{"Work"};
    work.add_options()                                                //
        ("out", po::value<std::string>()->value_name("RUN"),          //
         "folder for results.h5, summary.tsv, run.json and log.txt")  //
        ("plan", po::bool_switch(), "say what would be done and what it would cost, and stop");
    add_threads_option(work);
    work.add_options()("memory", po::value<std::string>()->value_name("SIZE"),
                       "memory of each rank: 4G is 4,000 MB, 4Gi is 4,096 MiB (default: 80% of "
                       "what there is); where traits do not fit, they are taken in batches");
    return all.add(model).add(choice).add(work);
}

void execute(po::variables_map const& values, mpi::Communicator const& comm, Log& log) {
    ScanRequest const request{.store = values["store"].as<std::string>(),
                              .run = text_of(values, "out"),
                              .traits = words_of(values, "trait"),
                              .covariates = words_of(values, "covariate"),
                              .missing = choose<MissingGenotype>(values, "missing-genotype",
                                                                 {{"mean", MissingGenotype::mean},
                                                                  {"drop", MissingGenotype::drop}}),
                              .predictors = text_of(values, "predictors"),
                              .filter = variant_filter_of(values),
                              .samples = sample_files_of(values),
                              .variants = variant_files_of(values),
                              .threads = threads_of(values),
                              .memory = size_of(values, "memory")};
    if (values["plan"].as<bool>()) {
        plan_scan(request, comm, log);
        return;
    }
    if (request.run.empty()) {
        throw UserError{
            "option --out is missing (a scan needs a folder for its results); add --out RUN"};
    }
    run_scan(request, comm, log);
}

}  // namespace

Command const scan_command{
    .name = "scan",
    .summary = "associate traits with every variant",
    .usage = "--store S --trait T... [--covariate C...] --out RUN [options]",
    .examples =
        "maniple scan --store cohort --trait height --covariate age,sex --out height\n"
        "mpirun -n 4 maniple scan --job jobs/first-scan.ini\n"
        "maniple scan --store cohort --trait all --min-maf 0.01 --out all --plan",
    .ranks = Ranks::all,
    .positional = "",
    .options = options,
    .execute = execute};

}  // namespace maniple::cli
