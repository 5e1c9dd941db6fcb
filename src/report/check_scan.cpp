#include "maniple/report/check_scan.hpp"

#include <algorithm>
#include <cstdint>
#include <system_error>

#include "maniple/report/scan_record.hpp"
#include "maniple/report/scan_survey.hpp"
#include "maniple/run/scan_tally.hpp"
#include "maniple/stats/inflation_counter.hpp"
#include "maniple/store/result_file.hpp"
#include "scan_agreement.hpp"

namespace maniple {
namespace {

bool is_there(std::filesystem::path const& file) {
    std::error_code ignored;
    return std::filesystem::exists(file, ignored);
}

TraitNumbers numbers_of(ResultReader const& results, TraitIndex trait) {
    auto const step = results.chunk_rows() * std::max<std::int64_t>(1, 4096 / results.chunk_rows());
    auto const variants = results.header().variants;
    TraitNumbers numbers;
    InflationCounter inflation;
    for (std::int64_t row = 0; row < variants; row += step) {
        Range<GlobalVariantIndex> const rows{GlobalVariantIndex{row},
                                             GlobalVariantIndex{std::min(variants, row + step)}};
        auto const values = results.read<float>(ResultColumn::neg_log10_p, trait, rows);
        require_probabilities(values);
        inflation.add(values);
        numbers.most_samples = std::max(
            numbers.most_samples,
            most_samples(results.read<std::int32_t>(ResultColumn::samples, trait, rows), values));
        numbers.hits +=
            std::ranges::count_if(values, [](float value) { return value >= hit_neg_log10_p; });
    }
    numbers.tested = inflation.count();
    numbers.lambda_gc = inflation.value();
    return numbers;
}

}  // namespace

void check_scan_texts(std::filesystem::path const& run) {
    if (!is_there(run / "summary.tsv") || !is_there(run / "run.json")) return;
    ResultReader const results{run / "results.h5"};
    auto const summary = read_scan_summary(run / "summary.tsv");
    require_one_run(run, results.header(), read_scan_record(run / "run.json"), summary);
    for (std::size_t t = 0; t < summary.rows.size(); ++t) {
        TraitIndex const trait{static_cast<std::int64_t>(t)};
        require_same_counts(run, results.header(), summary, t, numbers_of(results, trait));
    }
}

}  // namespace maniple
