#include "maniple/cli/option_values.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <system_error>

#include "maniple/run/import_weights.hpp"
#include "maniple/run/threads.hpp"
#include "maniple/run/whole_genome.hpp"

namespace maniple::cli {
namespace {

constexpr int most_threads = 1024;

// "a, b" is the list of a and b.
std::string_view without_blanks(std::string_view word) {
    auto const first = word.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return word.substr(first, word.find_last_not_of(" \t") - first + 1);
}

// What a unit after a number counts in bytes; 0 where it is none. Upper and lower case are the
// same.
double bytes_of_unit(std::string_view unit) {
    constexpr std::string_view letters = "kmgt";
    std::string lower;
    for (char c : unit) {
        lower.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
    }
    if (lower.empty() || lower == "b") return 1;
    auto const power = letters.find(lower[0]);
    if (power == std::string_view::npos) return 0;
    auto const rest = lower.substr(1);
    if (rest.empty() || rest == "b") return std::pow(1000.0, static_cast<double>(power + 1));
    if (rest == "i" || rest == "ib") return std::pow(1024.0, static_cast<double>(power + 1));
    return 0;
}

}  // namespace

bool is_given(boost::program_options::variables_map const& values, char const* name) {
    return values.count(name) > 0 && !values[name].defaulted();
}

std::vector<double> numbers_of(boost::program_options::variables_map const& values,
                               char const* name) {
    std::vector<double> numbers;
    for (auto const& word : words_of(values, name)) {
        double number = 0;
        auto const* end = word.data() + word.size();
        auto const read = std::from_chars(word.data(), end, number);
        if (read.ec != std::errc{} || read.ptr != end || !std::isfinite(number)) {
            throw UserError{fmt::format(
                "option --{} = '{}' (must be numbers, such as 0.8,0.1); correct it", name, word)};
        }
        numbers.push_back(number);
    }
    return numbers;
}

std::string genome_build_of(boost::program_options::variables_map const& values) {
    auto const word = text_of(values, "genome-build");
    auto const build = normalized_build(word);
    if (word.empty() || build == "GRCh37" || build == "GRCh38") return build;
    throw UserError{fmt::format(
        "option --genome-build = '{}' (must be GRCh37 or GRCh38); correct the value", word)};
}

Words words_of(boost::program_options::variables_map const& values, char const* name) {
    Words words;
    if (values.count(name) == 0) return words;
    for (auto const& text : values[name].as<Words>()) {
        for (std::size_t first = 0; first <= text.size();) {
            auto const last = std::min(text.find(',', first), text.size());
            auto const word = without_blanks(std::string_view{text}.substr(first, last - first));
            if (!word.empty()) words.emplace_back(word);
            first = last + 1;
        }
    }
    return words;
}

std::vector<double> heritabilities_of(boost::program_options::variables_map const& values) {
    auto const heritabilities = numbers_of(values, "whole-genome-heritabilities");
    for (auto value : heritabilities) {
        if (value >= 0.0001 && value <= 0.9999) {
            if (std::ranges::count(heritabilities, value) == 1) continue;
            throw UserError{fmt::format(
                "option --whole-genome-heritabilities: {} comes twice; name it once", value)};
        }
        throw UserError{fmt::format(
            "option --whole-genome-heritabilities = {} (must be between 0 and 1, and at least "
            "0.0001 from both); correct it",
            value)};
    }
    return heritabilities.empty() ? WholeGenomeRequest{}.heritabilities : heritabilities;
}

std::string text_of(boost::program_options::variables_map const& values, char const* name) {
    return values.count(name) == 0 ? std::string{} : values[name].as<std::string>();
}

std::optional<std::int64_t> size_of(boost::program_options::variables_map const& values,
                                    char const* name) {
    constexpr double most = 1e18;
    if (values.count(name) == 0) return {};
    auto const& text = values[name].as<std::string>();
    double number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    auto const unit = std::string_view{text}.substr(static_cast<std::size_t>(end - text.data()));
    auto const bytes = number * bytes_of_unit(unit);
    if (error != std::errc{} || !(bytes >= 1) || bytes > most) {
        throw UserError{fmt::format(
            "option --{} = '{}' (must be a size such as 500M, 4G or 4GiB); correct the value", name,
            text)};
    }
    return static_cast<std::int64_t>(bytes);
}

void add_compression_option(boost::program_options::options_description& group) {
    namespace po = boost::program_options;
    group.add_options()  //
        ("compression", po::value<std::string>()->default_value("automatic")->value_name("KIND"),
         "of genotypes: automatic (rows that cost next to nothing to inflate, as those of rare "
         "variants), none, deflate (whatever shrinks to half: for slow disks), or zstd (likewise; "
         "other programs then need HDF5's zstd plug-in, filter 32015, to read genotypes)");
}

Compression compression_of(boost::program_options::variables_map const& values) {
    return choose<Compression>(values, "compression",
                               {{"automatic", Compression::automatic},
                                {"none", Compression::none},
                                {"deflate", Compression::deflate},
                                {"zstd", Compression::zstd}});
}

void add_threads_option(boost::program_options::options_description& group) {
    group.add_options()("threads",
                        boost::program_options::value<int>()->default_value(0)->value_name("T"),
                        "threads of each rank; 0: as many as this process may use");
}

void add_stop_option(boost::program_options::options_description& group) {
    group.add_options()(
        "stop-before", boost::program_options::value<std::string>()->value_name("TIME"),
        "stop as for a signal after this time (110m, 23h30m, or Slurm's 1:50:00 or 2-00:00:00), "
        "slurm-5m: that long before the end of the Slurm job, or never; exit code 75, and the "
        "same command goes on (default: two minutes before the end of the job where Slurm says "
        "when that is, by SLURM_JOB_END_TIME; half of what is left where that is less than four)");
}

std::optional<StopLimit> stop_limit_of(boost::program_options::variables_map const& values,
                                       mpi::Communicator const& comm) {
    return agree_on_stop(text_of(values, "stop-before"), comm);
}

int threads_of(boost::program_options::variables_map const& values) {
    return available_threads(bounded(values, "threads", 0, most_threads));
}

}  // namespace maniple::cli
