#include "maniple/run/export_results.hpp"

#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "store/known_results.hpp"
#include "store/scratch_store.hpp"
#include "store/text_file.hpp"

namespace maniple {
namespace {

using namespace test;
using Catch::Matchers::Contains;

constexpr float absent = std::numeric_limits<float>::quiet_NaN();

// Contigs 10, 2 and X with two variants each, the later position first; one filtered, one constant.
void write_run(std::filesystem::path const& run, std::vector<std::string> const& traits) {
    std::filesystem::create_directories(run);
    auto const contig = [](std::string const& name) {
        return ContigVariants{name,
                              {{20, name + "late", "A", "C"}, {10, name + "early", "A", "C"}}};
    };
    double const none = std::nan("");
    std::vector<float> const error{0.5F, 0.25F, 0.5F, 0.25F, absent, absent};
    TraitResults const trait{.beta = {1, 2, 1, 2, none, none},
                             .standard_error = error,
                             .neg_log10_p = error,
                             .status = {0, 0, 0, 0, 1, 2},
                             .samples = {10, 11, 10, 11, 10, 11},
                             .effect_allele_frequency = {0.5F, 0.125F, 0.5F, 0.125F, 0.5F, 0.125F}};
    write_results(run / "results.h5",
                  {.traits = traits,
                   .statuses = {"ok", "filtered_maf", "constant_genotype"},
                   .model = "linear",
                   .covariates = "",
                   .missing_genotype = "mean",
                   .fingerprint = 1},
                  std::vector{contig("10"), contig("2"), contig("X")},
                  std::vector(traits.size(), trait));
}

std::string exported(ResultExport plan) {
    Log log{Speaker::silent};
    export_results(plan, log);
    return text_of(plan.file);
}

TEST_CASE("export_results: sorted, filtered rows left out, rows without numbers kept", "[run]") {
    ScratchFolder const folder;
    write_run(folder.path() / "run", {"height"});
    auto const text =
        exported({.run = folder.path() / "run", .trait = "", .file = folder.path() / "out"});
    CHECK(text.substr(text.find('\n') + 1) ==
          "2\t10\tC\tA\t2\t0.25\t0.125\t0.25\t2early\t11\tok\n"
          "2\t20\tC\tA\t1\t0.5\t0.5\t0.5\t2late\t10\tok\n"
          "10\t10\tC\tA\t2\t0.25\t0.125\t0.25\t10early\t11\tok\n"
          "10\t20\tC\tA\t1\t0.5\t0.5\t0.5\t10late\t10\tok\n"
          "X\t10\tC\tA\tNA\tNA\t0.125\tNA\tXearly\t11\tconstant_genotype\n");
}

TEST_CASE("export_results: a trait is chosen by name, a wrong one lists them", "[run]") {
    ScratchFolder const folder;
    auto const run = folder.path() / "run";
    write_run(run, {"height", "weight"});
    auto const file = folder.path() / "out";
    CHECK_THAT(user_error([&] { exported({.run = run, .trait = "", .file = file}); }),
               Contains("height, weight") && Contains("--trait"));
    CHECK_THAT(user_error([&] { exported({.run = run, .trait = "hight", .file = file}); }),
               Contains("no trait 'hight'") && Contains("height, weight"));
    CHECK_FALSE(std::filesystem::exists(file));
    CHECK_FALSE(exported({.run = run, .trait = "weight", .file = file}).empty());
}

TEST_CASE("export_results: replaces a file only where told to", "[run]") {
    ScratchFolder const folder;
    auto const run = folder.path() / "run";
    write_run(run, {"height"});
    auto const file = write_text(folder.path() / "out", "precious");
    CHECK_THROWS_AS(exported({.run = run, .trait = "", .file = file}), UserError);
    CHECK(text_of(file) == "precious");
    auto const replace = [&](std::filesystem::path const& path) {
        return exported({.run = run,
                         .trait = "",
                         .file = path,
                         .format = StatisticsFormat::plink,
                         .existing = ExistingFile::replace});
    };
    CHECK_THAT(user_error([&] { replace(file); }), Contains("is not an export"));
    CHECK(text_of(file) == "precious");
    CHECK_THAT(user_error([&] { replace(run / "results.h5"); }), Contains("is not an export"));

    auto const earlier = folder.path() / "earlier";
    CHECK(exported({.run = run, .trait = "", .file = earlier}).starts_with("chromosome"));
    CHECK(replace(earlier).starts_with("#CHROM"));
}

TEST_CASE("export_results: a folder without results.h5 is a run that did not end", "[run]") {
    ScratchFolder const folder;
    CHECK_THAT(user_error([&] { exported({.run = folder.path(), .trait = "", .file = "x"}); }),
               Contains("has no results.h5"));
    CHECK_THROWS_AS(exported({.run = folder.path() / "no", .trait = "", .file = "x"}), UserError);
}

TEST_CASE("export_results: a missing folder is refused before anything is read", "[run]") {
    ScratchFolder const folder;
    CHECK_THAT(user_error([&] {
                   exported({.run = folder.path(),
                             .trait = "",
                             .file = folder.path() / "no" / "out",
                             .existing = ExistingFile::replace});
               }),
               Contains("is no folder") && Contains("--out"));
    CHECK_FALSE(std::filesystem::exists(folder.path() / "no"));
    CHECK_THROWS_AS(exported({.run = folder.path(), .trait = "", .file = "x", .threads = 0}),
                    ContractViolation);
}

TEST_CASE("contig_rank: numbers, then X, Y, XY and MT, then others", "[run]") {
    CHECK(contig_rank("2") < contig_rank("10"));
    CHECK(contig_rank("chr22") < contig_rank("chrX"));
    CHECK(contig_rank("23") == contig_rank("X"));
    CHECK(contig_rank("Y") < contig_rank("chrM"));
    CHECK(contig_rank("MT") == contig_rank("26"));
    CHECK(contig_rank("MT") < contig_rank("GL000191.1"));
    CHECK(contig_rank("0") == contig_rank("HLA"));
}

}  // namespace
}  // namespace maniple
