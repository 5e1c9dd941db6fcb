#include "maniple/trait/training_split.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include <fmt/format.h>

#include "maniple/core/checksum.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"

namespace maniple {
namespace {

// What a hash is for. Part of every split: never renumber.
enum class Use : std::uint64_t { part = 1, fold = 2, half = 3, sample_fold = 4 };

bool has_family(Samples const& samples, std::size_t s) {
    auto const& family = samples.families[s];
    return !family.empty() && family != "0" && family != samples.ids[s];
}

// Uniform in [0, 1), but for folds of samples the same for a whole family. Families and samples may
// share IDs.
double position(Samples const& samples, std::size_t s, Use use, std::uint64_t seed) {
    bool const family = use != Use::sample_fold && has_family(samples, s);
    std::array const key{seed, static_cast<std::uint64_t>(use), std::uint64_t{family ? 1U : 0U}};
    Checksum sum;
    sum.add_values(std::span<std::uint64_t const>{key});
    sum.add(family ? samples.families[s] : samples.ids[s]);
    return static_cast<double>(sum.value() >> 11) * 0x1p-53;
}

std::vector<std::int32_t> share_out(Samples const& samples, std::int64_t folds, Use use,
                                    std::uint64_t seed) {
    expect(folds >= 2, "there are at least two folds");

    std::vector<std::int32_t> assigned;
    for (std::size_t s = 0; s < samples.ids.size(); ++s) {
        auto const where = position(samples, s, use, seed) * static_cast<double>(folds);
        assigned.push_back(static_cast<std::int32_t>(std::min(where, double(folds - 1))));
    }
    return assigned;
}

std::optional<SamplePart> part_named(std::string_view level) {
    std::string name{level};
    std::ranges::transform(name, name.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
    });
    if (name == "training" || name == "train") return SamplePart::training;
    if (name == "validation" || name == "valid" || name == "val") return SamplePart::validation;
    if (name == "test") return SamplePart::test;
    return std::nullopt;
}

}  // namespace

std::vector<SamplePart> split_by_hash(Samples const& samples, SplitShares shares,
                                      std::uint64_t seed) {
    expect(std::min({shares.training, shares.validation, shares.test}) >= 0,
           "a share is not negative");
    expect(std::abs(shares.training + shares.validation + shares.test - 1) < 1e-9,
           "the shares add up to 1");

    std::vector<SamplePart> parts;
    for (std::size_t s = 0; s < samples.ids.size(); ++s) {
        auto const where = position(samples, s, Use::part, seed);
        // Where there is no test part, rounding of the sum must not make one.
        if (where < shares.training) {
            parts.push_back(SamplePart::training);
        } else if (shares.test == 0 || where < shares.training + shares.validation) {
            parts.push_back(shares.validation == 0 ? SamplePart::training : SamplePart::validation);
        } else {
            parts.push_back(SamplePart::test);
        }
    }
    return parts;
}

std::vector<SamplePart> split_by_column(Column const& column) {
    std::vector<SamplePart> codes;
    if (column.type == ColumnType::binary) {
        codes = {SamplePart::test, SamplePart::training};
    } else if (column.type == ColumnType::categorical) {
        for (auto const& level : column.levels) {
            auto const part = part_named(level);
            if (!part) {
                throw UserError{fmt::format(
                    "split column '{}' has the level '{}' (known are training, validation and "
                    "test); correct the table and import it again",
                    column.name, level)};
            }
            codes.push_back(*part);
        }
    } else {
        throw UserError{
            fmt::format("split column '{}' holds numbers (it must say training, validation or "
                        "test, or be 1 for training and 0 for test); choose another column",
                        column.name)};
    }
    std::vector<SamplePart> parts;
    for (auto value : column.values) {
        parts.push_back(std::isnan(value) ? SamplePart::none
                                          : codes.at(static_cast<std::size_t>(value)));
    }
    return parts;
}

std::vector<std::int32_t> folds_by_hash(Samples const& samples, std::int64_t folds,
                                        std::uint64_t seed) {
    return share_out(samples, folds, Use::fold, seed);
}

std::vector<std::int32_t> sample_folds_by_hash(Samples const& samples, std::int64_t folds,
                                               std::uint64_t seed) {
    return share_out(samples, folds, Use::sample_fold, seed);
}

std::vector<bool> half_by_hash(Samples const& samples, std::uint64_t seed) {
    std::vector<bool> first;
    for (std::size_t s = 0; s < samples.ids.size(); ++s) {
        first.push_back(position(samples, s, Use::half, seed) < 0.5);
    }
    return first;
}

std::int64_t largest_family(Samples const& samples) {
    std::unordered_map<std::string_view, std::int64_t> sizes;
    std::int64_t largest = 1;
    for (std::size_t s = 0; s < samples.ids.size(); ++s) {
        if (has_family(samples, s)) largest = std::max(largest, ++sizes[samples.families[s]]);
    }
    return largest;
}

std::uint64_t split_fingerprint(Samples const& samples, std::vector<SamplePart> const& parts) {
    expect(parts.size() == samples.ids.size(), "each sample has a part");

    Checksum sum;
    for (auto const& id : samples.ids) sum.add(id);
    sum.add_values(std::span<SamplePart const>{parts});
    return sum.value();
}

}  // namespace maniple
