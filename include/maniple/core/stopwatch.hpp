/// \file  Elapsed time for reports. Never for results.
#pragma once

#include <chrono>

namespace maniple {

/// Wall-clock seconds since construction, from a clock that never steps back.
class Stopwatch {
public:
    double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace maniple
