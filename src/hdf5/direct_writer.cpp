#include "direct_writer.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <exception>

#include "maniple/core/contract.hpp"

namespace maniple::hdf5 {
namespace {

// Signals are for the threads that look after them.
class WithoutSignals {
public:
    WithoutSignals() {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~WithoutSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    WithoutSignals(WithoutSignals const&) = delete;
    WithoutSignals& operator=(WithoutSignals const&) = delete;

private:
    sigset_t before_;
};

}  // namespace

std::unique_ptr<DirectWriter> DirectWriter::open([[maybe_unused]] char const* path) {
#if defined(O_DIRECT)
    auto const descriptor = ::open(path, O_WRONLY | O_DIRECT | O_CLOEXEC);
    if (descriptor < 0) return nullptr;
    try {
        return std::unique_ptr<DirectWriter>{new DirectWriter{descriptor}};
    } catch (std::exception const&) {  // No memory or no thread: it can be done without.
        ::close(descriptor);
    }
#endif
    return nullptr;
}

DirectWriter::DirectWriter(int descriptor)
    : descriptor_{descriptor}, storage_{static_cast<std::int64_t>(buffers * piece)} {
    memory_ = std::as_writable_bytes(storage_.span());
    for (auto b = buffers; b-- > 0;) free_.push_back(b);
    WithoutSignals const inherited;
    thread_ = std::thread{[this] { work(); }};
}

DirectWriter::~DirectWriter() {
    {
        std::scoped_lock const lock{mutex_};
        closed_ = true;
        changed_.notify_all();
    }
    thread_.join();
    ::close(descriptor_);
}

std::byte* DirectWriter::room() {
    if (!filling_) {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return !free_.empty() || !failed_.empty(); });
        if (free_.empty()) return nullptr;
        filling_ = free_.back();
        free_.pop_back();
    }
    return memory(*filling_);
}

void DirectWriter::submit(std::uint64_t place) {
    expect(place % piece == 0, "pieces lie at multiples of their size");
    expect(filling_.has_value(), "there is a piece to write");

    std::scoped_lock const lock{mutex_};
    waiting_.push_back({place, *filling_});
    filling_.reset();
    changed_.notify_all();
}

void DirectWriter::wait() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return waiting_.empty() && !writing_; });
}

std::optional<DirectWriter::Failed> DirectWriter::take_failed() {
    std::scoped_lock const lock{mutex_};
    if (failed_.empty()) return {};
    auto const failed = failed_.front();
    failed_.pop_front();
    return failed;
}

void DirectWriter::release(Failed const& failed) {
    std::scoped_lock const lock{mutex_};
    free_.push_back(failed.buffer);
}

void DirectWriter::work() {
    std::unique_lock lock{mutex_};
    for (;;) {
        changed_.wait(lock, [&] { return closed_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        auto const next = waiting_.front();
        waiting_.pop_front();
        writing_ = true;
        lock.unlock();
        auto const* const bytes = memory(next.buffer);
        bool const written = write(bytes, next.place);
        lock.lock();
        writing_ = false;
        if (written) {
            free_.push_back(next.buffer);
        } else {
            failed_.push_back({next.place, bytes, next.buffer});
        }
        changed_.notify_all();
    }
}

bool DirectWriter::write(std::byte const* bytes, std::uint64_t place) const {
    for (std::size_t done = 0; done < piece;) {
        auto const written =
            ::pwrite(descriptor_, bytes + done, piece - done, static_cast<off_t>(place + done));
        if (written <= 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        done += static_cast<std::size_t>(written);
    }
    return true;
}

}  // namespace maniple::hdf5
