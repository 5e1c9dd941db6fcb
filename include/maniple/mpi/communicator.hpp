/// \file  Ranks that work on one job. A one-rank communicator needs neither launcher nor MPI_Init.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace maniple::mpi {

using Bytes = std::vector<std::byte>;

/// Largest tag of a message; what MPI guarantees, less those kept for this module.
inline constexpr int largest_tag = 32'000;

/// A message on its way. Destroying it waits until the message has left, except while an exception
/// unwinds the stack: its receiver may wait for something else for ever.
class PendingSend {
public:
    PendingSend();
    PendingSend(PendingSend&&) noexcept;
    PendingSend& operator=(PendingSend&&) noexcept;
    ~PendingSend();

    /// May the message be forgotten without waiting? True where there is none. Asking lets MPI work
    /// on it.
    bool has_left();

private:
    friend class Communicator;
    struct State;
    std::unique_ptr<State> state_;
};

/// A comparison over ranks that they need not wait for. Destroyed before its result came, it leaves
/// MPI the memory: the other ranks may still take part.
class PendingMax {
public:
    PendingMax();
    PendingMax(PendingMax&&) noexcept;
    PendingMax& operator=(PendingMax&&) noexcept;
    ~PendingMax();

    /// Is a result still to come? Not before `start_max`, nor after `result` gave it.
    bool is_open() const { return state_ != nullptr; }
    /// The largest values once every rank has given its own, else nothing. Asking lets MPI work on
    /// it. \pre is_open()
    std::optional<std::vector<std::int64_t>> result();

private:
    friend class Communicator;
    struct State;
    std::unique_ptr<State> state_;
};

/// All ranks of the job. Cheap to copy. The thread that made the Session calls it.
/// Messages may be of any size. Failures of MPI throw EnvironmentError.
class Communicator {
public:
    /// Rank 0 of 1: no MPI behind it.
    static Communicator alone();

    int rank() const { return rank_; }
    int size() const { return size_; }
    bool is_root() const { return rank_ == 0; }

    /// Wait for all ranks. Collective.
    void barrier() const;
    /// Root's bytes on every rank. Collective.
    Bytes broadcast(Bytes bytes) const;
    /// On the root: every rank's bytes in rank order; elsewhere empty. Collective.
    std::vector<Bytes> gather(std::span<std::byte const> bytes) const;
    /// Element-wise sum over ranks, in place on every rank: exact, so order cannot matter.
    /// Collective.
    void sum(std::span<std::int64_t> values) const;
    /// Largest value of any rank, on every rank. Collective.
    std::int64_t max(std::int64_t value) const;
    /// Start to find the element-wise largest values of any rank. Collective, in the order of all
    /// collective calls, but nobody waits here.
    PendingMax start_max(std::vector<std::int64_t> values) const;
    /// Ranks that share this rank's memory, itself included. Collective.
    int ranks_on_this_host() const;

    /// Start sending `message`; messages to one rank with one tag arrive in order.
    /// \pre 0 <= to < size(), to != rank()
    /// \pre 0 <= tag <= largest_tag
    PendingSend send(Bytes message, int to, int tag) const;
    /// Wait for the next message.
    /// \pre 0 <= from < size(), from != rank()
    /// \pre 0 <= tag <= largest_tag
    Bytes receive(int from, int tag) const;
    /// Has the next message been sent, so that `receive` would not wait for somebody to do so?
    /// \pre as `receive`.
    bool message_waits(int from, int tag) const;

private:
    friend class Session;
    Communicator(int rank, int size) : rank_{rank}, size_{size} {}
    int rank_;
    int size_;
};

}  // namespace maniple::mpi
