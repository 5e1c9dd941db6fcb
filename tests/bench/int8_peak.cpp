#include "bench/int8_peak.hpp"

#include <ctime>

#include <algorithm>
#include <vector>

#include "maniple/core/instruction_set.hpp"

namespace maniple::bench {
namespace {

std::vector<Int8Loop> find_loops() {
    std::vector<Int8Loop> loops;
#if defined(__x86_64__)
    for (auto set : runnable_instruction_sets()) {
        if (set == InstructionSet::avx2) loops.push_back(avx2_int8_loop);
        if (set == InstructionSet::avx512) loops.push_back(avx512_int8_loop);
        if (set == InstructionSet::amx) loops.push_back(amx_int8_loop);
    }
#endif
    return loops;
}

// The best of some tries: others may share the core.
double measure(Int8Loop const& loop) {
    constexpr std::int64_t operations = 20'000'000'000;
    constexpr int tries = 10;
    auto const rounds = operations / loop.operations;
    double best = 0;
    for (int i = 0; i < tries; ++i) {
        auto const start = cpu_seconds();
        loop.run(rounds);
        auto const seconds = cpu_seconds() - start;
        best = std::max(best, static_cast<double>(rounds * loop.operations) / seconds);
    }
    return best;
}

}  // namespace

std::span<Int8Loop const> int8_loops() {
    static std::vector<Int8Loop> const loops = find_loops();
    return loops;
}

double cpu_seconds() {
    std::timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double int8_peak() {
    static double const peak = [] {
        double best = 0;
        for (auto const& loop : int8_loops()) best = std::max(best, measure(loop));
        return best;
    }();
    return peak;
}

}  // namespace maniple::bench
