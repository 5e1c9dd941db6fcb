#include "scratch_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/checksum.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/readable.hpp"

namespace maniple {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t magic = 0x313068637461'7263;  // Of this layout.
constexpr std::int64_t page = 4096;
constexpr char const* need_room = "free some disk space";

// What the file begins with. Then come the slabs' numbers, checksums of slabs x pieces, and from
// the next page on the values.
struct ScratchHead {
    std::uint64_t magic = 0;
    std::uint64_t key = 0;
    std::int64_t slabs = 0;
    std::int64_t pieces = 0;
    std::int64_t piece_values = 0;
};

std::string prefix_of(ScratchOwner const& owner) {
    return fmt::format("maniple-{}-", to_hex(owner.key));
}

std::string suffix_of(ScratchOwner const& owner) {
    return fmt::format("-of-{}.scratch", owner.ranks);
}

std::int64_t values_begin(ScratchShape const& shape) {
    auto const slabs = std::ssize(shape.slabs);
    auto const lists =
        static_cast<std::int64_t>(sizeof(ScratchHead)) + 8 * slabs * (1 + shape.pieces);
    return (lists + page - 1) / page * page;
}

// Never 0, which is nothing.
std::uint64_t checksum_of(std::span<float const> values) {
    auto const sum = checksum(std::as_bytes(values));
    return sum == 0 ? 1 : sum;
}

}  // namespace

std::int64_t ScratchShape::bytes() const {
    return values_begin(*this) +
           std::ssize(slabs) * pieces * piece_values * static_cast<std::int64_t>(sizeof(float));
}

