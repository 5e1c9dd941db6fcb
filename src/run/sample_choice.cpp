#include "maniple/run/sample_choice.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/small_count.hpp"
#include "maniple/store/line_reader.hpp"
#include "maniple/trait/sample_finder.hpp"

namespace maniple {
namespace {

using Fields = std::vector<std::string_view>;

bool is_header(Fields const& fields) {
    auto const first = fields[0].starts_with('#') ? fields[0].substr(1) : fields[0];
    auto const is = [&](std::string_view name) {
        return std::ranges::equal(
            first, name, [](unsigned char a, unsigned char b) { return std::toupper(a) == b; });
    };
    return is("FID") || is("IID");
}

SampleMask read_samples(SampleFinder const& finder, std::int64_t samples,
                        std::filesystem::path const& file, std::string_view option, Log& log) {
    SampleMask named{samples};
    std::int64_t others = 0;
    std::int64_t first_other = 0;
    bool individuals_first = false;
    LineReader lines{file};
    Fields fields;
    while (auto const line = lines.next()) {
        split_at_blanks(*line, fields);
        if (fields.empty()) continue;
        if (lines.line() == 1 && is_header(fields)) {
            individuals_first = fields[0].ends_with("IID") || fields[0].ends_with("iid");
            continue;
        }
        auto const alone = fields.size() == 1 || individuals_first;
        auto const answer = alone ? finder.find("0", fields[0]) : finder.find(fields[0], fields[1]);
        if (answer.match == Match::found) {
            named.insert(answer.sample);
        } else if (++others == 1) {
            first_other = lines.line();
        }
    }
    auto const matched = named.count();
    if (matched == 0) {
        throw UserError{
            fmt::format("{} '{}' names no sample of the store (its lines must be IID, or "
                        "FID and IID); check that its IDs are those of the genotypes",
                        option, file.string())};
    }
    log.note(fmt::format("{}: {} samples named", option, describe_count(matched)));
    if (others > 0) {
        log.warn(fmt::format("{} '{}': {} lines name nobody in the store, the first at line {}",
                             option, file.string(), others, first_other));
    }
    return named;
}

}  // namespace

SampleMask choose_samples(Samples const& samples, SampleFiles const& files, Log& log) {
    SampleMask chosen{samples.size()};
    for (SampleIndex s{0}; s.get() < samples.size(); ++s) chosen.insert(s);
    if (files.keep.empty() && files.remove.empty() && files.among.empty()) return chosen;

    SampleFinder const finder{samples};
    if (!files.keep.empty()) {
        chosen = read_samples(finder, samples.size(), files.keep, "--keep", log);
    }
    if (!files.remove.empty()) {
        read_samples(finder, samples.size(), files.remove, "--remove", log)
            .for_each([&](SampleIndex s) { chosen.erase(s); });
    }
    if (!files.among.empty()) {
        expect(std::ssize(files.among) == samples.size(), "a choice is made for every sample");
        for (SampleIndex s{0}; s.get() < samples.size(); ++s) {
            if (!files.among[s.at()]) chosen.erase(s);
        }
    }
    if (chosen.count() == 0) {
        throw UserError{"--keep and --remove leave no samples; check the two files"};
    }
    return chosen;
}

}  // namespace maniple
