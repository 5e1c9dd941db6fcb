#include <cmath>
#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "maniple/cli/command.hpp"
#include "maniple/cli/option_values.hpp"
#include "maniple/core/error.hpp"
#include "maniple/run/whole_genome_plan.hpp"

namespace maniple::cli {
namespace {

namespace po = boost::program_options;

po::options_description options() {
    auto const count = [] { return po::value<std::int64_t>()->value_name("N")->required(); };
    auto const size = [](char const* value) {
        return po::value<std::string>()->value_name("SIZE")->default_value(value);
    };
    po::options_description all;
    po::options_description work{"What to compute"};
    work.add_options()("samples", count(), "people with every covariate")(
        "variants", count(), "variants that predict: those over a minor allele frequency")(
        "traits", count(), "quantitative traits")(
        "covariates", po::value<std::int64_t>()->default_value(10)->value_name("N"),
        "columns of covariates")("lacking",
                                 po::value<double>()->default_value(0, "0")->value_name("X"),
                                 "share of the people that each trait lacks; different ones")(
        "contigs", po::value<std::int64_t>()->default_value(22)->value_name("N"), "chromosomes")(
        "whole-genome-block", po::value<std::int64_t>()->default_value(512)->value_name("N"),
        "variants of a block");
    po::options_description machine{"Where"};
    machine.add_options()("nodes", po::value<Words>()->multitoken()->value_name("N..."),
                          "numbers of nodes, with one rank each: 1,8,64 (default: 1)")(
        "threads", po::value<std::int64_t>()->default_value(32)->value_name("N"),
        "cores of a node")("memory", size("256G"), "that a node may use")(
        "disk", size("1G"), "that a node reads, or writes to --scratch, in a second")(
        "network", size("1G"), "that a node sends, and receives, in a second");
    return all.add(work).add(machine);
}

std::vector<std::int64_t> nodes_of(po::variables_map const& values) {
    std::vector<std::int64_t> nodes;
    for (auto value : numbers_of(values, "nodes")) {
        if (!(value >= 1 && value <= 1e6) || std::trunc(value) != value) {
            throw UserError{fmt::format(
                "option --nodes = {} (must be whole numbers from 1 to 1,000,000); correct it",
                value)};
        }
        nodes.push_back(static_cast<std::int64_t>(value));
    }
    if (nodes.empty()) nodes.push_back(1);
    return nodes;
}

void execute(po::variables_map const& values, mpi::Communicator const&, Log&) {
    constexpr std::int64_t most_people = 1'000'000'000;
    auto const samples = bounded<std::int64_t>(values, "samples", 1, most_people);
    GenomePlanRequest request{
        .shape = {.cohort = samples,
                  .samples = samples,
                  .variants = bounded<std::int64_t>(values, "variants", 1, 10'000'000'000),
                  .block_variants = bounded<std::int64_t>(values, "whole-genome-block", 1, 2048),
                  .contigs = bounded<std::int64_t>(values, "contigs", 1, 10'000),
                  .columns = 1 + bounded<std::int64_t>(values, "covariates", 0, 1000),
                  .traits = bounded<std::int64_t>(values, "traits", 1, 1'000'000),
                  .threads = bounded<std::int64_t>(values, "threads", 1, 100'000),
                  .memory = *size_of(values, "memory"),
                  .resting = 50'000'000},
        .nodes = nodes_of(values),
        .read = static_cast<double>(*size_of(values, "disk")),
        .exchange = static_cast<double>(*size_of(values, "network"))};
    auto& shape = request.shape;
    auto const lacking = bounded(values, "lacking", 0.0, 0.99);
    shape.lacked = static_cast<std::int64_t>(lacking * static_cast<double>(shape.samples));
    if (shape.lacked > 0) shape.lacking_traits = shape.traits;
    std::fputs(plan_genome(request).c_str(), stdout);
}

}  // namespace

Command const plan_genome_command{
    .name = "plan-genome",
    .summary = "memory, exchange and time of a whole-genome regression on clusters of some sizes",
    .usage = "--samples N --variants N --traits N [--nodes N...] [options]",
    .examples = "maniple plan-genome --samples 400000 --variants 500000 --traits 50 --nodes 1,8,64",
    .ranks = Ranks::root_only,
    .positional = "",
    .options = options,
    .execute = execute};

}  // namespace maniple::cli
