/// \file  Numbers that do not fit the memory, in a file of one rank. Private to this module.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "maniple/core/matrix_view.hpp"

namespace maniple {

/// Whose numbers a scratch file holds.
struct ScratchOwner {
    std::filesystem::path folder;
    std::uint64_t key = 0;  ///< Of the run and what it computes: equal ones may share numbers.
    int rank = 0;
    int ranks = 1;
};

/// Slabs of equally many pieces of equally many numbers.
struct ScratchShape {
    std::vector<std::int64_t> slabs;  ///< What each is of; different ones.
    std::int64_t pieces = 0;          ///< Of a slab.
    std::int64_t piece_values = 0;    ///< Of a piece.

    /// Of the file.
    std::int64_t bytes() const;
};

/// Pieces that are written once, in any order, and read slab by slab, with checksums.
///
/// The file is private to the user. Destroyed before `keep`, it is removed; a process that dies
/// leaves it, and a run with the same owner then finds the pieces that were finished, if it wants
/// no other slabs than the file has.
class ScratchFile {
public:
    /// Takes the room that all of it needs. \throws EnvironmentError where there is not as much, or
    /// the folder cannot be written.
    ScratchFile(ScratchOwner const& owner, ScratchShape shape);
    ScratchFile(ScratchFile const&) = delete;
    ScratchFile& operator=(ScratchFile const&) = delete;
    ~ScratchFile();

    std::filesystem::path const& path() const { return path_; }

    /// Was the piece of every slab written, perhaps by an earlier run, and is it whole?
    bool has(std::int64_t piece) const;
    /// Threads may write different pieces. \param rows  one per slab: the piece's numbers.
    /// \throws EnvironmentError.
    void write(std::int64_t piece, MatrixView<float const> rows);
    /// All pieces of a slab, one after the other. Threads may read. \param slab  its place in the
    /// shape. \pre every piece was written; values.size() == pieces * piece_values
    /// \throws CorruptInput, EnvironmentError.
    void read(std::int64_t slab, std::span<float> values) const;

    /// Leave the file to a later run, if there is anything in it.
    void keep();

private:
    bool adopt();
    void begin();
    void forget_damaged();
    void reserve() const;
    std::int64_t entry_place(std::int64_t slab, std::int64_t piece) const;
    std::int64_t value_place(std::int64_t slab, std::int64_t piece) const;
    std::uint64_t& entry(std::int64_t slab, std::int64_t piece);
    std::uint64_t entry(std::int64_t slab, std::int64_t piece) const;
    void write_bytes(std::span<std::byte const> bytes, std::int64_t place) const;
    void read_bytes(std::span<std::byte> bytes, std::int64_t place) const;
    [[noreturn]] void fail(char const* what, int reason, char const* remedy) const;

    std::filesystem::path path_;
    std::uint64_t key_;
    ScratchShape wanted_;
    ScratchShape held_;                     // Of the file: perhaps with more slabs.
    std::vector<std::int64_t> held_slab_;   // Where each wanted slab is.
    std::vector<std::uint64_t> checksums_;  // Of each held slab and piece; 0: not there.
    int descriptor_ = -1;
    bool is_kept_ = false;
};

/// Remove what runs with this key have left in the folder, whatever their ranks.
enum class ScratchRemoval {
    of_all,          ///< Every file.
    of_other_ranks,  ///< Those of another number of ranks, of no use to this one.
};
void remove_scratch(ScratchOwner const& owner, ScratchRemoval which);

}  // namespace maniple
