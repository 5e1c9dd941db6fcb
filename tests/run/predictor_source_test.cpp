#include "maniple/run/predictor_source.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "maniple/store/loco_file.hpp"
#include "maniple/store/predictor_file.hpp"
#include "run/scratch_cohort.hpp"

namespace maniple {
namespace {

using test::ScratchCohort;

constexpr std::int64_t samples = 40;

std::vector<LocoRow> make_rows() {
    std::vector<LocoRow> rows;
    for (auto const* contig : {"1", "2", "X"}) {
        LocoRow row{.contig = contig, .values = {}};
        for (int s = 0; s < samples; ++s) {
            row.values.push_back(static_cast<float>(s) / 7 + static_cast<float>(rows.size()));
        }
        rows.push_back(std::move(row));
    }
    rows[1].values[3] = std::nanf("");
    return rows;
}

TEST_CASE("open_predictors: text and file hold the same", "[run]") {
    ScratchCohort const scratch;
    auto const cohort = scratch.open();
    Log log{Speaker::silent};
    auto rows = make_rows();
    write_loco(scratch.path() / "a.loco", cohort.samples(), rows, ExistingFile::refuse);
    std::vector<LocoEntry> const entries{{"weight", scratch.path() / "a.loco"},
                                         {"height", scratch.path() / "a.loco"}};
    write_loco_list(scratch.path() / "a_pred.list", entries, ExistingFile::refuse);

    std::filesystem::create_directory(scratch.path() / "run");
    PredictorWriter writer{scratch.path() / "run/predictors.h5",
                           {.traits = {"weight", "height"},
                            .contigs = {"1", "2", "X"},
                            .method = "",
                            .covariates = "age",
                            .source = "",
                            .fingerprint = cohort.index().fingerprint,
                            .samples = samples}};
    std::vector<float> all;
    for (auto& row : rows) {
        row.values[3] = std::nanf("");
        all.insert(all.end(), row.values.begin(), row.values.end());
    }
    for (TraitIndex t{0}; t < TraitIndex{2}; ++t) {
        writer.write(t, {.unit = PredictionUnit::residual_sd, .r_squared = 0.25},
                     {all.data(), 3, samples});
    }
    writer.finish(ExistingFile::refuse);

    std::vector<std::string> const contigs{"chr2", "1"};
    for (auto const* name : {"a_pred.list", "run", "run/predictors.h5"}) {
        auto const source = open_predictors(scratch.path() / name, cohort, contigs, log);
        CHECK(source->traits() == std::vector<std::string>{"weight", "height"});
        std::vector<std::size_t> const wanted{1};
        source->prepare(wanted);
        CHECK_FALSE(source->is_complete(1));
        CHECK(std::isnan(source->how(1).scale));
        bool const is_text = source->file().extension() != ".h5";
        CHECK(source->how(1).unit ==
              (is_text ? PredictionUnit::unknown : PredictionUnit::residual_sd));
        CHECK(source->trait_samples(1) ==
              (is_text ? std::optional<std::int64_t>{} : std::optional{samples - 1}));
        for (std::size_t c = 0; c < contigs.size(); ++c) {
            auto const found = source->read(1, c);
            auto const& row = rows[c == 0 ? 1 : 0];
            REQUIRE(found.size() == row.values.size());
            for (std::size_t s = 0; s < found.size(); ++s) {
                CHECK((found[s] == row.values[s] ||
                       (std::isnan(found[s]) && std::isnan(row.values[s]))));
            }
        }
        std::vector<std::string> const labels{"clinic.height", "height"};
        CHECK(find_predictor(*source, "clinic.height", labels) == 1);
        std::vector<std::string> const unknown{"size"};
        CHECK_THROWS_AS(find_predictor(*source, "size", unknown), UserError);
    }
    CHECK_THROWS_AS(open_predictors(scratch.path() / "run", cohort, {"1", "7"}, log), UserError);
}

}  // namespace
}  // namespace maniple
