#include "maniple/run/unit_queue.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

using Work = UnitTask::Work;
using namespace std::chrono_literals;

/// Threads of a rank and the other ranks, played by one thread in an order that chance decides.
class Play {
public:
    Play(std::vector<std::int64_t> pieces, std::int64_t groups, std::vector<char> owners,
         UnitQueue::Limits limits, std::size_t threads, unsigned seed)
        : pieces_{pieces},
          groups_{groups},
          writer_{!owners.empty()},
          limits_{limits},
          threads_{threads},
          random_{seed},
          queue_{pieces, groups, owners, limits} {}

    void run() {
        for (int step = 0; !queue_.finished(); ++step) {
            REQUIRE(step < 100'000);
            communicate();
            if (running_.size() < threads_ && random_() % 2 == 0) begin();
            if (!running_.empty() && random_() % 2 == 0) end();
        }
        CHECK(running_.empty());
        CHECK(queue_.take({}).work == Work::leave);
    }

    std::vector<std::int64_t> written;
    std::vector<std::int64_t> sent;
    std::int64_t reads = 0;

private:
    void begin() {
        auto const task = queue_.take(0us);
        switch (task.work) {
            case Work::read:
            case Work::write:
                // One thread uses HDF5.
                CHECK(std::ranges::none_of(running_, [](UnitTask const& other) {
                    return other.work == Work::read || other.work == Work::write;
                }));
                if (task.work == Work::read) {
                    ++reads;
                    CHECK(buffers_.insert(task.buffer).second);
                } else {
                    CHECK(task.item == std::ssize(written));
                }
                break;
            case Work::compute:
                CHECK(buffers_.contains(task.buffer));
                computing_.insert(task.turn);
                CHECK(std::ssize(computing_) <= limits_.arrays);
                CHECK(*computing_.rbegin() - *computing_.begin() < limits_.arrays);
                break;
            case Work::encode:
                CHECK(computed_[task.turn] == pieces_[static_cast<std::size_t>(task.turn)]);
                CHECK(task.turn < released_ + UnitQueue::encoded_units);
                break;
            case Work::wait:
                return;
            case Work::leave:
                CHECK(queue_.finished());
                return;
        }
        running_.push_back(task);
    }

    void end() {
        auto const which = random_() % running_.size();
        auto const task = running_[which];
        running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(which));
        if (task.work == Work::compute) {
            ++computed_[task.turn];
            buffers_.erase(task.buffer);
        }
        if (task.work == Work::encode && ++encoded_[task.turn] == groups_) {
            computing_.erase(task.turn);
        }
        if (task.work == Work::write) {
            written.push_back(task.item);
            if (!delivered_) {
                CHECK(encoded_[task.turn] == groups_);
                CHECK(task.turn == released_++);
            }
            delivered_ = false;
        }
        queue_.done(task);
    }

    void communicate() {
        if (queue_.wanted() && random_() % 4 == 0) {
            CHECK(*queue_.wanted() == std::ssize(written));
            delivered_ = true;
            queue_.arrived();
        }
        if (writer_) return;
        if (auto const turn = queue_.next_encoded()) {
            CHECK(encoded_[*turn] == groups_);
            sent.push_back(*turn);
        }
        if (released_ < std::ssize(sent) && random_() % 4 == 0) {
            ++released_;
            queue_.release();
        }
    }

    std::vector<std::int64_t> pieces_;
    std::int64_t groups_;
    bool writer_;
    UnitQueue::Limits limits_;
    std::size_t threads_;
    std::mt19937 random_;
    UnitQueue queue_;
    std::vector<UnitTask> running_;
    std::set<std::size_t> buffers_;
    std::set<std::int64_t> computing_;
    std::map<std::int64_t, std::int64_t> computed_;
    std::map<std::int64_t, std::int64_t> encoded_;
    std::int64_t released_ = 0;
    bool delivered_ = false;
};

TEST_CASE("UnitQueue: a writer's units are written in order with those of others", "[run]") {
    auto const seed = GENERATE(range(0U, 20U));
    std::size_t const threads = seed % 5 + 1;
    std::vector<char> const owners{0, 1, 0, 0, 1, 1, 1, 0};
    UnitQueue::Limits const limits{.arrays = threads == 1 ? 1 : 2,
                                   .buffers = static_cast<std::int64_t>(threads)};
    Play play{{3, 1, 7, 2}, 3, owners, limits, threads, seed};
    play.run();
    CHECK(play.written == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7});
    CHECK(play.reads == 13);
}

TEST_CASE("UnitQueue: others send their units in order", "[run]") {
    auto const seed = GENERATE(range(0U, 20U));
    std::size_t const threads = seed % 5 + 1;
    UnitQueue::Limits const limits{.arrays = threads == 1 ? 1 : 2, .buffers = 4};
    Play play{{1, 1, 5, 1, 1}, 2, {}, limits, threads, seed};
    play.run();
    CHECK(play.sent == std::vector<std::int64_t>{0, 1, 2, 3, 4});
    CHECK(play.written.empty());
}

TEST_CASE("UnitQueue: one thread reads no further than it computes", "[run]") {
    UnitQueue queue{{2}, 1, {1}, {}};
    for (auto work :
         {Work::read, Work::compute, Work::read, Work::compute, Work::encode, Work::write}) {
        auto const task = queue.take({});
        CHECK(task.work == work);
        CHECK_FALSE(queue.finished());
        queue.done(task);
    }
    CHECK(queue.finished());
    CHECK(queue.take({}).work == Work::leave);
}

TEST_CASE("UnitQueue: a rank without units of its own only writes, or leaves at once", "[run]") {
    UnitQueue idle{{}, 1, {}, {}};
    CHECK(idle.finished());
    CHECK(idle.take({}).work == Work::leave);
    UnitQueue writer{{}, 1, {0}, {}};
    CHECK(writer.take(0us).work == Work::wait);
    CHECK(writer.wanted() == 0);
    writer.arrived();
    CHECK_FALSE(writer.wanted());
    writer.done(writer.take({}));
    CHECK(writer.finished());
}

TEST_CASE("UnitQueue: nothing is begun after close", "[run]") {
    UnitQueue queue{{2}, 1, {1}, {}};
    queue.close();
    CHECK(queue.take({}).work == Work::leave);
    CHECK_FALSE(queue.finished());
}

TEST_CASE("UnitQueue: refuses units without work", "[run]") {
    CHECK_THROWS_AS((UnitQueue{{0}, 1, {}, {}}), ContractViolation);
    CHECK_THROWS_AS((UnitQueue{{1}, 0, {}, {}}), ContractViolation);
    UnitQueue queue{{1}, 1, {}, {}};
    CHECK_THROWS_AS(queue.release(), ContractViolation);
}

}  // namespace
}  // namespace maniple
