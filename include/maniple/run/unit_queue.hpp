/// \file  What the threads of one rank do next in a scan.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

namespace maniple {

/// One piece of work for one thread.
struct UnitTask {
    enum class Work {
        read,     ///< Fetch a block's bytes into `buffer`.
        compute,  ///< Test the block in `buffer`; the numbers belong to `turn`.
        encode,   ///< Compress columns of `turn`.
        write,    ///< Write the next unit of all ranks to results.h5.
        wait,     ///< Nothing yet.
        leave,    ///< Nothing any more.
    };
    Work work = Work::wait;
    std::int64_t turn = 0;   ///< Position among the rank's own units.
    std::int64_t item = 0;   ///< Piece of the unit (read, compute), group of columns (encode), or
                             ///< unit among those of all ranks (write).
    std::size_t buffer = 0;  ///< For bytes of a block (read, compute).
};

/// Sees to it that units are read, computed, encoded and written in a memory of fixed size, and
/// that no thread waits while there is something it may do.
///
/// The numbers of a unit lie in the arrays `turn % arrays` from its first computation until its
/// last column is encoded; its encoded columns exist from then until `release` (or the write), at
/// most `encoded_units` at a time. Reads and writes are given to one thread at a time, as HDF5 is
/// used by one. Units are read, computed and encoded in the order of turns.
///
/// Threads: all members may be called by any.
class UnitQueue {
public:
    struct Limits {
        std::int64_t arrays = 1;
        std::int64_t buffers = 1;
    };
    static constexpr std::int64_t encoded_units = 2;

    /// \param pieces  of each of the rank's own units.
    /// \param groups  of columns to encode in every unit.
    /// \param owners  who delivers each unit to be written: true for this rank. Empty where this
    ///                rank writes none.
    /// \pre every unit has pieces; groups, arrays and buffers are positive
    UnitQueue(std::vector<std::int64_t> pieces, std::int64_t groups, std::vector<char> owners,
              Limits limits);

    /// The next task: waits for one, but no longer than `patience`, then it is `wait`.
    UnitTask take(std::optional<std::chrono::microseconds> patience);
    /// The task was done. \pre it was taken
    void done(UnitTask const& task);

    /// The first turn that is encoded and neither released nor given by this before.
    std::optional<std::int64_t> next_encoded();
    /// The encoded columns of the next turn are gone; turns in order.
    void release();

    /// The unit that is to be written next, where another rank delivers it and has not yet.
    std::optional<std::int64_t> wanted() const;
    /// It is here now.
    void arrived();

    /// Nobody shall begin anything any more.
    void close();
    /// Is everything encoded and released, and on the writer written?
    bool finished() const;

private:
    struct Slot {
        std::int64_t turn = -1;  // None.
        std::int64_t pieces_left = 0;
        std::int64_t next_group = 0;
        std::int64_t groups_left = 0;
    };

    std::optional<UnitTask> choose();
    bool may_write() const;
    bool may_read() const;
    std::optional<UnitTask> choose_encoding();
    std::optional<UnitTask> choose_computing();
    Slot& slot_of(std::int64_t turn);
    std::int64_t turns() const { return static_cast<std::int64_t>(pieces_.size()); }
    bool all_done() const;

    std::vector<std::int64_t> const pieces_;
    std::int64_t const groups_;
    std::vector<char> const owners_;

    std::mutex mutable mutex_;
    std::condition_variable changed_;
    std::vector<Slot> slots_;
    std::vector<std::size_t> free_buffers_;
    std::deque<UnitTask> read_;    // Blocks that wait for computation.
    std::vector<char> encoded_;    // Per turn.
    std::int64_t read_turn_ = 0;   // What is read next,
    std::int64_t read_piece_ = 0;  // and of it.
    std::int64_t first_slot_ = 0;  // No turn before it is in a slot.
    std::int64_t given_ = 0;       // By next_encoded.
    std::int64_t released_ = 0;
    std::size_t written_ = 0;  // Units of all ranks.
    bool file_busy_ = false;
    bool arrived_ = false;
    bool closed_ = false;
};

}  // namespace maniple
