#include "maniple/run/unit_queue.hpp"

#include <algorithm>
#include <utility>

#include "maniple/core/contract.hpp"

namespace maniple {

UnitQueue::UnitQueue(std::vector<std::int64_t> pieces, std::int64_t groups,
                     std::vector<char> owners, Limits limits)
    : pieces_{std::move(pieces)},
      groups_{groups},
      owners_{std::move(owners)},
      slots_(static_cast<std::size_t>(limits.arrays)),
      encoded_(pieces_.size()) {
    expect(std::ranges::all_of(pieces_, [](auto count) { return count > 0; }),
           "every unit has pieces");
    expect(groups > 0 && limits.arrays > 0 && limits.buffers > 0,
           "groups, arrays and buffers are positive");
    for (auto b = limits.buffers; b-- > 0;) free_buffers_.push_back(static_cast<std::size_t>(b));
}

UnitTask UnitQueue::take(std::optional<std::chrono::microseconds> patience) {
    std::unique_lock lock{mutex_};
    for (;;) {
        if (closed_ || all_done()) return {.work = UnitTask::Work::leave};
        if (auto const task = choose()) return *task;
        if (!patience) {
            changed_.wait(lock);
        } else if (changed_.wait_for(lock, *patience) == std::cv_status::timeout) {
            return choose().value_or(UnitTask{});
        }
    }
}

// What frees memory goes first. Reading goes before computing, so that a block is there for the
// next thread.
std::optional<UnitTask> UnitQueue::choose() {
    if (closed_) return UnitTask{.work = UnitTask::Work::leave};
    if (may_write()) {
        file_busy_ = true;
        return UnitTask{.work = UnitTask::Work::write,
                        .turn = released_,
                        .item = static_cast<std::int64_t>(written_)};
    }
    if (auto const task = choose_encoding()) return task;
    if (may_read()) {
        UnitTask const task{.work = UnitTask::Work::read,
                            .turn = read_turn_,
                            .item = read_piece_,
                            .buffer = free_buffers_.back()};
        free_buffers_.pop_back();
        file_busy_ = true;
        if (++read_piece_ == pieces_[static_cast<std::size_t>(read_turn_)]) {
            ++read_turn_;
            read_piece_ = 0;
        }
        return task;
    }
    return choose_computing();
}

bool UnitQueue::may_write() const {
    if (file_busy_ || written_ == owners_.size()) return false;
    if (owners_[written_] == 0) return arrived_;
    return encoded_[static_cast<std::size_t>(released_)] != 0;
}

bool UnitQueue::may_read() const {
    return !file_busy_ && read_turn_ < turns() && !free_buffers_.empty();
}

UnitQueue::Slot& UnitQueue::slot_of(std::int64_t turn) {
    return slots_[static_cast<std::size_t>(turn % static_cast<std::int64_t>(slots_.size()))];
}

std::optional<UnitTask> UnitQueue::choose_encoding() {
    auto const end = std::min({turns(), released_ + encoded_units,
                               first_slot_ + static_cast<std::int64_t>(slots_.size())});
    for (auto turn = first_slot_; turn < end; ++turn) {
        auto& slot = slot_of(turn);
        if (slot.turn != turn || slot.pieces_left > 0 || slot.next_group == groups_) continue;
        return UnitTask{.work = UnitTask::Work::encode, .turn = turn, .item = slot.next_group++};
    }
    return {};
}

std::optional<UnitTask> UnitQueue::choose_computing() {
    if (read_.empty()) return {};
    auto const turn = read_.front().turn;
    auto& slot = slot_of(turn);
    if (slot.turn == -1) {
        slot = {.turn = turn,
                .pieces_left = pieces_[static_cast<std::size_t>(turn)],
                .groups_left = groups_};
    }
    if (slot.turn != turn) return {};
    auto task = read_.front();
    read_.pop_front();
    task.work = UnitTask::Work::compute;
    return task;
}

void UnitQueue::done(UnitTask const& task) {
    std::scoped_lock const lock{mutex_};
    switch (task.work) {
        case UnitTask::Work::read:
            file_busy_ = false;
            read_.push_back(task);
            break;
        case UnitTask::Work::compute:
            --slot_of(task.turn).pieces_left;
            free_buffers_.push_back(task.buffer);
            break;
        case UnitTask::Work::encode:
            if (--slot_of(task.turn).groups_left == 0) {
                slot_of(task.turn).turn = -1;
                encoded_[static_cast<std::size_t>(task.turn)] = 1;
                while (first_slot_ < turns() && encoded_[static_cast<std::size_t>(first_slot_)]) {
                    ++first_slot_;
                }
            }
            break;
        case UnitTask::Work::write:
            file_busy_ = false;
            if (owners_[written_++] != 0) {
                ++released_;
            } else {
                arrived_ = false;
            }
            break;
        default:
            break;
    }
    changed_.notify_all();
}

std::optional<std::int64_t> UnitQueue::next_encoded() {
    std::scoped_lock const lock{mutex_};
    if (given_ == turns() || encoded_[static_cast<std::size_t>(given_)] == 0) return {};
    return given_++;
}

void UnitQueue::release() {
    std::scoped_lock const lock{mutex_};
    expect(released_ < given_, "a turn was given before");
    ++released_;
    changed_.notify_all();
}

std::optional<std::int64_t> UnitQueue::wanted() const {
    std::scoped_lock const lock{mutex_};
    if (written_ == owners_.size() || owners_[written_] != 0 || arrived_) return {};
    return static_cast<std::int64_t>(written_);
}

void UnitQueue::arrived() {
    std::scoped_lock const lock{mutex_};
    arrived_ = true;
    changed_.notify_all();
}

void UnitQueue::close() {
    std::scoped_lock const lock{mutex_};
    closed_ = true;
    changed_.notify_all();
}

bool UnitQueue::all_done() const { return released_ == turns() && written_ == owners_.size(); }

bool UnitQueue::finished() const {
    std::scoped_lock const lock{mutex_};
    return all_done();
}

}  // namespace maniple
