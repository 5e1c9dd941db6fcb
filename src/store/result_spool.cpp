#include <algorithm>
#include <optional>
#include <system_error>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "growing_file.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/store/result_file.hpp"
#include "result_layout.hpp"
#include "result_turn.hpp"

namespace maniple {
namespace {

// What stands before the columns of one row chunk of one batch; after them, where each begins.
struct SegmentHead {
    std::uint64_t checksum = 0;  // Of columns and beginnings, and of the rest of the head.
    std::int64_t first_trait = 0;
    std::int64_t last_trait = 0;
    std::int64_t first_row = 0;
    std::int64_t column_bytes = 0;

    std::int64_t columns() const { return (last_trait - first_trait) * result_columns; }
    std::int64_t bytes() const {
        return static_cast<std::int64_t>(sizeof(SegmentHead)) + column_bytes +
               columns() * static_cast<std::int64_t>(sizeof(std::uint64_t));
    }
};

template <class T>
std::span<std::byte const> bytes_of(T const& value) {
    return std::as_bytes(std::span{&value, 1});
}

// \param columns  all of them.
std::uint64_t finish_checksum(Checksum& columns, std::span<std::uint64_t const> begins,
                              SegmentHead const& head) {
    columns.add_values(begins);
    columns.add(bytes_of(head).subspan(sizeof head.checksum));
    return columns.value();
}

// A column of the segment that is being filled.
struct KnownColumn {
    std::uint64_t begin = 0;
    std::span<std::byte const> bytes;
};

struct Batch {
    Range<TraitIndex> traits;
    std::vector<std::int64_t> places;  // Of its segments, per row chunk.
};

// The folder of a finished shard whose columns these are.
std::string shard_of(std::filesystem::path const& columns) {
    return fmt::format("'{}'", columns.parent_path().parent_path().string());
}

}  // namespace

struct ResultSpool::State {
    GrowingFile file;
    ResultExtent extent;
    Growth growth;
    std::vector<Batch> batches;  // The last one may be incomplete.
    std::int64_t whole = 0;      // Bytes of complete segments.

    // The segment that is being filled.
    std::optional<ResultTurn> turn;  // None: nothing of it is there.
    Checksum sum;                    // Of its columns.
    std::int64_t column_bytes = 0;
    std::vector<std::uint64_t> begins;
    std::unordered_multimap<std::uint64_t, KnownColumn> known;  // By checksum.

    State(std::filesystem::path const& path, std::int64_t kept, ResultExtent const& extent_,
          Growth growth_)
        : file{path, kept, growth_}, extent{extent_}, growth{growth_} {}

    std::int64_t chunk_rows() const { return extent.chunk_rows(); }
    std::int64_t last_row() const { return extent.rows().last.get(); }
    std::int64_t chunks() const { return pieces(extent.rows().size(), chunk_rows()); }
    bool is_begun() const {
        return !batches.empty() && std::ssize(batches.back().places) < chunks();
    }
    std::int64_t complete() const { return std::ssize(batches) - (is_begun() ? 1 : 0); }
    // What comes next.
    std::int64_t first_trait() const {
        if (batches.empty()) return 0;
        auto const& last = batches.back().traits;
        return (is_begun() ? last.first : last.last).get();
    }
    std::int64_t rows_begun() const {
        return is_begun() ? std::ssize(batches.back().places) * chunk_rows() : 0;
    }
    std::int64_t first_row() const { return extent.rows().first.get() + rows_begun(); }
    std::int64_t rows() const { return std::min(chunk_rows(), last_row() - first_row()); }

    // Where an equal column begins already.
    std::uint64_t keep(EncodedColumn column) {
        auto const bytes = column.bytes();
        auto const [first, last] = known.equal_range(column.checksum());
        for (auto candidate = first; candidate != last; ++candidate) {
            auto const& other = candidate->second;
            if (std::ranges::equal(other.bytes, bytes)) return other.begin;
        }
        auto const begin = static_cast<std::uint64_t>(column_bytes);
        file.append(bytes);
        sum.add(bytes);
        column_bytes += std::ssize(bytes);
        known.emplace(column.checksum(), KnownColumn{begin, bytes});
        return begin;
    }

    // At the end of what is whole.
    void begin_segment() {
        if (file.size() > whole) file.cut(whole);  // What the disk had no room for.
        file.append(bytes_of(SegmentHead{}));
        turn.emplace(first_trait());
        sum = Checksum{};
        column_bytes = 0;
        begins.clear();
        known.clear();
    }

    // Is this the head of what comes next?
    bool fits(SegmentHead const& head) const {
        bool const follows = head.first_trait == first_trait() && head.first_row == first_row();
        bool const same = !is_begun() || head.last_trait == batches.back().traits.last.get();
        return follows && same && head.last_trait > head.first_trait &&
               head.last_trait <= extent.traits() && head.column_bytes > 0 && chunks() > 0;
    }

