#include "maniple/store/predictor_file.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "store/scratch_store.hpp"

namespace maniple {
namespace {

using test::bytes_of;
using test::ScratchFolder;
using test::write_bytes;

constexpr float none = std::numeric_limits<float>::quiet_NaN();

PredictorHeader make_header(std::int64_t samples, WholeGenome whole) {
    return {.traits = {"height", "clinic.weight"},
            .contigs = {"1", "chr2", "X"},
            .whole = whole,
            .method = "stacked ridge",
            .covariates = "age,sex",
            .source = "maniple scan --whole-genome ridge",
            .fingerprint = 0xfedcba9876543210,
            .samples = samples};
}

/// Predictions of a trait, slices x samples; every seventh sample has none.
std::vector<float> make_predictions(PredictorHeader const& header, unsigned seed) {
    std::mt19937 random{seed};
    std::normal_distribution<float> normal;
    std::vector<float> values(static_cast<std::size_t>(header.slices() * header.samples));
    for (std::size_t i = 0; i < values.size(); ++i) {
        auto const sample = i % static_cast<std::size_t>(header.samples);
        values[i] = sample % 7 == seed ? none : normal(random);
    }
    return values;
}

/// Of height, and of weight.
TraitPrediction how(std::int64_t trait) {
    if (trait == 1) return {.unit = PredictionUnit::log_odds, .scale = 1};
    return {.unit = PredictionUnit::residual_sd,
            .scale = 6.5,
            .heritability = 0.25,
            .r_squared = 0.125};
}

std::vector<std::vector<float>> write_known(std::filesystem::path const& path,
                                            PredictorHeader const& header) {
    std::vector<std::vector<float>> all;
    PredictorWriter writer{path, header};
    for (unsigned t = 0; t < header.traits.size(); ++t) {
        all.push_back(make_predictions(header, t));
    }
    for (auto t = std::ssize(all); t-- > 0;) {  // Any order will do.
        writer.write(TraitIndex{t}, how(t),
                     {all[static_cast<std::size_t>(t)].data(), header.slices(), header.samples});
    }
    CHECK_FALSE(std::filesystem::exists(path));
    writer.finish(ExistingFile::refuse);
    return all;
}

bool are_equal(std::span<float const> a, std::span<float const> b) {
    return std::ranges::equal(a, b, [](float x, float y) {
        return std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(y);
    });
}

TEST_CASE("PredictorWriter: what is written is read, in equal bytes", "[store]") {
    ScratchFolder const folder;
    auto const samples = GENERATE(std::int64_t{1}, std::int64_t{63}, std::int64_t{1000});
    auto const whole = GENERATE(WholeGenome::absent, WholeGenome::present);
    auto const header = make_header(samples, whole);
    auto const written = write_known(folder / "a.h5", header);

    PredictorReader const reader{folder / "a.h5"};
    auto const& read = reader.header();
    CHECK(read.traits == header.traits);
    CHECK(read.contigs == header.contigs);
    CHECK(read.whole == whole);
    CHECK(read.method == header.method);
    CHECK(read.covariates == header.covariates);
    CHECK(read.source == header.source);
    CHECK(read.fingerprint == header.fingerprint);
    CHECK(read.samples == samples);
    auto const& height = reader.how(TraitIndex{0});
    CHECK(height.unit == PredictionUnit::residual_sd);
    CHECK(height.scale == 6.5);
    CHECK(height.heritability == 0.25);
    CHECK(height.r_squared == 0.125);
    auto const& weight = reader.how(TraitIndex{1});
    CHECK(weight.unit == PredictionUnit::log_odds);
    CHECK(weight.scale == 1);
    CHECK(std::isnan(weight.heritability));
    CHECK(std::isnan(weight.r_squared));
    for (TraitIndex t{0}; t.at() < written.size(); ++t) {
        std::int64_t count = 0;
        for (std::int64_t s = 0; s < samples; ++s) count += s % 7 != t.get() ? 1 : 0;
        CHECK(reader.trait_samples(t) == count);
        for (std::int64_t c = 0; c < header.slices(); ++c) {
            auto const slice = std::span{written[t.at()]}.subspan(
                static_cast<std::size_t>(c * samples), static_cast<std::size_t>(samples));
            CHECK(are_equal(reader.read(t, c), slice));
        }
    }
    write_known(folder / "b.h5", header);
    CHECK(bytes_of(folder / "a.h5") == bytes_of(folder / "b.h5"));
}

TEST_CASE("PredictorHeader: contigs are found by any of their names", "[store]") {
    auto header = make_header(5, WholeGenome::absent);
    CHECK(header.slice_of("chr1") == 0);
    CHECK(header.slice_of("01") == 0);
    CHECK(header.slice_of("2") == 1);
    CHECK(header.slice_of("23") == 2);
    CHECK(header.slice_of("chrx") == 2);
    CHECK_FALSE(header.slice_of("3").has_value());
    header.whole = WholeGenome::present;
    CHECK(header.slice_of("3") == 3);
    CHECK(header.slice_of("1") == 0);
}

TEST_CASE("PredictorWriter: leaves nothing behind unless it finishes, and replaces when told to",
          "[store]") {
    ScratchFolder const folder;
    auto const header = make_header(5, WholeGenome::absent);
    {
        PredictorWriter writer{folder / "a.h5", header};
        auto const values = make_predictions(header, 0);
        writer.write(TraitIndex{0}, how(0), {values.data(), header.slices(), header.samples});
        CHECK_THROWS_AS(writer.finish(ExistingFile::refuse), ContractViolation);
    }
    CHECK(folder.files() == 0);
    write_known(folder / "a.h5", header);
    auto const before = bytes_of(folder / "a.h5");
    PredictorWriter writer{folder / "a.h5", header};
    auto const values = make_predictions(header, 3);
    for (TraitIndex t{0}; t < TraitIndex{2}; ++t) {
        writer.write(t, how(t.get()), {values.data(), header.slices(), header.samples});
    }
    CHECK_THROWS_AS(writer.finish(ExistingFile::refuse), EnvironmentError);
    CHECK(bytes_of(folder / "a.h5") == before);
}

TEST_CASE("PredictorWriter: what makes no sense is a bug of the caller", "[store]") {
    ScratchFolder const folder;
    auto const header = make_header(9, WholeGenome::absent);
    auto twice = header;
    twice.contigs.push_back("chr1");
    CHECK_THROWS_AS((PredictorWriter{folder / "b.h5", twice}), ContractViolation);
    twice = header;
    twice.traits.push_back("height");
    CHECK_THROWS_AS((PredictorWriter{folder / "b.h5", twice}), ContractViolation);

    PredictorWriter writer{folder / "a.h5", header};
    auto values = make_predictions(header, 1);
    auto const write = [&](TraitIndex trait, double scale,
                           PredictionUnit unit = PredictionUnit::residual_sd) {
        writer.write(trait, {.unit = unit, .scale = scale},
                     {values.data(), header.slices(), header.samples});
    };
    CHECK_THROWS_AS(write(TraitIndex{2}, 1), ContractViolation);
    CHECK_THROWS_AS(write(TraitIndex{0}, 0), ContractViolation);
    CHECK_THROWS_AS(write(TraitIndex{0}, 1, PredictionUnit::unknown), ContractViolation);
    CHECK_THROWS_AS(write(TraitIndex{0}, 2, PredictionUnit::log_odds), ContractViolation);
    CHECK_THROWS_AS(write(TraitIndex{0}, std::numeric_limits<double>::infinity()),
                    ContractViolation);
    CHECK_THROWS_AS(writer.write(TraitIndex{0}, how(0), {values.data(), 2, header.samples}),
                    ContractViolation);
    values[4] = none;
    CHECK_THROWS_AS(write(TraitIndex{0}, 1), ContractViolation);
    values = make_predictions(header, 1);
    values[4] = std::numeric_limits<float>::infinity();
    CHECK_THROWS_AS(write(TraitIndex{0}, 1), ContractViolation);
    values = make_predictions(header, 1);
    write(TraitIndex{0}, 1);
    CHECK_THROWS_AS(write(TraitIndex{0}, 1), ContractViolation);
}

/// Everything that the file says, or that it is damaged.
std::optional<std::vector<float>> everything(std::filesystem::path const& path) {
    try {
        PredictorReader const reader{path};
        auto const& first = reader.how(TraitIndex{0});
        std::vector<float> all{static_cast<float>(first.scale),
                               static_cast<float>(first.heritability),
                               static_cast<float>(first.r_squared),
                               static_cast<float>(first.unit == PredictionUnit::residual_sd)};
        for (TraitIndex t{0}; t.get() < std::ssize(reader.header().traits); ++t) {
            for (std::int64_t c = 0; c < reader.header().slices(); ++c) {
                auto const values = reader.read(t, c);
                all.insert(all.end(), values.begin(), values.end());
            }
        }
        for (auto const& text : {reader.header().method, reader.header().covariates,
                                 reader.header().source, reader.header().traits[0]}) {
            for (char letter : text) all.push_back(static_cast<float>(letter));
        }
        return all;
    } catch (CorruptInput const&) {
        return std::nullopt;
    } catch (EnvironmentError const&) {
        return std::nullopt;
    }
}

TEST_CASE("PredictorReader: damage is found wherever it is", "[store]") {
    ScratchFolder const folder;
    write_known(folder / "a.h5", make_header(200, WholeGenome::present));
    auto const bytes = bytes_of(folder / "a.h5");
    auto const whole = everything(folder / "a.h5");
    REQUIRE(whole.has_value());
    std::int64_t found = 0;
    for (std::size_t at = 0; at < bytes.size(); at += 13) {
        auto damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        write_bytes(folder / "b.h5", damaged);
        auto const read = everything(folder / "b.h5");
        if (read) {
            REQUIRE(are_equal(*read, *whole));
        } else {
            ++found;
        }
    }
    CHECK(found > std::ssize(bytes) / 13 / 3);
    for (std::size_t size : {std::size_t{0}, std::size_t{9}, bytes.size() / 2, bytes.size() - 1}) {
        write_bytes(folder / "b.h5", {bytes.begin(), bytes.begin() + static_cast<long>(size)});
        CHECK_FALSE(everything(folder / "b.h5").has_value());
    }
}

TEST_CASE("PredictorReader: other files are refused", "[store]") {
    ScratchFolder const folder;
    CHECK_THROWS_AS(PredictorReader{folder / "none.h5"}, UserError);
    auto const index = test::make_index(test::make_samples(9), 8);
    write_cohort_index(folder.path(), index);
    CHECK_THROWS_AS(PredictorReader{folder / "cohort.h5"}, CorruptInput);
}

}  // namespace
}  // namespace maniple
