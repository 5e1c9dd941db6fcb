// What follows score tests with a small p: the saddlepoint approximation or Firth's regression.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "event_buffers.hpp"
#include "maniple/model/firth_effect.hpp"
#include "maniple/model/test_status.hpp"
#include "maniple/stats/saddlepoint.hpp"

namespace maniple {

/// Numbers of one variant and trait; NaN unless status is ok.
struct EventTest {
    double beta;
    double standard_error;
    double neg_log10_p;
    TestStatus status;
};

/// A score test that is to be corrected.
struct ScoreRow {
    std::int64_t column = 0;  ///< Of the results.
    LocalVariantIndex variant{0};
    GenotypeCounts counts;             ///< On the trait's samples.
    double mean = 0;                   ///< ALT alleles per called sample.
    double score = 0;                  ///< U
    double information = 0;            ///< V
    std::vector<double> coefficients;  ///< G = g - Q coefficients.
};

using TakeTest = std::function<void(std::int64_t column, EventTest const& test)>;

/// The corrections of one block. Rows of one trait are gathered, so that covariates are read once
/// for several of them.
class EventCorrection {
public:
    EventCorrection(EventNull const& null, PackedView genotypes, EventSettings const& settings,
                    EventWorkspace::Buffers& work)
        : null_{null}, genotypes_{genotypes}, settings_{settings}, work_{work} {}

    /// Rows are of this trait from now on. \pre there is none left
    void start(std::size_t trait, TakeTest take);
    void add(ScoreRow row);
    void finish();  ///< Of the trait.

private:
    /// Those that are no carriers.
    struct OtherSamples {
        double weights = 0;   ///< Sum of w.
        double mean = 0;      ///< Of G, by weights.
        double variance = 0;  ///< Their part of V.
    };

    bool try_carriers(ScoreRow const& row);
    void correct_together();
    void correct_whole(ScoreRow const& row, double const* genotypes);
    EventTest judge(ScoreRow const& row, CumulantFunction const& cumulants) const;
    EventTest judge_hazard_of_carriers(ScoreRow const& row, CumulantFunction poisson,
                                       OtherSamples const& others);
    EventTest judge_hazard(ScoreRow const& row, CumulantFunction poisson, double const* genotypes);
    EventTest with_tail(EventTest test, std::function<double()> const& tail) const;
    double hazard_tail(ScoreRow const& row, CumulantFunction poisson, double events) const;
    std::span<SampleIndex const> find_missing_of(ScoreRow const& row);
    EventTest test_full_model(ScoreRow const& row);
    EventTest fit_exactly(ScoreRow const& row, CumulantFunction const& cumulants,
                          double const* genotypes);
    std::span<double const> means_without_missing(ScoreRow const& row);
    std::int64_t list_carriers(ScoreRow const& row);
    bool drops(ScoreRow const& row) const;

    EventNull const& null_;
    PackedView genotypes_;
    EventSettings const& settings_;
    EventWorkspace::Buffers& work_;
    EventTrait const* trait_ = nullptr;
    EventPattern const* pattern_ = nullptr;
    TakeTest take_;
    bool has_base_ = false;  // Firth's neighbourhood is the trait's.
    std::vector<ScoreRow> waiting_;
    std::vector<std::int64_t> carriers_;
};

}  // namespace maniple
