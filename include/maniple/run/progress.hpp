/// \file  How far a run is: a line that moves on a terminal, one line a minute elsewhere.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "maniple/core/log.hpp"
#include "maniple/core/stopwatch.hpp"

namespace maniple {

class Progress {
public:
    /// \param what   e.g. "variants".
    /// \param total  of them; nothing where that is not known before.
    Progress(std::string_view what, std::optional<std::int64_t> total, Log& log);

    Progress(Progress const&) = delete;
    Progress& operator=(Progress const&) = delete;
    /// As `finish`, also where an exception ended the work.
    ~Progress() { finish(); }

    /// So many more are done.
    void advance(std::int64_t count) { reach(done_ + count); }
    /// So many are done in all.
    void reach(std::int64_t done);
    /// All are: clear the moving line.
    void finish();

    /// One line: how many of how many are done after so many seconds, and what is left.
    std::string describe(double seconds) const;

private:
    std::string what_;
    std::optional<std::int64_t> total_;
    std::int64_t done_ = 0;
    Log& log_;
    bool terminal_;
    bool drawn_ = false;  ///< The moving line is there.
    Stopwatch watch_;
    double next_;  ///< Seconds at which the next line is due.
};

}  // namespace maniple
