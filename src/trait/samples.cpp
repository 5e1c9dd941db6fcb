#include "maniple/trait/samples.hpp"

#include <string_view>
#include <unordered_map>

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
    std::unordered_map<std::string_view, std::size_t> seen;
    for (std::size_t i = 0; i < samples.ids.size(); ++i) {
        if (samples.ids[i].empty()) {
            throw UserError{fmt::format("'{}' sample {}: the ID is empty; give every sample an ID",
                                        source, i + 1)};
        }
        auto const [place, added] = seen.emplace(samples.ids[i], i);
        if (!added) {
            throw UserError{
                fmt::format("'{}': samples {} and {} have the same ID (IDs must be unique); rename "
                            "or remove one",
                            source, place->second + 1, i + 1)};
        }
    }
}

}  // namespace maniple
