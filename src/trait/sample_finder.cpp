#include "maniple/trait/sample_finder.hpp"

#include <fmt/format.h>

namespace maniple {

SampleFinder::SampleFinder(Samples const& samples) : samples_{samples} {
    for (SampleIndex s{0}; s.get() < samples.size(); ++s) places_.emplace(samples.ids[s.at()], s);
}

SampleFinder::Answer SampleFinder::find(std::string_view family,
                                        std::string_view individual) const {
    auto const by_individual = places_.find(std::string{individual});
    bool const known = by_individual != places_.end();
    if (known) {
        auto const& own = samples_.families[by_individual->second.at()];
        if (own == "0" || family == "0" || own == family) {
            return {Match::found, by_individual->second};
        }
    }
    auto const by_both = places_.find(fmt::format("{}_{}", family, individual));
    if (by_both != places_.end()) return {Match::found, by_both->second};
    return {known ? Match::other_family : Match::unknown, SampleIndex{0}};
}

}  // namespace maniple
