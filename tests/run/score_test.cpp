#include "maniple/run/score.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <random>
#include <sstream>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "run/scratch_cohort.hpp"

namespace maniple {
namespace {

using test::ScratchCohort;

// A variant of the cohort as scores may name it.
ScoredVariant name_variant(std::string const& contig, Variant const& variant, std::int64_t kind) {
    ScoredVariant named{.contig = contig,
                        .position = variant.position,
                        .id = ".",
                        .effect_allele = variant.alternate,
                        .other_allele = variant.reference,
                        .effect_allele_frequency = kind % 2 == 0 ? 0.3 : std::nan("")};
    if (kind % 3 == 1) std::swap(named.effect_allele, named.other_allele);
    if (kind % 5 == 4) named.position += 3;  // not in the cohort
    return named;
}

// Every variant of the cohort, three scores over them.
ScoreModel make_model(ScratchCohort const& cohort, unsigned seed) {
    std::mt19937_64 random{seed};
    std::normal_distribution<double> normal;
    ScoreModel model;
    model.weights.scores = {"wide", "narrow", "none"};
    model.weights.weights = WeightMatrix{3};
    std::int64_t kind = seed;
    for (std::size_t p : {0, 1}) {
        for (auto const& variant : cohort.variants(p)) {
            model.weights.variants.push_back(name_variant(p == 0 ? "chr1" : "2", variant, kind++));
            model.weights.weights.append_variant(
                std::vector{normal(random), kind % 4 == 0 ? 1e-6 * normal(random) : 0, 0.0});
        }
    }
    for (auto const& name : model.weights.scores) {
        model.scores.push_back({.name = name, .method = "imported"});
    }
    return model;
}

std::vector<PackedBlock> read_genotypes(Cohort const& cohort) {
    std::vector<PackedBlock> all;
    for (std::size_t p = 0; p < cohort.index().partitions.size(); ++p) {
        auto const reader = cohort.open_partition(p);
        PackedBlock genotypes{reader.variants(), cohort.samples().size()};
        std::int64_t next = 0;
        for (std::int64_t b = 0; b < reader.blocks(); ++b) {
            RawBlock raw;
            reader.read_block(b, raw);
            auto const view = decode_block(raw);
            for (LocalVariantIndex v{0}; v.get() < view.variants(); ++v) {
                std::ranges::copy(view.row(v), genotypes.row(LocalVariantIndex{next++}).begin());
            }
        }
        all.push_back(std::move(genotypes));
    }
    return all;
}

// Effect alleles of a sample; a missing genotype counts the frequency.
long double effect_alleles(PackedView genotypes, LocalVariantIndex v, SampleIndex s,
                           bool counts_reference, double training) {
    long double alternate = 0;
    long double called = 0;
    for (SampleIndex other{0}; other.get() < genotypes.samples(); ++other) {
        auto const genotype = genotypes.genotype(v, other);
        if (genotype == missing_genotype) continue;
        alternate += genotype;
        called += 2;
    }
    auto const genotype = genotypes.genotype(v, s);
    if (genotype != missing_genotype) return counts_reference ? 2.0L - genotype : genotype;
    auto const here = counts_reference ? 1 - alternate / called : alternate / called;
    return 2 * (std::isnan(training) ? here : static_cast<long double>(training));
}

// As `run_score` should, with A/T variants on the cohort's strand.
std::vector<long double> naive_scores(ScratchCohort const& cohort, ScoreModel const& model,
                                      ScoreIndex score) {
    auto const genotypes = read_genotypes(cohort.open());
    std::vector<long double> sums(40);
    std::int64_t i = 0;
    for (std::size_t p : {0, 1}) {
        for (std::size_t v = 0; v < cohort.variants(p).size(); ++v, ++i) {
            auto const& named = model.weights.variants[static_cast<std::size_t>(i)];
            if (named.position != cohort.variants(p)[v].position) continue;
            auto const weight = model.weights.weights.at(score, ScoredVariantIndex{i});
            for (std::int64_t s = 0; s < 40; ++s) {
                sums[static_cast<std::size_t>(s)] +=
                    weight * effect_alleles(genotypes[p].view(),
                                            LocalVariantIndex{static_cast<std::int64_t>(v)},
                                            SampleIndex{s},
                                            named.effect_allele != cohort.variants(p)[v].alternate,
                                            named.effect_allele_frequency);
            }
        }
    }
    return sums;
}

void put_model(ScratchCohort const& cohort, std::string const& name, ScoreModel const& model) {
    write_model(place_model(cohort.path(), name, ExistingFile::refuse), model,
                ExistingFile::refuse);
}

ScoreRequest request_for(ScratchCohort const& cohort, std::vector<std::string> models) {
    return {.store = cohort.path(),
            .models = std::move(models),
            .table = "scores",
            .existing = ExistingTable::replace,
            .ambiguous = AmbiguousStrand::keep,
            .min_match = 0.5};
}

void score(ScoreRequest const& request) {
    Log log{Speaker::silent};
    run_score(request, mpi::Communicator::alone(), log);
}

std::string read_text(std::filesystem::path const& file) {
    std::ifstream in{file, std::ios::binary};
    return (std::ostringstream{} << in.rdbuf()).str();
}

TEST_CASE("run_score: scores are the sums of weights times effect alleles", "[run]") {
    ScratchCohort const cohort;
    auto const a = make_model(cohort, 1);
    auto const b = make_model(cohort, 2);
    put_model(cohort, "a", a);
    put_model(cohort, "b", b);
    auto request = request_for(cohort, {"a", "b"});
    request.threads = GENERATE(1, 3);
    score(request);
    auto const table = cohort.open().read_table("scores");
    REQUIRE(table.columns.size() == 6);
    CHECK(table.columns[0].name == "a.wide");
    CHECK(table.columns[4].name == "b.narrow");
    for (std::size_t c = 0; c < 6; ++c) {
        auto const& model = c < 3 ? a : b;
        ScoreIndex const index{static_cast<std::int64_t>(c % 3)};
        auto const expected = naive_scores(cohort, model, index);
        long double total = 0;
        for (auto weight : model.weights.weights.score(index)) total += std::abs(weight);
        for (std::size_t s = 0; s < 40; ++s) {
            REQUIRE(std::abs(table.columns[c].values[s] - expected[s]) <= 1e-13L * total);
        }
    }
}

TEST_CASE("run_score: writes the chosen samples, what matched, and why the rest did not", "[run]") {
    ScratchCohort const cohort;
    put_model(cohort, "a", make_model(cohort, 1));
    auto const keep =
        cohort.write("keep.txt", "s3\ns1\nsample3\nsample1\n" + cohort.open().samples().ids[5] +
                                     "\n" + cohort.open().samples().ids[2] + "\n");
    auto request = request_for(cohort, {"a"});
    request.samples.keep = keep;
    request.run = cohort.path() / "run";
    score(request);
    auto const text = read_text(request.run / "scores.tsv");
    auto const lines = std::ranges::count(text, '\n');
    auto const table = cohort.open().read_table("scores");
    CHECK(table.columns[0].observed() == lines - 1);
    CHECK(text.find("IID\twide\tnarrow\tnone\n") != std::string::npos);
    auto const mode = std::filesystem::status(request.run / "scores.tsv").permissions();
    CHECK(mode == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    auto const matches = read_text(request.run / "matches.tsv");
    CHECK(std::ranges::count(matches, '\n') == 30);
    CHECK(matches.find("\tswapped\t") != std::string::npos);
    CHECK(matches.find("\tother_position\t") != std::string::npos);
    CHECK(read_text(request.run / "run.json").find("\"command\": \"score\"") != std::string::npos);
    CHECK_THROWS_AS(score(request), UserError);  // a finished run
}

TEST_CASE("run_score: averages are sums over twice the variants used", "[run]") {
    ScratchCohort const cohort;
    put_model(cohort, "a", make_model(cohort, 1));
    auto request = request_for(cohort, {"a"});
    score(request);
    auto const sums = cohort.open().read_table("scores");
    request.unit = ScoreUnit::average;
    score(request);
    auto const averages = cohort.open().read_table("scores");
    Log log{Speaker::silent};
    ScorePlan const plan{request, log};
    auto const alleles = 2 * static_cast<double>(plan.coverage()[0].used());
    CHECK(alleles > 20);
    for (std::size_t s = 0; s < 40; ++s) {
        REQUIRE(averages.columns[0].values[s] == sums.columns[0].values[s] / alleles);
    }
    CHECK(sums.columns[2].values[0] == 0);
    CHECK(averages.columns[2].values[0] == 0);
}

TEST_CASE("run_score: refuses scores of which little is there, and says why", "[run]") {
    ScratchCohort const cohort;
    auto model = make_model(cohort, 1);
    auto const refusal = [&](std::string const& name) {
        put_model(cohort, name, model);
        auto request = request_for(cohort, {name});
        request.min_match = 0.85;
        request.ambiguous.reset();
        try {
            score(request);
        } catch (UserError const& error) {
            return std::string{error.what()};
        }
        return std::string{};
    };
    CHECK(refusal("some").find("A/T or C/G") != std::string::npos);
    for (auto& variant : model.weights.variants) variant.position += 1;
    CHECK(refusal("moved").find("genome build") != std::string::npos);
    for (auto& variant : model.weights.variants) variant.contig = "7";
    CHECK(refusal("elsewhere").find("contigs are not in the store, which has 1, chr2") !=
          std::string::npos);
    for (auto& variant : model.weights.variants) variant.position = 0;
    CHECK(refusal("unplaced").find("not their IDs") != std::string::npos);
}

TEST_CASE("ScorePlan: reads only blocks with variants of scores", "[run]") {
    ScratchCohort const cohort;
    ScoreModel model;
    model.weights.scores = {"one"};
    model.scores = {{.name = "one"}};
    model.weights.weights = WeightMatrix{1};
    model.weights.variants = {name_variant("1", cohort.variants(0)[9], 0),
                              name_variant("2", cohort.variants(1)[8], 0),
                              name_variant("2", cohort.variants(1)[1], 0)};
    for (double weight : {0.5, -2.0, 0.0}) model.weights.weights.append_variant({{weight}});
    put_model(cohort, "one", model);
    Log log{Speaker::silent};
    ScorePlan const plan{request_for(cohort, {"one"}), log};
    REQUIRE(plan.blocks().size() == 2);
    CHECK(plan.blocks()[0].block == 1);
    CHECK(plan.blocks()[1].partition == 1);
    CHECK(plan.blocks()[1].block == 1);
    CHECK(plan.rows().size() == 2);
    CHECK(plan.coverage()[0].variants == 2);
    CHECK(plan.coverage()[0].mass == 1);
}

TEST_CASE("measure_coverage: the mass weighs squares by 2 f (1 - f)", "[run]") {
    ScratchCohort const cohort;
    ScoreModel model;
    model.weights.scores = {"one"};
    model.scores = {{.name = "one"}};
    model.weights.weights = WeightMatrix{1};
    for (std::size_t v : {1, 2, 3}) {
        model.weights.variants.push_back(name_variant("1", cohort.variants(0)[v], 0));
    }
    model.weights.variants[0].effect_allele_frequency = 0.5;
    model.weights.variants[1].effect_allele_frequency = 0.1;
    model.weights.variants[1].position = 5;
    model.weights.variants[2].effect_allele_frequency = std::nan("");
    model.weights.variants[2].contig = "9";
    for (double weight : {1.0, -2.0, 3.0}) model.weights.weights.append_variant({{weight}});
    put_model(cohort, "one", model);
    auto request = request_for(cohort, {"one"});
    request.min_match = 0.2;
    Log log{Speaker::silent};
    ScorePlan const plan{request, log};
    auto const known = 1 * 0.5 + 4 * 0.18;
    CHECK(plan.coverage()[0].mass == Approx(0.5 / (known + 9 * (0.5 + 0.18) / 2)));
    CHECK(plan.coverage()[0].share_used() == Approx(1.0 / 3));
}

}  // namespace
}  // namespace maniple
