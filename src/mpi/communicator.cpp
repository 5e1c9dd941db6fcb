#include "maniple/mpi/communicator.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "checked.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/narrow.hpp"

namespace maniple::mpi {
namespace {

// A message travels as full chunks closed by a shorter one (empty if need be), so that the receiver
// needs no size in advance; MPI keeps the chunks in order.
template <class SendChunk>
void for_each_chunk(std::span<std::byte const> message, SendChunk send_chunk) {
    std::size_t start = 0;
    for (bool closed = false; !closed;) {
        auto const chunk = chunk_from(message, start, chunk_bytes);
        closed = std::ssize(chunk) < chunk_bytes;
        send_chunk(chunk);
        start += chunk.size();
    }
}

Bytes receive_chunks(int from, int tag) {
    Bytes message;
    for (bool closed = false; !closed;) {
        MPI_Message envelope = MPI_MESSAGE_NULL;
        MPI_Status status;
        check(MPI_Mprobe(from, tag, MPI_COMM_WORLD, &envelope, &status), "wait for a message");
        int count = 0;
        check(MPI_Get_count(&status, MPI_BYTE, &count), "measure a message");
        auto const start = message.size();
        message.resize(start + static_cast<std::size_t>(count));
        check(MPI_Mrecv(message.data() + start, count, MPI_BYTE, &envelope, MPI_STATUS_IGNORE),
              "receive a message");
        closed = count < chunk_bytes;
    }
    return message;
}

}  // namespace

struct PendingSend::State {
    Bytes message;
    std::vector<MPI_Request> requests;
    int exceptions = std::uncaught_exceptions();
};

PendingSend::PendingSend() = default;
PendingSend::PendingSend(PendingSend&&) noexcept = default;

PendingSend& PendingSend::operator=(PendingSend&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
}

PendingSend::~PendingSend() {
    if (!state_) return;
    if (std::uncaught_exceptions() > state_->exceptions) {
        // MPI may still read the buffer until the process ends.
        [[maybe_unused]] auto* const abandoned = state_.release();
        return;
    }
    MPI_Waitall(static_cast<int>(state_->requests.size()), state_->requests.data(),
                MPI_STATUSES_IGNORE);
}

bool PendingSend::has_left() {
    if (!state_) return true;
    int left = 0;
    check(MPI_Testall(static_cast<int>(state_->requests.size()), state_->requests.data(), &left,
                      MPI_STATUSES_IGNORE),
          "send a message");
    if (left != 0) state_.reset();
    return left != 0;
}

struct PendingMax::State {
    std::vector<std::int64_t> values;
    MPI_Request request = MPI_REQUEST_NULL;
};

PendingMax::PendingMax() = default;
PendingMax::PendingMax(PendingMax&&) noexcept = default;

PendingMax& PendingMax::operator=(PendingMax&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
}

PendingMax::~PendingMax() {
    if (state_ && state_->request != MPI_REQUEST_NULL) {
        [[maybe_unused]] auto* const abandoned = state_.release();
    }
}

std::optional<std::vector<std::int64_t>> PendingMax::result() {
    expect(is_open(), "a comparison was started");

    if (state_->request != MPI_REQUEST_NULL) {
        int done = 0;
        check(MPI_Test(&state_->request, &done, MPI_STATUS_IGNORE), "compare over ranks");
        if (done == 0) return {};
    }
    auto values = std::move(state_->values);
    state_.reset();
    return values;
}

Communicator Communicator::alone() { return Communicator{0, 1}; }

void Communicator::barrier() const {
    if (size_ > 1) check(MPI_Barrier(MPI_COMM_WORLD), "wait for the other ranks");
}

Bytes Communicator::broadcast(Bytes bytes) const {
    if (size_ == 1) return bytes;
    auto size = static_cast<std::int64_t>(bytes.size());
    check(MPI_Bcast(&size, 1, MPI_INT64_T, 0, MPI_COMM_WORLD), "broadcast a size");
    bytes.resize(static_cast<std::size_t>(size));
    for (std::size_t start = 0; start < bytes.size();) {
        auto const chunk = chunk_from(std::span{bytes}, start, chunk_bytes);
        check(MPI_Bcast(chunk.data(), narrow<int>(chunk.size()), MPI_BYTE, 0, MPI_COMM_WORLD),
              "broadcast");
        start += chunk.size();
    }
    return bytes;
}

std::vector<Bytes> Communicator::gather(std::span<std::byte const> bytes) const {
    if (!is_root()) {
        for_each_chunk(bytes, [](std::span<std::byte const> chunk) {
            check(MPI_Send(chunk.data(), narrow<int>(chunk.size()), MPI_BYTE, 0, gather_tag,
                           MPI_COMM_WORLD),
                  "send to rank 0");
        });
        return {};
    }
    std::vector<Bytes> gathered(static_cast<std::size_t>(size_));
    gathered[0].assign(bytes.begin(), bytes.end());
    for (int from = 1; from < size_; ++from) {
        gathered[static_cast<std::size_t>(from)] = receive_chunks(from, gather_tag);
    }
    return gathered;
}

void Communicator::sum(std::span<std::int64_t> values) const {
    if (size_ == 1) return;
    constexpr auto limit = chunk_bytes / static_cast<std::int64_t>(sizeof(std::int64_t));
    for (std::size_t start = 0; start < values.size();) {
        auto const chunk = chunk_from(values, start, limit);
        check(MPI_Allreduce(MPI_IN_PLACE, chunk.data(), narrow<int>(chunk.size()), MPI_INT64_T,
                            MPI_SUM, MPI_COMM_WORLD),
              "add over ranks");
        start += chunk.size();
    }
}

std::int64_t Communicator::max(std::int64_t value) const {
    if (size_ == 1) return value;
    check(MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_INT64_T, MPI_MAX, MPI_COMM_WORLD),
          "compare over ranks");
    return value;
}

