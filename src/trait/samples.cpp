#include "maniple/trait/samples.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <span>

#include <fmt/format.h>

#include "maniple/core/checksum.hpp"
#include "maniple/core/error.hpp"

namespace maniple {

std::uint64_t fingerprint(Samples const& samples) {
    Checksum sum;
    for (auto const& id : samples.ids) sum.add(id);
    return sum.value();
}

void require_unique_ids(Samples const& samples, std::string const& source) {
    if (samples.ids.empty()) {
        throw UserError{
            fmt::format("'{}' holds no samples; check that the file is complete", source)};
    }
    auto const empty = std::ranges::find(samples.ids, std::string{});
    auto const repeated = find_repeated(samples.ids);
    auto const position = empty - samples.ids.begin();
    if (empty != samples.ids.end() &&
        (!repeated || position < static_cast<std::ptrdiff_t>(repeated->second))) {
        throw UserError{fmt::format("'{}' sample {}: the ID is empty; give every sample an ID",
                                    source, position + 1)};
    }
    if (!repeated) return;
    throw UserError{fmt::format(
        "'{}': samples {} and {} have the same ID (IDs must be unique); rename or remove one",
        source, repeated->first + 1, repeated->second + 1)};
}

std::optional<std::pair<std::size_t, std::size_t>> find_repeated(
    std::vector<std::string> const& ids) {
    // Open addressing in one piece of memory: a map of nodes takes longer than reading the file.
    constexpr auto free = std::numeric_limits<std::size_t>::max();
    std::vector<std::size_t> places(std::bit_ceil(2 * ids.size() + 1), free);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        auto place = checksum(std::as_bytes(std::span{ids[i]})) & (places.size() - 1);
        for (; places[place] != free; place = (place + 1) & (places.size() - 1)) {
            if (ids[places[place]] == ids[i]) return {{places[place], i}};
        }
        places[place] = i;
    }
    return std::nullopt;
}

}  // namespace maniple
