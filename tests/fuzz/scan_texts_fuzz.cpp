// summary.tsv and run.json of a scan, one behind the other, as a page reads them.
#include "../src/report/scan_agreement.hpp"
#include "../src/report/scan_words.hpp"
#include "scratch.hpp"

using namespace maniple;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto rest = fuzz::text_of(fuzz::input_of(data, size));
    auto const summary_file = fuzz::write_scratch("summary.tsv", fuzz::take_part(rest));
    auto const record_file = fuzz::write_scratch("run.json", rest);
    static ResultHeader const header = [] {
        ResultHeader known;
        known.traits = {"height", "asthma"};
        known.contigs = {"1"};
        known.variants = 100;
        known.covariates = "age,sex";
        return known;
    }();
    ScanSummary summary;
    fuzz::meet_input([&] { summary = read_scan_summary(summary_file); });
    fuzz::meet_input([&] {
        auto const record = read_scan_record(record_file);
        for (auto const* name : {"samples", "covariates", "nothing"}) record.plan_text(name);
        scan_command(record.plan);
        plan_in_words(record.plan);
        if (summary.columns.empty()) return;
        require_one_run(summary_file.parent_path(), header, record, summary);
        require_same_counts(summary_file.parent_path(), header, summary, 0,
                            {.most_samples = 58, .tested = 100, .hits = 0, .lambda_gc = 1.02});
    });
    return 0;
}
