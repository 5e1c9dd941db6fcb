#include <string>

#include "bench/int8_peak.hpp"
#include "bench/register_benchmarks.hpp"

namespace maniple::bench {

void register_peak_benchmarks() {
    constexpr std::int64_t rounds = 10'000;
    for (auto const& loop : int8_loops()) {
        benchmark::RegisterBenchmark(("int8_peak/" + std::string{loop.instruction}).c_str(),
                                     [loop](benchmark::State& state) {
                                         for (auto step : state) {
                                             static_cast<void>(step);
                                             loop.run(rounds);
                                         }
                                         auto const each = rounds * loop.operations;
                                         state.counters["operations"] =
                                             rate(static_cast<double>(each));
                                     });
    }
}

}  // namespace maniple::bench
