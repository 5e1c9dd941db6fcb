/// \file  The first exception of threads that work together.
#pragma once

#include <exception>
#include <mutex>
#include <utility>

namespace maniple {

/// Exceptions must not leave a parallel region: each thread guards its work, and the first
/// exception is thrown again behind the region.
///
/// Threads: `guard` and `get` may be called by many at once.
class FirstFailure {
public:
    /// Do `work`; keep what it throws, unless something was kept before.
    template <class Work>
    void guard(Work&& work) noexcept {
        try {
            std::forward<Work>(work)();
        } catch (...) {
            std::scoped_lock const lock{mutex_};
            if (!failure_) failure_ = std::current_exception();
        }
    }

    /// Null where nothing failed.
    std::exception_ptr get() const {
        std::scoped_lock const lock{mutex_};
        return failure_;
    }

    /// Throw what was kept, if anything was.
    void rethrow() const {
        if (auto const failure = get()) std::rethrow_exception(failure);
    }

private:
    mutable std::mutex mutex_;
    std::exception_ptr failure_;
};

}  // namespace maniple
