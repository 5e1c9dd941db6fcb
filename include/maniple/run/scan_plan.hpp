/// \file  What a scan will do, decided and checked before any genotype is read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/model/linear_null.hpp"
#include "maniple/model/linear_scan.hpp"
#include "maniple/model/variant_filter.hpp"
#include "maniple/run/sample_choice.hpp"
#include "maniple/run/variant_choice.hpp"
#include "maniple/store/cohort.hpp"

namespace maniple {

/// What was asked for.
struct ScanRequest {
    std::filesystem::path store;
    std::filesystem::path run;            ///< Folder of results; need not be there.
    std::vector<std::string> traits;      ///< Names, patterns, or "all".
    std::vector<std::string> covariates;  ///< Names.
    MissingGenotype missing = MissingGenotype::mean;
    VariantFilter filter;
    SampleFiles samples;
    VariantFiles variants;
    int threads = 1;
};

/// One trait as people count it.
struct TraitCounts {
    ColumnType type = ColumnType::quantitative;
    std::int64_t samples = 0;  ///< Analysed.
    std::int64_t cases = 0;    ///< Of them, for a binary trait.
};

/// Cases and controls of a binary trait for people to read.
struct PeopleText {
    std::string cases;
    std::string controls;
};

/// Numbers; where one of them is from 1 to 4 that one is "<5" and the other is "NA", so that it
/// cannot be found by subtraction.
PeopleText describe_people(TraitCounts const& counts);

/// The same on every rank, but for the number of threads. Immutable.
class ScanPlan {
public:
    /// Opens the store, resolves names, fits the covariates. Explains what it finds in `log`.
    /// \throws UserError where the request cannot be met; whatever the store throws.
    ScanPlan(ScanRequest request, Log& log);

    ScanRequest const& request() const { return request_; }
    Cohort const& cohort() const { return cohort_; }
    LinearNull const& null() const { return null_; }
    std::vector<ChosenBlock> const& blocks() const { return blocks_; }
    std::int64_t variants() const { return variants_; }  ///< Rows of the result.
    std::vector<std::string> const& trait_labels() const { return labels_; }
    std::vector<std::string> const& covariate_labels() const { return covariate_labels_; }
    std::vector<std::string> const& tables() const { return tables_; }  ///< Those that are used.
    /// Per trait of null().traits().
    std::vector<TraitCounts> const& trait_counts() const { return counts_; }

private:
    struct Inputs;
    ScanPlan(ScanRequest request, Inputs inputs, Log& log);

    ScanRequest request_;
    Cohort cohort_;
    LinearNull null_;
    std::vector<ChosenBlock> blocks_;
    std::int64_t variants_ = 0;
    std::vector<std::string> labels_;
    std::vector<std::string> covariate_labels_;
    std::vector<std::string> tables_;
    std::vector<TraitCounts> counts_;
};

}  // namespace maniple
