/// \file  From the IDs of a foreign file to the samples of a cohort.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "maniple/core/index.hpp"
#include "maniple/trait/samples.hpp"

namespace maniple {

enum class Match {
    found,
    unknown,       ///< Nobody has this individual ID.
    other_family,  ///< Somebody has it, in another family.
};

/// Finds samples by individual ID, and by family where both sides know it.
class SampleFinder {
public:
    /// `samples` outlives the finder.
    explicit SampleFinder(Samples const& samples);

    struct Answer {
        Match match = Match::unknown;
        SampleIndex sample{0};  ///< Where found.
    };

    /// The sample whose ID is `individual`, unless both families are known (not "0") and differ;
    /// else the one whose ID is "<family>_<individual>".
    Answer find(std::string_view family, std::string_view individual) const;

private:
    Samples const& samples_;
    std::unordered_map<std::string, SampleIndex> places_;
};

}  // namespace maniple
