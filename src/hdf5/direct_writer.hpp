/// \file  Writes that pass the operating system's cache. Private to this module.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "maniple/core/aligned_buffer.hpp"

namespace maniple::hdf5 {

/// Writes whole pieces of one file from its own buffers to the disk, in a thread of its own, while
/// the caller fills the next buffer. A copy into the cache costs several times what the results of
/// a scan cost to compress, and far more where the machine has to find memory for it first; a file
/// that is larger than the cache would push out everything else.
class DirectWriter {
public:
    static constexpr std::size_t piece = std::size_t{1} << 19;
    static constexpr std::size_t buffers = 3;

    /// Nothing where the file system does not offer it.
    static std::unique_ptr<DirectWriter> open(char const* path);
    ~DirectWriter();
    DirectWriter(DirectWriter const&) = delete;
    DirectWriter& operator=(DirectWriter const&) = delete;

    /// Memory for a piece, the same until `submit`; waits until there is some. Null where a piece
    /// that failed has to be taken and released first.
    std::byte* room();

    /// Write what lies in `room` at this place of the file.
    /// \pre   place is a multiple of `piece`; `room` was called; no earlier piece for this place is
    ///        on its way
    void submit(std::uint64_t place);

    /// Wait until every piece is written or has failed.
    void wait();

    /// A piece that the system did not take.
    struct Failed {
        std::uint64_t place;
        std::byte const* bytes;
        std::size_t buffer;
    };
    std::optional<Failed> take_failed();
    /// Its memory can be used again.
    void release(Failed const& failed);

private:
    struct Waiting {
        std::uint64_t place;
        std::size_t buffer;
    };

    explicit DirectWriter(int descriptor);
    void work();
    bool write(std::byte const* bytes, std::uint64_t place) const;
    std::byte* memory(std::size_t buffer) { return memory_.data() + buffer * piece; }

    int descriptor_;
    AlignedBuffer<unsigned char> storage_;
    std::span<std::byte> memory_;
    std::optional<std::size_t> filling_;

    std::mutex mutex_;  // Of all that follows.
    std::condition_variable changed_;
    std::vector<std::size_t> free_;
    std::deque<Waiting> waiting_;
    std::deque<Failed> failed_;
    bool writing_ = false;
    bool closed_ = false;

    std::thread thread_;  // Last: it uses everything else.
};

}  // namespace maniple::hdf5
