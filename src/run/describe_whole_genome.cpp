#include <string>
#include <vector>

#include <fmt/format.h>

#include "maniple/core/readable.hpp"
#include "maniple/run/whole_genome_estimate.hpp"

namespace maniple {
namespace {

std::string in_seconds(double value) { return fmt::format("{:.3g} s", value); }
std::string as_count(double value) { return fmt::format("{:.3g}", value); }

void add_lines(std::vector<EstimateTerm> const& terms, std::string (*text)(double),
               std::vector<std::string>& lines) {
    for (auto const& term : terms) {
        lines.push_back(
            fmt::format("    {}: {} = {}", term.name, term.arithmetic, text(term.value)));
    }
}

}  // namespace

std::vector<std::string> describe(WholeGenomeShape const& shape,
                                  WholeGenomeEstimate const& estimate) {
    std::vector<std::string> lines;
    auto const& memory = estimate.memory;
    lines.push_back(fmt::format("  memory per rank {}, of {}{}", readable_bytes(memory.peak()),
                                readable_bytes(shape.memory),
                                memory.place == PredictorPlace::memory
                                    ? ""
                                    : fmt::format("; predictors do not fit and need --scratch, {} "
                                                  "per rank",
                                                  readable_bytes(memory.scratch))));
    add_lines(estimate.bytes, readable_estimate, lines);
    lines.emplace_back("  moved by each rank");
    add_lines(estimate.moved, readable_estimate, lines);
    lines.push_back(fmt::format("  time {}", readable_seconds(estimate.total_seconds)));
    add_lines(estimate.seconds, in_seconds, lines);
    return lines;
}

std::vector<std::string> describe_work(WholeGenomeRates const& rates,
                                       WholeGenomeEstimate const& estimate) {
    std::vector<std::string> lines{"  multiply-adds of all ranks together"};
    add_lines(estimate.operations, as_count, lines);
    lines.push_back(fmt::format(
        "  measured here, by thread: a block of level 0 takes {:.3g} s and {:.3g} s a sample; "
        "level 1 does {:.3g} (products), {:.3g} (factors) and {:.3g} (predictions) multiply-adds a "
        "second",
        rates.block_seconds, rates.block_sample_seconds, rates.gram, rates.cholesky,
        rates.predict));
    lines.push_back(
        fmt::format("  taken for granted, by rank: {} a second from disk, {} over the "
                    "network",
                    readable_estimate(rates.read), readable_estimate(rates.exchange)));
    return lines;
}

}  // namespace maniple
