/// \file  How far a run is: a line that moves on a terminal, one line a minute elsewhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "maniple/core/log.hpp"
#include "maniple/core/stopwatch.hpp"

namespace maniple {

class Progress {
public:
    /// \param what   e.g. "variants".
    /// \param total  of them.
    Progress(std::string_view what, std::int64_t total, Log& log);

    /// So many more are done.
    void advance(std::int64_t count);
    /// All are: clear the moving line.
    void finish();

private:
    std::string describe() const;

    std::string what_;
    std::int64_t total_;
    std::int64_t done_ = 0;
    Log& log_;
    bool terminal_;
    Stopwatch watch_;
    double next_;  ///< Seconds at which the next line is due.
};

}  // namespace maniple
