#include <algorithm>
#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "maniple/cli/command.hpp"
#include "maniple/cli/option_values.hpp"
#include "maniple/core/error.hpp"
#include "maniple/run/simulate.hpp"

namespace maniple::cli {
namespace {

namespace po = boost::program_options;

po::options_description options() {
    auto const count = [] { return po::value<std::int64_t>()->value_name("N"); };
    auto const number = [](double value, char const* text) {
        return po::value<double>()->value_name("X")->default_value(value, text);
    };
    auto const path = [] { return po::value<std::string>(); };
    GenotypePlan const genotypes;
    TraitPlan const traits;

    po::options_description all;
    po::options_description cohort{"Cohort"};
    cohort.add_options()("store", path()->value_name("DIR")->required(),
                         "store to make; it must not exist")(
        "samples", count()->required(), "people")("variants", count()->required(),
                                                  "variants, over all chromosomes")(
        "contigs", count()->default_value(genotypes.contigs), "chromosomes 1 to N, 22 at most")(
        "ancestries", count()->default_value(genotypes.ancestries),
        "ancestry groups, 1 to 5; the first one is the largest")(
        "fst", number(genotypes.fst, "0.03"), "differentiation between ancestry groups")(
        "relatives", number(genotypes.relatives, "0.1"),
        "share of people with siblings and cousins in the cohort")(
        "missing-genotypes", number(genotypes.missing_genotypes, "0.01"),
        "mean share of missing genotypes; 0: none")(
        "rare-variants", po::value<double>()->value_name("X"),
        "share of variants whose minor allele is under 1% (default: as mutations fall, some 40%)")(
        "seed", po::value<std::uint64_t>()->value_name("N")->default_value(genotypes.seed),
        "another seed gives another cohort");
    po::options_description table{"Traits and covariates (table 'simulated')"};
    table.add_options()("quantitative", count()->default_value(traits.quantitative),
                        "columns quantitative_1, ...")(
        "binary", count()->default_value(traits.binary), "columns binary_1, ...")(
        "time-to-event", count()->default_value(traits.time_to_event),
        "pairs of columns event_time_1 and event_1, ...")(
        "covariates", count()->default_value(traits.covariates),
        "columns covariate_1, ...; besides sex, site, ancestry and family")(
        "heritability", number(traits.heritability, "0.3"), "variance of genetic values, 0 to 1")(
        "causal", count(), "causal variants per trait (default: 1% of them, at least 10)")(
        "missing-traits", number(traits.missing_traits, "0.02"),
        "mean share of missing trait values, in patterns that differ by trait; 0: none");
    po::options_description work{"Output and work"};
    work.add_options()("bfile", path()->value_name("OUT"),
                       "also write OUT.bed, OUT.bim, OUT.fam and OUT.tsv of the same cohort");
    add_compression_option(work);
    add_threads_option(work);
    return all.add(cohort).add(table).add(work);
}

SimulateOptions make_plan(po::variables_map const& values) {
    auto const count = [&](char const* name) { return values[name].as<std::int64_t>(); };
    auto const number = [&](char const* name) { return values[name].as<double>(); };
    SimulateOptions plan{
        .store = values["store"].as<std::string>(),
        .genotypes = {.samples = count("samples"),
                      .variants = count("variants"),
                      .contigs = count("contigs"),
                      .ancestries = count("ancestries"),
                      .fst = number("fst"),
                      .relatives = number("relatives"),
                      .missing_genotypes = number("missing-genotypes"),
                      .rare_variants = {},
                      .seed = values["seed"].as<std::uint64_t>()},
        .traits = {.quantitative = count("quantitative"),
                   .binary = count("binary"),
                   .time_to_event = count("time-to-event"),
                   .covariates = count("covariates"),
                   .heritability = number("heritability"),
                   .causal = {},
                   .missing_traits = number("missing-traits")},
        .bfile = {},
        .compression = compression_of(values),
        .threads = threads_of(values),
    };
    if (values.count("rare-variants") != 0) plan.genotypes.rare_variants = number("rare-variants");
    if (values.count("causal") != 0) plan.traits.causal = count("causal");
    if (values.count("bfile") != 0) plan.bfile = values["bfile"].as<std::string>();
    return plan;
}

std::string suggest_next(SimulateOptions const& plan) {
    std::string const covariates =
        plan.traits.covariates > 0 ? "covariate_*,sex,site,ancestry" : "sex,site,ancestry";
    if (plan.traits.quantitative == 0) {
        return fmt::format("maniple info {}", plan.store.string());
    }
    return fmt::format("maniple scan --store {} --trait quantitative_1 --covariate '{}' --out run",
                       plan.store.string(), covariates);
}

void execute(po::variables_map const& values, mpi::Communicator const&, Log& log) {
    auto const plan = make_plan(values);
    log.note(fmt::format("simulating {} samples x {} variants, seed {}, on {} threads",
                         plan.genotypes.samples, plan.genotypes.variants, plan.genotypes.seed,
                         plan.threads));
    auto const made = simulate(plan, log);
    auto const& genotypes = made.ingest;
    auto const seconds = std::max(genotypes.seconds, 1e-3);
    double const rate = static_cast<double>(genotypes.samples) *
                        static_cast<double>(genotypes.variants) / seconds / 1e6;
    fmt::print("{}: {} samples ({} in {} families) x {} variants on {} contigs, {:.1f} MB\n",
               plan.store.string(), genotypes.samples, made.families * 4, made.families,
               genotypes.variants, genotypes.contigs,
               static_cast<double>(genotypes.stored_bytes) / 1e6);
    fmt::print("table 'simulated': {} columns; models/truth.h5: {} true effects\n", made.columns,
               made.effects);
    if (plan.bfile) {
        fmt::print(
            "PLINK files and traits of the same cohort: {0}.bed, {0}.bim, {0}.fam, {0}.tsv\n",
            plan.bfile->string());
    }
    fmt::print("{:.1f} s, {:.0f} million genotypes per second\n", seconds, rate);
    fmt::print("next: {}\n", suggest_next(plan));
}

}  // namespace

Command const simulate_command{
    .name = "simulate",
    .summary = "make a cohort with known truth: LD, relatives, missing values, traits",
    .usage = "--store DIR --samples N --variants N [options]",
    .examples =
        "maniple simulate --store small --samples 1000 --variants 20000\n"
        "maniple simulate --store big --samples 100000 --variants 100000 --binary 5 --seed 7\n"
        "maniple simulate --store s --samples 5000 --variants 10000 --bfile peers/s",
    .ranks = Ranks::root_only,
    .positional = "",
    .options = options,
    .execute = execute,
};

}  // namespace maniple::cli
