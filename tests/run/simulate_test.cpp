#include "maniple/run/simulate.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "maniple/store/cohort.hpp"
#include "maniple/store/effect_file.hpp"
#include "maniple/store/plink_reader.hpp"
#include "maniple/store/text_table_reader.hpp"
#include "store/scratch_store.hpp"

namespace maniple {
namespace {

namespace fs = std::filesystem;

SimulateOptions make_options(fs::path const& store) {
    SimulateOptions options;
    options.store = store;
    options.genotypes = {.samples = 700, .variants = 1500, .contigs = 3, .relatives = 0.2};
    options.traits.time_to_event = 1;
    options.traits.causal = 40;
    return options;
}

SimulateSummary simulate_quietly(SimulateOptions const& options) {
    Log log{Speaker::silent};
    return simulate(options, log);
}

/// Every file under a folder, by its path in it.
std::map<std::string, std::vector<char>> contents(fs::path const& folder) {
    std::map<std::string, std::vector<char>> files;
    for (auto const& entry : fs::recursive_directory_iterator{folder}) {
        if (!entry.is_regular_file()) continue;
        files[fs::relative(entry.path(), folder).string()] = test::bytes_of(entry.path());
    }
    return files;
}

TEST_CASE("simulate: same bytes for any number of threads, others for another seed", "[run]") {
    test::ScratchFolder const folder;
    auto options = make_options(folder.path() / "one");
    options.bfile = folder.path() / "plink_one";
    auto const summary = simulate_quietly(options);
    CHECK(summary.ingest.variants == 1500);
    CHECK(summary.families == 35);
    CHECK(summary.effects == 160);

    auto more = options;
    more.threads = GENERATE(2, 5);
    more.store = folder.path() / "more";
    more.bfile = folder.path() / "plink_more";
    simulate_quietly(more);
    auto const one = contents(options.store);
    CHECK(one == contents(more.store));
    CHECK(one.count("tables/simulated.h5") == 1);
    CHECK(one.count("models/truth.h5") == 1);
    for (char const* suffix : {".bed", ".bim", ".fam", ".tsv"}) {
        CHECK(test::bytes_of(options.bfile->string() + suffix) ==
              test::bytes_of(more.bfile->string() + suffix));
    }

    more.genotypes.seed = 2;
    more.store = folder.path() / "other";
    more.bfile.reset();
    simulate_quietly(more);
    for (auto const& [name, bytes] : contents(more.store)) CHECK(one.at(name) != bytes);
}

TEST_CASE("simulate: the PLINK files and the text table hold the store's cohort", "[run]") {
    test::ScratchFolder const folder;
    auto options = make_options(folder.path() / "store");
    options.bfile = folder.path() / "plink";
    simulate_quietly(options);

    Cohort const cohort{options.store};
    PlinkReader reader{*options.bfile, SampleIdSource::individual};
    CHECK(reader.samples().ids == cohort.samples().ids);
    CHECK(reader.samples().families == cohort.samples().families);
    CHECK(reader.samples().sexes == cohort.samples().sexes);
    std::int64_t variants = 0;
    for (std::size_t p = 0; p < cohort.index().partitions.size(); ++p) {
        auto const partition = cohort.open_partition(p);
        for (std::int64_t b = 0; b < partition.blocks(); ++b) {
            auto const rows = partition.block_rows(b);
            auto const expected = reader.next(rows.size());
            REQUIRE(expected);
            RawBlock raw;
            partition.read_block(b, raw);
            auto const genotypes = decode_block(raw);
            auto const variants_read = partition.read_variants(b);
            CHECK(expected->contig == cohort.index().partitions[p].contig);
            CHECK(std::ranges::equal(genotypes.words(), expected->genotypes.view().words()));
            for (std::int64_t v = 0; v < rows.size(); ++v, ++variants) {
                REQUIRE(variants_read[static_cast<std::size_t>(v)] ==
                        expected->variants[static_cast<std::size_t>(v)]);
            }
        }
    }
    CHECK(variants == 1500);
    CHECK_FALSE(reader.next(1));

    auto const table = cohort.read_table("simulated");
    auto const text = read_text_table(options.bfile->string() + ".tsv", {});
    REQUIRE(text.columns.size() == table.columns.size());
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
        auto const& stored = table.columns[c];
        CHECK(text.columns[c].name == stored.name);
        CHECK(text.columns[c].type == stored.type);
        CHECK(text.columns[c].levels == stored.levels);
        for (std::size_t s = 0; s < stored.values.size(); ++s) {
            double const is = text.columns[c].values[s], was = stored.values[s];
            REQUIRE((is == was || (std::isnan(is) && std::isnan(was))));
        }
    }
}

TEST_CASE("simulate: truth names variants of the store and adds up", "[run]") {
    test::ScratchFolder const folder;
    auto options = make_options(folder.path() / "store");
    options.genotypes.missing_genotypes = 0;
    simulate_quietly(options);
    Cohort const cohort{options.store};
    auto const truth = read_effects(options.store / "models" / "truth.h5");
    CHECK(truth.fingerprint == cohort.index().fingerprint);
    REQUIRE(truth.traits.size() == 4);

    std::vector<std::vector<double>> sums(4, std::vector<double>(700));
    std::size_t found = 0;
    for (std::size_t p = 0; p < cohort.index().partitions.size(); ++p) {
        auto const partition = cohort.open_partition(p);
        for (std::int64_t b = 0; b < partition.blocks(); ++b) {
            auto const rows = partition.block_rows(b);
            RawBlock raw;
            partition.read_block(b, raw);
            auto const genotypes = decode_block(raw);
            auto const variants_read = partition.read_variants(b);
            for (auto const& effect : truth.effects) {
                if (effect.contig != cohort.index().partitions[p].contig) continue;
                for (LocalVariantIndex v{0}; v < LocalVariantIndex{rows.size()}; ++v) {
                    auto const& variant = variants_read[v.at()];
                    if (!(variant == effect.variant)) continue;
                    ++found;
                    for (SampleIndex s{0}; s < SampleIndex{700}; ++s) {
                        sums[effect.trait.at()][s.at()] += effect.effect * genotypes.genotype(v, s);
                    }
                }
            }
        }
    }
    CHECK(found == truth.effects.size());
    for (std::size_t t = 0; t < 4; ++t) {
        double const shift = sums[t][0] - truth.genetic_values[t][0];
        double squares = 0;
        for (std::size_t s = 0; s < 700; ++s) {
            REQUIRE(sums[t][s] - shift == Approx(truth.genetic_values[t][s]).margin(1e-9));
            squares += truth.genetic_values[t][s] * truth.genetic_values[t][s];
        }
        CHECK(squares / 699 == Approx(0.3).epsilon(1e-9));
    }
}

TEST_CASE("simulate: the smallest cohorts are stores too", "[run]") {
    test::ScratchFolder const folder;
    SimulateOptions options;
    options.store = folder.path() / "store";
    options.genotypes = {.samples = GENERATE(1, 3), .variants = 1};
    auto const traits = GENERATE(0, 1);
    options.traits = {.quantitative = traits,
                      .binary = traits,
                      .time_to_event = traits,
                      .covariates = traits,
                      .causal = {}};
    simulate_quietly(options);
    Cohort const cohort{options.store};
    CHECK(cohort.samples().size() == options.genotypes.samples);
    CHECK(cohort.index().variants() == 1);
    CHECK(std::ssize(cohort.read_table("simulated").columns) == 4 + 5 * traits);
}

TEST_CASE("simulate: refuses bad plans and existing stores, and leaves nothing behind", "[run]") {
    test::ScratchFolder const folder;
    auto options = make_options(folder.path() / "store");
    options.bfile = folder.path() / "plink";
    options.traits.heritability = 2;
    CHECK_THROWS_AS(simulate_quietly(options), UserError);
    CHECK(fs::is_empty(folder.path()));

    options.traits.heritability = 0.5;
    options.bfile = folder.path() / "nowhere" / "plink";
    CHECK_THROWS_AS(simulate_quietly(options), Error);
    CHECK(fs::is_empty(folder.path()));

    options.bfile.reset();
    simulate_quietly(options);
    auto const before = contents(folder.path());
    CHECK_THROWS_WITH(simulate_quietly(options), Catch::Contains("exists"));
    CHECK(contents(folder.path()) == before);
}

}  // namespace
}  // namespace maniple
