#include "maniple/run/scan_tally.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "maniple/core/contract.hpp"
#include "maniple/model/test_status.hpp"

namespace maniple {
namespace {

std::size_t counts_per_trait() { return test_status_names().size() + 1; }

void append_sized(std::span<std::byte const> bytes, mpi::Bytes& message) {
    auto const size = bytes.size();
    auto const* const start = reinterpret_cast<std::byte const*>(&size);
    message.insert(message.end(), start, start + sizeof size);
    message.insert(message.end(), bytes.begin(), bytes.end());
}

std::span<std::byte const> take_sized(std::span<std::byte const>& message) {
    std::size_t size = 0;
    expect(message.size() >= sizeof size, "a message starts with its size");
    std::memcpy(&size, message.data(), sizeof size);
    auto const bytes = message.subspan(sizeof size, size);
    message = message.subspan(sizeof size + size);
    return bytes;
}

}  // namespace

ScanTally::ScanTally(std::int64_t traits)
    : counts_(static_cast<std::size_t>(traits) * counts_per_trait()),
      inflation_(static_cast<std::size_t>(traits)),
      locks_{std::make_unique<std::mutex[]>(static_cast<std::size_t>(traits))} {}

void ScanTally::add(TraitIndex trait, std::span<std::uint8_t const> status,
                    std::span<float const> neg_log10_p) {
    expect(status.size() == neg_log10_p.size(), "spans have equal size");

    std::array<std::int64_t, 256> statuses{};
    // Mostly one status; each increment would wait for the one before.
    if (!status.empty() && std::equal(status.begin() + 1, status.end(), status.begin())) {
        statuses[status.front()] = std::ssize(status);
    } else {
        for (auto code : status) ++statuses[code];
    }
    auto const hits =
        std::ranges::count_if(neg_log10_p, [](float value) { return value >= hit_neg_log10_p; });

    auto const kinds = test_status_names().size();
    expect(std::ranges::all_of(std::span{statuses}.subspan(kinds),
                               [](auto count) { return count == 0; }),
           "every status is known");
    std::scoped_lock const lock{locks_[trait.at()]};
    auto const mine = std::span{counts_}.subspan(trait.at() * counts_per_trait());
    for (std::size_t s = 0; s < kinds; ++s) mine[s] += statuses[s];
    mine[kinds] += hits;
    inflation_[trait.at()].add(neg_log10_p);
}

void ScanTally::merge(mpi::Communicator const& comm) {
    if (comm.size() == 1) return;
    comm.sum(counts_);
    // A few traits at a time, so that the root holds little of all ranks at once.
    constexpr std::size_t at_once = 64;
    for (std::size_t first = 0; first < inflation_.size(); first += at_once) {
        auto const some =
            std::span{inflation_}.subspan(first, std::min(at_once, inflation_.size() - first));
        mpi::Bytes mine;
        for (auto const& counter : some) append_sized(counter.to_bytes(), mine);
        auto const all = comm.gather(mine);
        for (std::size_t rank = 1; rank < all.size(); ++rank) {
            std::span<std::byte const> rest{all[rank]};
            for (auto& counter : some) {
                counter.merge(InflationCounter::from_bytes(take_sized(rest)));
            }
        }
    }
}

double ScanTally::lambda_gc(TraitIndex trait) const { return inflation_[trait.at()].value(); }

std::int64_t ScanTally::bytes_per_trait() {
    return InflationCounter::most_bytes() +
           static_cast<std::int64_t>(sizeof(std::mutex) + 8 * counts_per_trait());
}

std::span<std::int64_t const> ScanTally::counts(TraitIndex trait) const {
    return std::span{counts_}.subspan(trait.at() * counts_per_trait(), counts_per_trait());
}

std::vector<std::int64_t> ScanTally::by_status(TraitIndex trait) const {
    auto const statuses = counts(trait).first(test_status_names().size());
    return {statuses.begin(), statuses.end()};
}

std::int64_t ScanTally::hits(TraitIndex trait) const { return counts(trait).back(); }

}  // namespace maniple
