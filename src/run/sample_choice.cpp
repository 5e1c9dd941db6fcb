#include "maniple/run/sample_choice.hpp"

#include <cctype>
#include <string_view>
#include <unordered_map>

#include <fmt/format.h>

#include "maniple/core/error.hpp"
#include "maniple/store/line_reader.hpp"

namespace maniple {
namespace {

using Positions = std::unordered_map<std::string, SampleIndex>;

bool is_header(std::vector<std::string_view> const& fields) {
    std::string first{fields[0].starts_with('#') ? fields[0].substr(1) : fields[0]};
    for (char& letter : first) {
        letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    }
    return first == "FID" || first == "IID";
}

// IID alone, FID and IID, or the two joined as `import --sample-id fid-iid` does.
Positions::const_iterator find_sample(Positions const& positions,
                                      std::vector<std::string_view> const& fields) {
    if (fields.size() == 1) return positions.find(std::string{fields[0]});
    auto const found = positions.find(std::string{fields[1]});
    if (found != positions.end()) return found;
    auto const joined = positions.find(fmt::format("{}_{}", fields[0], fields[1]));
    return joined != positions.end() ? joined : positions.find(std::string{fields[0]});
}

SampleMask read_samples(Positions const& positions, std::int64_t samples,
                        std::filesystem::path const& file, std::string_view option, Log& log) {
    SampleMask named{samples};
    std::int64_t unknown = 0;
    std::string first_unknown;
    LineReader lines{file};
    std::vector<std::string_view> fields;
    while (auto const line = lines.next()) {
        split_at_blanks(*line, fields);
        if (fields.empty() || (lines.line() == 1 && is_header(fields))) continue;
        auto const found = find_sample(positions, fields);
        if (found != positions.end()) {
            named.insert(found->second);
        } else if (++unknown == 1) {
            first_unknown = fmt::format("line {}: '{}'", lines.line(), *line);
        }
    }
    auto const matched = named.count();
    if (matched == 0) {
        throw UserError{
            fmt::format("{} '{}' names no sample of the store; check that its IDs are "
                        "those of the genotypes",
                        option, file.string())};
    }
    log.note(fmt::format("{}: {} samples named, {} lines name nobody in the store", option, matched,
                         unknown));
    if (unknown > 0) log.say_aside(fmt::format("  first of them: {}", first_unknown));
    return named;
}

}  // namespace

SampleMask choose_samples(Samples const& samples, SampleFiles const& files, Log& log) {
    SampleMask chosen{samples.size()};
    for (SampleIndex s{0}; s.get() < samples.size(); ++s) chosen.insert(s);
    if (files.keep.empty() && files.remove.empty()) return chosen;

    Positions positions;
    for (SampleIndex s{0}; s.get() < samples.size(); ++s) positions.emplace(samples.ids[s.at()], s);
    if (!files.keep.empty()) {
        chosen = read_samples(positions, samples.size(), files.keep, "--keep", log);
    }
    if (!files.remove.empty()) {
        read_samples(positions, samples.size(), files.remove, "--remove", log)
            .for_each([&](SampleIndex s) { chosen.erase(s); });
    }
    if (chosen.count() == 0) {
        throw UserError{"--keep and --remove leave no samples; check the two files"};
    }
    return chosen;
}

}  // namespace maniple