PendingMax Communicator::start_max(std::vector<std::int64_t> values) const {
    PendingMax pending;
    pending.state_ = std::make_unique<PendingMax::State>();
    auto& state = *pending.state_;
    state.values = std::move(values);
    if (size_ > 1) {
        check(MPI_Iallreduce(MPI_IN_PLACE, state.values.data(), narrow<int>(state.values.size()),
                             MPI_INT64_T, MPI_MAX, MPI_COMM_WORLD, &state.request),
              "compare over ranks");
    }
    return pending;
}

int Communicator::ranks_on_this_host() const {
    if (size_ == 1) return 1;
    MPI_Comm host = MPI_COMM_NULL;
    check(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &host),
          "find the ranks of this host");
    int ranks = 1;
    check(MPI_Comm_size(host, &ranks), "count the ranks of this host");
    check(MPI_Comm_free(&host), "forget the ranks of this host");
    return ranks;
}

PendingSend Communicator::send(Bytes message, int to, int tag) const {
    expect(0 <= to && to < size_ && to != rank_, "a message goes to another rank");
    expect(0 <= tag && tag <= largest_tag, "tag is at most largest_tag");

    PendingSend pending;
    pending.state_ = std::make_unique<PendingSend::State>();
    auto& state = *pending.state_;
    state.message = std::move(message);
    for_each_chunk(state.message, [&](std::span<std::byte const> chunk) {
        check(MPI_Isend(chunk.data(), narrow<int>(chunk.size()), MPI_BYTE, to, tag, MPI_COMM_WORLD,
                        &state.requests.emplace_back(MPI_REQUEST_NULL)),
              "send a message");
    });
    return pending;
}

Bytes Communicator::receive(int from, int tag) const {
    expect(0 <= from && from < size_ && from != rank_, "a message comes from another rank");
    expect(0 <= tag && tag <= largest_tag, "tag is at most largest_tag");
    return receive_chunks(from, tag);
}

bool Communicator::message_waits(int from, int tag) const {
    expect(0 <= from && from < size_ && from != rank_, "a message comes from another rank");
    expect(0 <= tag && tag <= largest_tag, "tag is at most largest_tag");
    int waits = 0;
    check(MPI_Iprobe(from, tag, MPI_COMM_WORLD, &waits, MPI_STATUS_IGNORE), "look for a message");
    return waits != 0;
}

}  // namespace maniple::mpi