    void add(SegmentHead const& head, std::int64_t place) {
        if (!is_begun()) {
            batches.push_back(
                {.traits = {TraitIndex{head.first_trait}, TraitIndex{head.last_trait}},
                 .places = {}});
        }
        batches.back().places.push_back(place);
        whole = place + head.bytes();
    }

    [[noreturn]] void throw_damaged(std::int64_t place) const {
        throw CorruptInput{fmt::format(
            "'{}' is damaged at byte {} (a checksum or the structure is wrong); remove {}",
            file.path().string(), place,
            growth == Growth::grows ? std::string{"it, and the scan starts again"}
                                    : shard_of(file.path()) + ", and scan that part again")};
    }

    void find_segments() {
        for (std::int64_t place = 0; place < file.size();) {
            SegmentHead head;
            if (place + std::ssize(bytes_of(head)) > file.size()) throw_damaged(place);
            file.read(place, std::as_writable_bytes(std::span{&head, 1}));
            if (!fits(head) || head.column_bytes > file.size() ||
                place + head.bytes() > file.size()) {
                throw_damaged(place);
            }
            add(head, place);
            place += head.bytes();
        }
    }
};

ResultExtent::ResultExtent(std::int64_t variants, std::int64_t traits)
    : ResultExtent{variants, traits, {GlobalVariantIndex{0}, GlobalVariantIndex{variants}}} {}

ResultExtent::ResultExtent(std::int64_t variants, std::int64_t traits,
                           Range<GlobalVariantIndex> rows)
    : traits_{traits}, rows_{rows}, chunk_rows_{result_chunk_rows(variants, traits)} {
    auto const first = rows.first.get();
    auto const last = rows.last.get();
    expect(0 <= first && first <= last && last <= variants, "the rows are in the results");
    bool const is_cut = first == last ||
                        (first % chunk_rows_ == 0 && (last % chunk_rows_ == 0 || last == variants));
    expect(is_cut, "the rows are whole row chunks");
}

ResultSpool::ResultSpool(std::filesystem::path const& file, ResultExtent const& extent)
    : state_{std::make_unique<State>(file, 0, extent, Growth::grows)} {}

ResultSpool ResultSpool::reopen(std::filesystem::path const& file, ResultExtent const& extent,
                                std::int64_t sealed) {
    expect(sealed >= 0, "there is no negative number of bytes");

    std::error_code error;
    auto const size = std::filesystem::file_size(file, error);
    if (error || static_cast<std::int64_t>(size) < sealed) {
        throw CorruptInput{
            fmt::format("'{}' is not there, or shorter than when it was written; remove the folder "
                        "that it is in, and the scan starts again",
                        file.string())};
    }
    ResultSpool spool;
    spool.state_ = std::make_unique<State>(file, sealed, extent, Growth::grows);
    spool.state_->find_segments();
    return spool;
}

ResultSpool ResultSpool::open(std::filesystem::path const& file, ResultExtent const& extent,
                              std::int64_t sealed) {
    expect(sealed >= 0, "there is no negative number of bytes");

    std::error_code error;
    auto const size = std::filesystem::file_size(file, error);
    if (error || static_cast<std::int64_t>(size) != sealed) {
        throw CorruptInput{
            fmt::format("'{}' is not there, or not of the size that it was finished with; remove "
                        "{}, and scan that part again",
                        file.string(), shard_of(file))};
    }
    ResultSpool spool;
    spool.state_ = std::make_unique<State>(file, sealed, extent, Growth::stays);
    spool.state_->find_segments();
    bool const is_whole =
        spool.state_->chunks() == 0 ||
        (!spool.state_->is_begun() && spool.state_->first_trait() == spool.state_->extent.traits());
    if (!is_whole) spool.state_->throw_damaged(sealed);
    return spool;
}

ResultSpool::ResultSpool() = default;
ResultSpool::ResultSpool(ResultSpool&&) noexcept = default;
ResultSpool& ResultSpool::operator=(ResultSpool&&) noexcept = default;
ResultSpool::~ResultSpool() = default;

void ResultSpool::write(ResultColumn which, std::int64_t first_row, TraitIndex trait,
                        EncodedColumn column) {
    auto& state = *state_;
    expect(first_row == state.first_row() && first_row < state.last_row(),
           "row chunks come in order");
    expect(trait.get() < state.extent.traits(), "the trait is in the results");
    expect_column(column, result_datasets[static_cast<std::size_t>(which)].value_bytes,
                  state.rows(), state.chunk_rows());

    if (!state.turn) state.begin_segment();
    state.turn->take(which, trait);
    state.begins.push_back(state.keep(column));
}

void ResultSpool::end_row_chunk() {
    auto& state = *state_;
    expect(state.turn && state.turn->between_traits(), "a trait's columns come together");
    expect(!state.is_begun() || state.turn->trait() == state.batches.back().traits.last.get(),
           "a batch has the same traits in all row chunks");

    SegmentHead head{.first_trait = state.first_trait(),
                     .last_trait = state.turn->trait(),
                     .first_row = state.first_row(),
                     .column_bytes = state.column_bytes};
    head.checksum = finish_checksum(state.sum, state.begins, head);
    state.turn.reset();  // Whatever comes: this segment is whole then, or begun again.
    state.known.clear();
    state.file.append(std::as_bytes(std::span{state.begins}));
    state.file.flush();
    state.file.write(state.whole, bytes_of(head));
    state.add(head, state.whole);
}

void ResultSpool::seal() { state_->file.sync(); }

std::int64_t ResultSpool::bytes() const { return state_->whole; }

std::int64_t ResultSpool::complete_bytes() const {
    return state_->is_begun() ? state_->batches.back().places.front() : state_->whole;
}

std::vector<Range<TraitIndex>> ResultSpool::complete() const {
    std::vector<Range<TraitIndex>> traits;
    for (std::int64_t b = 0; b < state_->complete(); ++b) {
        traits.push_back(state_->batches[static_cast<std::size_t>(b)].traits);
    }
    return traits;
}

Range<TraitIndex> ResultSpool::begun() const {
    if (!state_->is_begun()) return {TraitIndex{0}, TraitIndex{0}};
    return state_->batches.back().traits;
}

std::int64_t ResultSpool::rows_begun() const { return state_->rows_begun(); }

std::int64_t ResultSpool::most_reading_bytes() const {
    std::int64_t most = 0;
    for (std::size_t b = 0; b < state_->batches.size(); ++b) {
        auto const& places = state_->batches[b].places;
        for (std::size_t c = 0; c < places.size(); ++c) {
            auto const next = c + 1 < places.size()            ? places[c + 1]
                              : b + 1 < state_->batches.size() ? state_->batches[b + 1].places[0]
                                                               : state_->whole;
            most = std::max(most, next - places[c]);
        }
    }
    return most;
}

void ResultSpool::drop_begun() {
    expect(!state_->turn, "no row chunk is half written");

    if (!state_->is_begun()) return;
    state_->whole = complete_bytes();
    state_->file.cut(state_->whole);
    state_->batches.pop_back();
}

void ResultSpool::read(TraitIndex first_trait, std::int64_t first_row,
                       ResultColumnSink const& sink) const {
    auto const& state = *state_;
    auto const batch = std::ranges::find(
        state.batches, first_trait, [](Batch const& candidate) { return candidate.traits.first; });
    auto const chunk = (first_row - state.extent.rows().first.get()) / state.chunk_rows();
    expect(batch != state.batches.end() && chunk >= 0 && chunk < std::ssize(batch->places),
           "the row chunk is complete");

    auto const place = batch->places[static_cast<std::size_t>(chunk)];
    SegmentHead head;
    state.file.read(place, std::as_writable_bytes(std::span{&head, 1}));
    auto const next = chunk + 1 < std::ssize(batch->places)
                          ? batch->places[static_cast<std::size_t>(chunk) + 1]
                          : place + head.bytes();
    bool const as_before = head.first_trait == first_trait.get() &&
                           head.last_trait == batch->traits.last.get() &&
                           head.first_row == first_row && head.column_bytes > 0 &&
                           place + head.bytes() == next && next <= state.file.size();
    if (!as_before) state.throw_damaged(place);
    std::vector<std::byte> columns(static_cast<std::size_t>(head.column_bytes));
    std::vector<std::uint64_t> begins(static_cast<std::size_t>(head.columns()));
    auto const start = place + std::ssize(bytes_of(head));
    state.file.read(start, columns);
    state.file.read(start + head.column_bytes, std::as_writable_bytes(std::span{begins}));
    Checksum sum;
    sum.add(columns);
    if (finish_checksum(sum, begins, head) != head.checksum) state.throw_damaged(place);
    auto const rows = std::min(state.chunk_rows(), state.last_row() - first_row);
    for (std::size_t i = 0; i < begins.size(); ++i) {
        auto const trait = head.first_trait + static_cast<std::int64_t>(i / result_columns);
        auto const which = i % result_columns;
        if (begins[i] > columns.size()) state.throw_damaged(place);
        auto const bytes = std::span<std::byte const>{columns}.subspan(begins[i]);
        if (!EncodedColumn::is_at(bytes)) state.throw_damaged(place);
        EncodedColumn const column{bytes};
        if (!is_column(column, result_datasets[which].value_bytes, rows, state.chunk_rows())) {
            state.throw_damaged(place);
        }
        sink(static_cast<ResultColumn>(which), TraitIndex{trait}, column);
    }
}

void ResultSpool::read_all(std::int64_t first_row, ResultColumnSink const& sink) const {
    expect(!state_->is_begun() && state_->first_trait() == state_->extent.traits(),
           "all columns of all traits were kept");

    for (auto const& batch : state_->batches) read(batch.traits.first, first_row, sink);
}

}  // namespace maniple
