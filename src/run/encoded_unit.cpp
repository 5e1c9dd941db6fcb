#include "maniple/run/encoded_unit.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// Takes columns one after the other from runs of bytes.
class ColumnCursor {
public:
    explicit ColumnCursor(std::span<mpi::Bytes const> groups) : groups_{groups} {}

    EncodedColumn next() {
        while (rest_.empty()) {
            expect(next_group_ < groups_.size(), "a unit holds all its columns");
            rest_ = groups_[next_group_++];
        }
        EncodedColumn const column{rest_};
        rest_ = rest_.subspan(column.bytes().size());
        return column;
    }

    bool at_end() const { return rest_.empty() && next_group_ == groups_.size(); }

private:
    std::span<mpi::Bytes const> groups_;
    std::size_t next_group_ = 0;
    std::span<std::byte const> rest_;
};

}  // namespace

ColumnGroups::ColumnGroups(std::int64_t traits, std::int64_t patterns, std::int64_t unit_rows)
    : traits_{traits}, patterns_{patterns} {
    constexpr std::int64_t fewest_values = 8192;
    group_size_ = std::max<std::int64_t>(1, fewest_values / std::max<std::int64_t>(unit_rows, 1));
    pattern_groups_ = (patterns + group_size_ - 1) / group_size_;
    trait_groups_ = (traits + group_size_ - 1) / group_size_;
}

Range<ColumnIndex> ColumnGroups::members(std::int64_t group) const {
    expect(group >= 0 && group < count(), "there is such a group");
    auto const traits = is_of_traits(group);
    auto const first = (traits ? group - pattern_groups_ : group) * group_size_;
    auto const last = std::min(first + group_size_, traits ? traits_ : patterns_);
    return {ColumnIndex{first}, ColumnIndex{last}};
}

void EncodedUnit::encode(ColumnGroups const& groups, std::int64_t group, UnitArrays const& arrays,
                         std::int64_t rows, std::int64_t chunk_rows) {
    auto& bytes = groups_[static_cast<std::size_t>(group)];
    bytes.clear();
    auto const members = groups.members(group);
    for (auto m = members.first.get(); m < members.last.get(); ++m) {
        if (groups.is_of_traits(group)) {
            encode_results(arrays.beta(m, rows), chunk_rows, bytes);
            encode_results(arrays.standard_error(m, rows), chunk_rows, bytes);
            encode_results(arrays.neg_log10_p(m, rows), chunk_rows, bytes);
            encode_results(arrays.status(m, rows), chunk_rows, bytes);
        } else {
            encode_results(arrays.samples(m, rows), chunk_rows, bytes);
            encode_results(arrays.alternate_frequency(m, rows), chunk_rows, bytes);
        }
    }
}

mpi::Bytes EncodedUnit::take_message() {
    std::size_t size = 0;
    for (auto const& group : groups_) size += group.size();
    mpi::Bytes message;
    message.reserve(size);
    for (auto& group : groups_) {
        message.insert(message.end(), group.begin(), group.end());
        group = mpi::Bytes{};  // Braces alone would keep the memory.
    }
    return message;
}

EncodedUnit EncodedUnit::from_message(mpi::Bytes message) {
    EncodedUnit unit;
    unit.groups_.push_back(std::move(message));
    return unit;
}

void EncodedUnit::for_each_column(UnitLayout const& layout, ColumnSink const& sink) const {
    ColumnCursor cursor{groups_};
    std::vector<std::array<EncodedColumn, 2>> shared;
    for (std::int64_t p = 0; p < layout.patterns(); ++p) {
        auto const samples = cursor.next();
        shared.push_back({samples, cursor.next()});
    }
    constexpr std::array own{ResultColumn::beta, ResultColumn::standard_error,
                             ResultColumn::neg_log10_p, ResultColumn::status};
    std::vector<EncodedColumn> columns;  // By row, as they were encoded.
    for (std::int64_t c = 0; c < layout.traits() * std::ssize(own); ++c) {
        columns.push_back(cursor.next());
    }
    expect(cursor.at_end(), "a unit holds nothing else");
    for (TraitIndex trait{0}; trait.get() < layout.traits(); ++trait) {
        auto const place = layout.place(trait);
        for (std::size_t c = 0; c < own.size(); ++c) {
            sink(own[c], trait, columns[static_cast<std::size_t>(place.row) * own.size() + c]);
        }
        auto const& [samples, frequency] = shared[static_cast<std::size_t>(place.pattern)];
        sink(ResultColumn::samples, trait, samples);
        sink(ResultColumn::effect_allele_frequency, trait, frequency);
    }
}

}  // namespace maniple
