#include "maniple/store/result_file.hpp"

#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "store/scratch_store.hpp"

namespace maniple {
namespace {

using test::bytes_of;
using test::make_variants;
using test::ScratchFolder;

ResultHeader header_of(std::int64_t traits, std::int64_t variants) {
    ResultHeader header{.traits = {},
                        .statuses = {"ok", "monomorphic"},
                        .model = "linear",
                        .covariates = "age,sex",
                        .missing_genotype = "mean",
                        .fingerprint = 0xffffffff00000001,
                        .variants = variants};
    for (std::int64_t t = 0; t < traits; ++t) header.traits.push_back("trait-" + std::to_string(t));
    return header;
}

TraitResults numbers(std::int64_t trait, std::int64_t variants) {
    TraitResults results;
    for (std::int64_t v = 0; v < variants; ++v) {
        auto const x = static_cast<double>(v * 31 + trait);
        auto const absent = v % 11 == 3;
        results.beta.push_back(absent ? std::numeric_limits<double>::quiet_NaN() : std::sin(x));
        results.standard_error.push_back(static_cast<float>(std::cos(x)));
        results.neg_log10_p.push_back(static_cast<float>(x));
        results.status.push_back(absent ? 1 : 0);
        results.samples.push_back(static_cast<std::int32_t>(v + trait));
        results.effect_allele_frequency.push_back(static_cast<float>(1 / (x + 1)));
    }
    return results;
}

ResultRows rows_of(TraitResults const& all, std::size_t first, std::size_t count) {
    return {
        .beta = std::span{all.beta}.subspan(first, count),
        .standard_error = std::span{all.standard_error}.subspan(first, count),
        .neg_log10_p = std::span{all.neg_log10_p}.subspan(first, count),
        .status = std::span{all.status}.subspan(first, count),
        .samples = std::span{all.samples}.subspan(first, count),
        .effect_allele_frequency = std::span{all.effect_allele_frequency}.subspan(first, count)};
}

// Appends in steps of `step`; the second half lies on another contig.
void write_results(std::filesystem::path const& path, std::int64_t traits, std::int64_t variants,
                   std::int64_t step) {
    std::vector<TraitResults> all;
    for (std::int64_t t = 0; t < traits; ++t) all.push_back(numbers(t, variants));
    auto const table = make_variants(0, variants);
    ResultWriter writer{path, header_of(traits, variants)};
    auto const half = variants / 2;
    for (std::int64_t first = 0; first < variants;) {
        auto const last = std::min(first + step, first < half ? half : variants);
        std::vector<ResultRows> rows;
        auto const count = static_cast<std::size_t>(last - first);
        for (auto const& trait : all) {
            rows.push_back(rows_of(trait, static_cast<std::size_t>(first), count));
        }
        writer.append(first < half ? "1" : "X",
                      std::span{table}.subspan(static_cast<std::size_t>(first), count), rows);
        first = last;
    }
    writer.finish();
}

template <class T>
bool same(std::vector<T> const& a, std::vector<T> const& b) {
    return std::ranges::equal(a, b,
                              [](T x, T y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

TEST_CASE("ResultWriter: what goes in comes out", "[store]") {
    ScratchFolder const folder;
    auto const path = folder.path() / "results.h5";
    auto const traits = GENERATE(1, 3);
    auto const variants = GENERATE(1, 1000, 16'384, 40'000);
    write_results(path, traits, variants, 512);

    ResultReader const reader{path};

    auto const expected = header_of(traits, variants);
    CHECK(reader.header().traits == expected.traits);
    CHECK(reader.header().statuses == expected.statuses);
    CHECK(reader.header().covariates == expected.covariates);
    CHECK(reader.header().missing_genotype == expected.missing_genotype);
    CHECK(reader.header().fingerprint == expected.fingerprint);
    CHECK(reader.variants() == make_variants(0, variants));
    CHECK(reader.contigs().size() == (variants == 1 ? 1 : 2));
    CHECK(reader.variant_contig().back() == (variants == 1 ? 0 : 1));
    for (std::int64_t t = 0; t < traits; ++t) {
        auto const truth = numbers(t, variants);
        auto const found = reader.read(TraitIndex{t});
        CHECK(same(found.beta, truth.beta));
        CHECK(same(found.standard_error, truth.standard_error));
        CHECK(same(found.neg_log10_p, truth.neg_log10_p));
        CHECK(found.status == truth.status);
        CHECK(found.samples == truth.samples);
        CHECK(same(found.effect_allele_frequency, truth.effect_allele_frequency));
    }
    CHECK_THROWS_AS(reader.read(TraitIndex{traits}), ContractViolation);
}

TEST_CASE("ResultWriter: many traits use smaller chunks", "[store]") {
    ScratchFolder const folder;
    auto const path = folder.path() / "results.h5";
    write_results(path, 700, 9'000, 1'000);  // chunks of 4,096 rows

    CHECK(same(ResultReader{path}.read(TraitIndex{699}).beta, numbers(699, 9'000).beta));
}

TEST_CASE("ResultWriter: no variants at all", "[store]") {
    ScratchFolder const folder;
    auto const path = folder.path() / "results.h5";
    write_results(path, 2, 0, 1);

    ResultReader const reader{path};

    CHECK(reader.variants().empty());
    CHECK(reader.read(TraitIndex{1}).beta.empty());
}

TEST_CASE("ResultWriter: bytes do not depend on how rows arrive", "[store]") {
    ScratchFolder const folder;
    write_results(folder.path() / "a.h5", 2, 40'000, 512);
    write_results(folder.path() / "b.h5", 2, 40'000, 33'333);

    CHECK(bytes_of(folder.path() / "a.h5") == bytes_of(folder.path() / "b.h5"));
}

TEST_CASE("ResultWriter: leaves nothing behind unless it finishes", "[store]") {
    ScratchFolder const folder;
    {
        ResultWriter writer{folder.path() / "results.h5", header_of(1, 10)};
        CHECK_THROWS_AS(writer.finish(), ContractViolation);
    }
    CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("ResultWriter: checks what it is given", "[store]") {
    ScratchFolder const folder;
    auto const truth = numbers(0, 10);
    auto const rows = std::vector{rows_of(truth, 0, 10)};
    ResultWriter writer{folder.path() / "results.h5", header_of(1, 5)};

    CHECK_THROWS_AS(writer.append("1", make_variants(0, 10), rows), ContractViolation);
    CHECK_THROWS_AS(writer.append("1", make_variants(0, 5), rows), ContractViolation);
    CHECK_THROWS_AS(writer.append("1", make_variants(0, 5), {}), ContractViolation);
    CHECK_THROWS_AS(ResultWriter(folder.path() / "results.h5", header_of(1, 5)), EnvironmentError);
}

TEST_CASE("ResultReader: tells missing from damaged", "[store]") {
    ScratchFolder const folder;
    auto const path = folder.path() / "results.h5";
    CHECK_THROWS_AS(ResultReader{path}, UserError);
    write_results(path, 1, 100, 10);
    std::filesystem::resize_file(path, 2000);
    CHECK_THROWS_AS(ResultReader{path}, CorruptInput);
    std::filesystem::remove(path);
    write_cohort_index(folder.path(), test::make_index(test::make_samples(2), 4));
    CHECK_THROWS_AS(ResultReader{folder.path() / "cohort.h5"}, CorruptInput);
}

}  // namespace
}  // namespace maniple
