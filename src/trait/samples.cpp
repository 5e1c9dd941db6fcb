#include "maniple/trait/samples.hpp"

#include <string_view>
#include <unordered_set>

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
    std::unordered_set<std::string_view> seen;
    for (std::size_t i = 0; i < samples.ids.size(); ++i) {
        if (samples.ids[i].empty()) {
            throw UserError{fmt::format("'{}' sample {}: the ID is empty; give every sample an ID",
                                        source, i + 1)};
        }
        if (!seen.insert(samples.ids[i]).second) {
            throw UserError{
                fmt::format("'{}' sample {}: ID '{}' stands there twice (IDs must be unique); "
                            "rename or remove one",
                            source, i + 1, samples.ids[i])};
        }
    }
}

}  // namespace maniple
