/// \file  The folder of a small finished scan of a ScratchCohort, for tests of reports.
#pragma once

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "maniple/core/checksum.hpp"
#include "maniple/model/test_status.hpp"
#include "maniple/stats/genomic_inflation.hpp"
#include "run/scratch_cohort.hpp"
#include "store/known_results.hpp"

namespace maniple::test {

/// Two traits, "a" and "b", on the 29 variants of the cohort. The second and fourth variant are
/// hits of "a"; the last one was not tested for "b".
class ScratchScan {
public:
    ScratchScan() {
        auto const cohort = cohort_.open();
        write_numbers(cohort.index());
        write_record(cohort.index());
        summary = {
            "trait\ttype\tsamples\tcases\tcontrols\tleft_out_by_covariate\tpredictors\t"
            "unpredicted\ttested\tlambda_gc\thits",
            summary_line("a", "quantitative\t40\tNA\tNA", numbers_[0], 29, 2, 0),
            summary_line("b", "binary\t39\t<5\tNA", numbers_[1], 28, 0, 1)};
        for (auto const status : test_status_names().subspan(1)) {
            summary[0] += fmt::format("\t{}", status);
        }
        write_texts();
    }

    std::filesystem::path const& path() const { return folder_.path(); }
    ScratchCohort const& cohort() const { return cohort_; }

    /// run.json and summary.tsv; write_texts() puts them into the folder.
    nlohmann::ordered_json record;
    std::vector<std::string> summary;

    void write_texts() const {
        std::ofstream{path() / "run.json"} << record.dump();
        std::ofstream out{path() / "summary.tsv"};
        for (auto const& line : summary) out << line << '\n';
    }

private:
    void write_numbers(CohortIndex const& index) {
        for (int t = 0; t < 2; ++t) {
            auto& results = numbers_.emplace_back();
            for (std::size_t v = 0; v < 29; ++v) {
                bool const is_tested = t == 0 || v < 28;
                auto p = 0.1F * static_cast<float>(v % 10);
                if (t == 0 && v == 1) p = 9;
                if (t == 0 && v == 3) p = 8;
                results.neg_log10_p.push_back(is_tested ? p
                                                        : std::numeric_limits<float>::quiet_NaN());
                results.beta.push_back(0.5);
                results.standard_error.push_back(0.1F);
                results.status.push_back(is_tested ? 0 : 6);
                results.samples.push_back(40 - t);
                results.effect_allele_frequency.push_back(0.1F);
            }
        }
        ResultHeader header{.traits = {"a", "b"},
                            .statuses = {},
                            .model = "linear",
                            .covariates = "age,sex",
                            .missing_genotype = "mean",
                            .fingerprint = index.fingerprint};
        for (auto const status : test_status_names()) header.statuses.emplace_back(status);
        std::vector<ContigVariants> const contigs{{"1", cohort_.variants(0)},
                                                  {"chr2", cohort_.variants(1)}};
        write_results(path() / "results.h5", header, contigs, numbers_);
    }

    void write_record(CohortIndex const& index) {
        record = {{"version", "0"},
                  {"libraries", nlohmann::ordered_json::object()},
                  {"plan",
                   {{"command", "scan"},
                    {"traits", {"a", "b"}},
                    {"covariates", {"age", "sex"}},
                    {"samples", 40},
                    {"variants", 29}}},
                  {"inputs",
                   {{"store", cohort_.path().string()},
                    {"fingerprint", to_hex(index.fingerprint)},
                    {"samples", 40},
                    {"partitions", nlohmann::ordered_json::array()}}}};
        for (auto const& partition : index.partitions) {
            record["inputs"]["partitions"].push_back(
                {{"file", partition.file}, {"checksum", to_hex(partition.checksum)}});
        }
    }

    static std::string summary_line(char const* name, char const* people,
                                    TraitResults const& results, int tested, int hits,
                                    int constant) {
        auto line = fmt::format("{}\t{}\t0\tNA\t0\t{}\t{:.4f}\t{}", name, people, tested,
                                genomic_inflation(results.neg_log10_p), hits);
        for (std::size_t status = 1; status < test_status_names().size(); ++status) {
            line += fmt::format("\t{}", status == 6 ? constant : 0);
        }
        return line;
    }

    ScratchCohort cohort_;
    ScratchFolder folder_;
    std::vector<TraitResults> numbers_;
};

}  // namespace maniple::test
