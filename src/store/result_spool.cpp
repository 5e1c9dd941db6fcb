#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/store/result_file.hpp"
#include "result_layout.hpp"
#include "result_turn.hpp"

namespace maniple {
namespace {

// A file that only we can see: its name is gone as soon as it is open.
class HiddenFile {
public:
    explicit HiddenFile(std::filesystem::path const& folder)
        : path_{folder / fmt::format("columns.unfinished-{}", ::getpid())},
          descriptor_{::open(path_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)} {
        if (descriptor_ < 0) refuse("create the file");
        ::unlink(path_.c_str());
    }
    HiddenFile(HiddenFile const&) = delete;
    HiddenFile& operator=(HiddenFile const&) = delete;
    ~HiddenFile() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }

    std::int64_t size() const { return size_; }

    void append(std::span<std::byte const> bytes) {
        while (!bytes.empty()) {
            auto const written = ::pwrite(descriptor_, bytes.data(), bytes.size(), size_);
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) refuse("write the file");
            bytes = bytes.subspan(static_cast<std::size_t>(written));
            size_ += written;
        }
    }

    void read(std::int64_t place, std::span<std::byte> bytes) const {
        while (!bytes.empty()) {
            auto const got = ::pread(descriptor_, bytes.data(), bytes.size(), place);
            if (got < 0 && errno == EINTR) continue;
            if (got == 0) errno = EIO;
            if (got <= 0) refuse("read the file");
            bytes = bytes.subspan(static_cast<std::size_t>(got));
            place += got;
        }
    }

private:
    [[noreturn]] void refuse(char const* action) const {
        throw EnvironmentError{
            fmt::format("'{}': could not {} ({}); check disk space and "
                        "permissions",
                        path_.string(), action, std::strerror(errno))};
    }

    std::filesystem::path path_;
    int descriptor_;
    std::int64_t size_ = 0;
};

// One row chunk of one batch: its columns, then where each begins.
struct Segment {
    std::int64_t place = 0;
    std::int64_t column_bytes = 0;
};

struct Batch {
    std::int64_t first_trait = 0;
    std::int64_t last_trait = 0;
    std::vector<Segment> segments;  // Per row chunk.
};

}  // namespace

struct ResultSpool::State {
    HiddenFile file;
    std::int64_t variants;
    std::int64_t traits;
    std::int64_t chunk_rows;
    std::vector<Batch> batches;

    // The segment that is being filled.
    std::int64_t first_row = 0;
    ResultTurn turn{0};
    std::vector<std::byte> columns;
    std::vector<std::uint64_t> begins;
    std::unordered_multimap<std::uint64_t, std::uint64_t> known;  // Checksum to beginning.

    State(std::filesystem::path const& folder, std::int64_t variants_, std::int64_t traits_)
        : file{folder},
          variants{variants_},
          traits{traits_},
          chunk_rows{result_chunk_rows(variants, traits)} {}

    std::int64_t rows() const { return std::min(chunk_rows, variants - first_row); }

    // Where an equal column begins already.
    std::uint64_t keep(EncodedColumn column) {
        auto const bytes = column.bytes();
        auto const [first, last] = known.equal_range(column.checksum());
        for (auto candidate = first; candidate != last; ++candidate) {
            auto const begin = candidate->second;
            EncodedColumn const other{std::span<std::byte const>{columns}.subspan(begin)};
            if (std::ranges::equal(other.bytes(), bytes)) return begin;
        }
        auto const begin = static_cast<std::uint64_t>(columns.size());
        columns.insert(columns.end(), bytes.begin(), bytes.end());
        known.emplace(column.checksum(), begin);
        return begin;
    }

    // Put the segment into the file; the next one starts at `next_row`.
    void end_segment(std::int64_t next_row) {
        auto& batch = batches.back();
        expect(turn.between_traits(), "a trait's columns come together");
        if (first_row == 0) batch.last_trait = turn.trait();
        expect(turn.trait() == batch.last_trait, "a batch has the same traits in all row chunks");

        batch.segments.push_back({file.size(), std::ssize(columns)});
        file.append(columns);
        file.append(std::as_bytes(std::span{begins}));
        columns.clear();
        begins.clear();
        known.clear();
        auto const ended = first_row + rows() == variants;
        expect(next_row == (ended ? 0 : first_row + rows()), "row chunks come in order");
        first_row = next_row;
        turn = ResultTurn{ended ? batch.last_trait : batch.first_trait};
        if (ended) batches.push_back({.first_trait = batch.last_trait});
    }
};

ResultSpool::ResultSpool(std::filesystem::path const& folder, std::int64_t variants,
                         std::int64_t traits) {
    expect(variants >= 0, "there is no negative count of variants");
    expect(traits > 0, "results have traits");

    state_ = std::make_unique<State>(folder, variants, traits);
    state_->batches.emplace_back();
}

ResultSpool::ResultSpool(ResultSpool&&) noexcept = default;
ResultSpool& ResultSpool::operator=(ResultSpool&&) noexcept = default;
ResultSpool::~ResultSpool() = default;

void ResultSpool::write(ResultColumn which, std::int64_t first_row, TraitIndex trait,
                        EncodedColumn column) {
    auto& state = *state_;
    expect(first_row >= 0 && first_row < state.variants, "the row chunk is in the results");
    expect(trait.get() < state.traits, "the trait is in the results");
    if (first_row != state.first_row) state.end_segment(first_row);
    expect_column(column, result_datasets[static_cast<std::size_t>(which)].value_bytes,
                  state.rows(), state.chunk_rows);

    state.turn.take(which, trait);
    state.begins.push_back(state.keep(column));
}

std::int64_t ResultSpool::bytes() const { return state_->file.size(); }

void ResultSpool::copy_chunk(std::int64_t first_row, ResultWriter& writer) {
    auto& state = *state_;
    if (!state.begins.empty()) state.end_segment(0);
    auto const& last = state.batches.back();
    expect(last.segments.empty() && last.first_trait == state.traits,
           "all columns of all traits were kept");

    std::vector<std::byte> columns;
    std::vector<std::uint64_t> begins;
    auto const chunk = static_cast<std::size_t>(first_row / state.chunk_rows);
    for (auto const& batch : state.batches) {
        if (batch.segments.empty()) continue;
        auto const& segment = batch.segments.at(chunk);
        columns.resize(static_cast<std::size_t>(segment.column_bytes));
        begins.resize(
            static_cast<std::size_t>((batch.last_trait - batch.first_trait) * result_columns));
        state.file.read(segment.place, columns);
        state.file.read(segment.place + segment.column_bytes,
                        std::as_writable_bytes(std::span{begins}));
        for (std::size_t i = 0; i < begins.size(); ++i) {
            auto const trait = batch.first_trait + static_cast<std::int64_t>(i / result_columns);
            writer.write(static_cast<ResultColumn>(i % result_columns), first_row,
                         TraitIndex{trait},
                         EncodedColumn{std::span<std::byte const>{columns}.subspan(begins[i])});
        }
    }
}

}  // namespace maniple