ScratchFile::ScratchFile(ScratchOwner const& owner, ScratchShape shape)
    : path_{owner.folder / fmt::format("{}{}{}", prefix_of(owner), owner.rank, suffix_of(owner))},
      key_{owner.key},
      wanted_{std::move(shape)} {
    if (adopt()) return;
    if (descriptor_ >= 0) ::close(descriptor_);
    ::unlink(path_.c_str());
    descriptor_ = ::open(path_.c_str(), O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (descriptor_ < 0) {
        throw EnvironmentError{
            fmt::format("--scratch '{}' cannot be written ({}); choose another folder",
                        owner.folder.string(), std::strerror(errno))};
    }
    try {
        begin();
    } catch (...) {
        ::close(descriptor_);
        ::unlink(path_.c_str());
        throw;
    }
}

ScratchFile::~ScratchFile() {
    ::close(descriptor_);
    if (!is_kept_) ::unlink(path_.c_str());
}

void ScratchFile::begin() {
    held_ = wanted_;
    for (std::int64_t s = 0; s < std::ssize(held_.slabs); ++s) held_slab_.push_back(s);
    checksums_.assign(held_.slabs.size() * static_cast<std::size_t>(held_.pieces), 0);
    reserve();
    ScratchHead const head{magic, key_, std::ssize(held_.slabs), held_.pieces, held_.piece_values};
    write_bytes(std::as_bytes(std::span{&head, 1}), 0);
    write_bytes(std::as_bytes(std::span{held_.slabs}), sizeof head);
}

// The file of an earlier run, if it is one of ours and has all that is wanted.
bool ScratchFile::adopt() {
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    struct stat facts {};
    if (descriptor_ < 0 || ::fstat(descriptor_, &facts) != 0) return false;
    if (!S_ISREG(facts.st_mode) || facts.st_uid != ::geteuid()) return false;
    ScratchHead head;
    if (facts.st_size < static_cast<off_t>(sizeof head)) return false;
    read_bytes(std::as_writable_bytes(std::span{&head, 1}), 0);
    if (head.magic != magic || head.key != key_ || head.pieces != wanted_.pieces ||
        head.piece_values != wanted_.piece_values || head.slabs <= 0 || head.slabs > (1 << 24)) {
        return false;
    }
    held_ = {std::vector<std::int64_t>(static_cast<std::size_t>(head.slabs)), head.pieces,
             head.piece_values};
    if (facts.st_size < held_.bytes()) return false;
    read_bytes(std::as_writable_bytes(std::span{held_.slabs}), sizeof head);
    checksums_.resize(static_cast<std::size_t>(head.slabs * head.pieces));
    read_bytes(std::as_writable_bytes(std::span{checksums_}),
               static_cast<std::int64_t>(sizeof head) + 8 * head.slabs);
    held_slab_.clear();
    for (auto slab : wanted_.slabs) {
        auto const found = std::ranges::find(held_.slabs, slab);
        if (found == held_.slabs.end()) return false;
        held_slab_.push_back(found - held_.slabs.begin());
    }
    forget_damaged();
    return true;
}

// A machine that went down may have lost any page.
void ScratchFile::forget_damaged() {
    std::vector<float> values(static_cast<std::size_t>(held_.piece_values));
    for (auto slab : held_slab_) {
        for (std::int64_t piece = 0; piece < held_.pieces; ++piece) {
            auto& known = entry(slab, piece);
            if (known == 0) continue;
            read_bytes(std::as_writable_bytes(std::span{values}), value_place(slab, piece));
            if (checksum_of(values) != known) known = 0;
        }
    }
}

// Room that is taken now cannot be missing later.
void ScratchFile::reserve() const {
    auto const bytes = held_.bytes();
    if (::fallocate(descriptor_, 0, 0, bytes) == 0) return;
    auto reason = errno;
    if (reason == EOPNOTSUPP) {
        std::error_code error;
        auto const space = fs::space(path_.parent_path(), error);
        if (error || static_cast<std::int64_t>(space.available) >= bytes) {
            if (::ftruncate(descriptor_, bytes) == 0) return;
            reason = errno;
        } else {
            reason = ENOSPC;
        }
    }
    fail("have the room it needs", reason, need_room);
}

bool ScratchFile::has(std::int64_t piece) const {
    return std::ranges::all_of(held_slab_,
                               [&](std::int64_t slab) { return entry(slab, piece) != 0; });
}

void ScratchFile::write(std::int64_t piece, MatrixView<float const> rows) {
    expect(piece >= 0 && piece < held_.pieces, "the piece is one of a slab's");
    expect(rows.rows() == std::ssize(wanted_.slabs) && rows.columns() == held_.piece_values,
           "there is a piece for each slab");

    for (std::int64_t s = 0; s < rows.rows(); ++s) {
        auto const slab = held_slab_[static_cast<std::size_t>(s)];
        auto const values = rows.row(s);
        write_bytes(std::as_bytes(values), value_place(slab, piece));
        auto& own = entry(slab, piece);
        own = checksum_of(values);
        write_bytes(std::as_bytes(std::span{&own, 1}), entry_place(slab, piece));
    }
}

void ScratchFile::read(std::int64_t slab, std::span<float> values) const {
    expect(slab >= 0 && slab < std::ssize(wanted_.slabs), "the slab is one of the file's");
    expect(std::ssize(values) == held_.pieces * held_.piece_values, "the slab fits");

    auto const held = held_slab_[static_cast<std::size_t>(slab)];
    read_bytes(std::as_writable_bytes(values), value_place(held, 0));
    auto const size = static_cast<std::size_t>(held_.piece_values);
    for (std::int64_t piece = 0; piece < held_.pieces; ++piece) {
        auto const own = values.subspan(static_cast<std::size_t>(piece) * size, size);
        if (checksum_of(own) == entry(held, piece)) continue;
        throw CorruptInput{
            fmt::format("scratch file '{}' is damaged (piece {} of slab {} has another checksum); "
                        "check that disk, remove the file, and run the same command again",
                        path_.string(), piece, held)};
    }
}

void ScratchFile::keep() {
    is_kept_ = std::ranges::any_of(checksums_, [](std::uint64_t sum) { return sum != 0; });
}

std::int64_t ScratchFile::entry_place(std::int64_t slab, std::int64_t piece) const {
    return static_cast<std::int64_t>(sizeof(ScratchHead)) +
           8 * (std::ssize(held_.slabs) + slab * held_.pieces + piece);
}

std::int64_t ScratchFile::value_place(std::int64_t slab, std::int64_t piece) const {
    return values_begin(held_) + (slab * held_.pieces + piece) * held_.piece_values *
                                     static_cast<std::int64_t>(sizeof(float));
}

std::uint64_t& ScratchFile::entry(std::int64_t slab, std::int64_t piece) {
    return checksums_[static_cast<std::size_t>(slab * held_.pieces + piece)];
}

std::uint64_t ScratchFile::entry(std::int64_t slab, std::int64_t piece) const {
    return checksums_[static_cast<std::size_t>(slab * held_.pieces + piece)];
}

void ScratchFile::write_bytes(std::span<std::byte const> bytes, std::int64_t place) const {
    while (!bytes.empty()) {
        auto const done = ::pwrite(descriptor_, bytes.data(), bytes.size(), place);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) fail("be written", done < 0 ? errno : ENOSPC, need_room);
        bytes = bytes.subspan(static_cast<std::size_t>(done));
        place += done;
    }
}

void ScratchFile::read_bytes(std::span<std::byte> bytes, std::int64_t place) const {
    while (!bytes.empty()) {
        auto const done = ::pread(descriptor_, bytes.data(), bytes.size(), place);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) fail("be read", done < 0 ? errno : EIO, "check that disk");
        bytes = bytes.subspan(static_cast<std::size_t>(done));
        place += done;
    }
}

void ScratchFile::fail(char const* what, int reason, char const* remedy) const {
    throw EnvironmentError{fmt::format(
        "scratch file '{}' of {} cannot {} ({}); {}, or choose another folder with --scratch",
        path_.string(), readable_bytes(held_.bytes()), what, std::strerror(reason), remedy)};
}

void remove_scratch(ScratchOwner const& owner, ScratchRemoval which) {
    auto const prefix = prefix_of(owner);
    auto const suffix = suffix_of(owner);
    std::error_code error;
    for (auto const& entry : fs::directory_iterator{owner.folder, error}) {
        auto const name = entry.path().filename().string();
        if (!name.starts_with(prefix) || !name.ends_with(".scratch")) continue;
        if (which == ScratchRemoval::of_other_ranks && name.ends_with(suffix)) continue;
        ::unlink(entry.path().c_str());
    }
}

}  // namespace maniple
