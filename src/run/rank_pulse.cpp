#include "maniple/run/rank_pulse.hpp"

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// Between two comparisons while all is well.
constexpr double interval = 0.02;

}  // namespace

bool RankPulse::beat(Trouble own, bool finished) {
    expect(!left_, "ranks leave once");

    if (comm_.size() == 1) {
        trouble_ = own;
        left_ = own != Trouble::none || finished;
        return left_;
    }
    if (comparison_.is_open()) {
        auto const worst = comparison_.result();
        if (!worst) return false;
        trouble_ = static_cast<Trouble>((*worst)[0]);
        left_ = trouble_ != Trouble::none || (*worst)[1] == 0;
        return left_;
    }
    bool const news = own != said_ || finished != said_finished_;
    if (news || since_last_.seconds() > interval) {
        said_ = own;
        said_finished_ = finished;
        since_last_ = Stopwatch{};
        comparison_ = comm_.start_max({static_cast<std::int64_t>(own), finished ? 0 : 1});
    }
    return false;
}

}  // namespace maniple
