/// \file  Who is in a cohort.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace maniple {

enum class Sex : std::uint8_t { unknown = 0, male = 1, female = 2 };  ///< PLINK's codes.

/// The ordered samples of a cohort; position is `SampleIndex`. All vectors have equal length.
struct Samples {
    std::vector<std::string> ids;       ///< Unique.
    std::vector<std::string> families;  ///< Family ID; "0" where the source has none.
    std::vector<Sex> sexes;

    std::int64_t size() const { return std::ssize(ids); }
};

/// Checksum of the ordered sample IDs: two files with the same one describe the same rows.
std::uint64_t fingerprint(Samples const& samples);

/// Positions of the first ID that was there before: where it was, and where it is again.
std::optional<std::pair<std::size_t, std::size_t>> find_repeated(
    std::vector<std::string> const& ids);

/// Check that IDs are there and unique.
/// \throws UserError naming `source` and the position of the first ID that is empty or repeats.
///         Messages reach log files: they hold no ID.
void require_unique_ids(Samples const& samples, std::string const& source);

}  // namespace maniple
