// Words of a command line, one a line, then a line "--" and a job file that --job may name.
#include "maniple/cli/option_values.hpp"
#include "maniple/cli/parse_options.hpp"
#include "maniple/run/shard.hpp"
#include "maniple/run/stop_limit.hpp"
#include "maniple/run/threads.hpp"
#include "scratch.hpp"

using namespace maniple;

// Asks OpenMP, which Clang has in another package.
int maniple::available_threads(int asked) { return asked; }

namespace {

namespace po = boost::program_options;

po::options_description make_options() {
    po::options_description options{"Options"};
    options.add_options()                                                              //
        ("store", po::value<std::string>(), "text")                                    //
        ("trait", po::value<cli::Words>()->multitoken()->composing(), "words")         //
        ("numbers", po::value<cli::Words>()->multitoken(), "numbers")                  //
        ("threads", po::value<int>()->default_value(0), "whole number")                //
        ("seed", po::value<std::uint64_t>()->default_value(1), "whole number from 0")  //
        ("maf", po::value<double>()->default_value(0), "number")                       //
        ("memory", po::value<std::string>(), "size")                                   //
        ("genome-build", po::value<std::string>(), "build")                            //
        ("shard", po::value<std::string>()->default_value("1/1"), "part")              //
        ("stop-before", po::value<std::string>()->default_value("1h"), "time")         //
        ("plan", po::bool_switch(), "switch");
    return options;
}

cli::Command const command{.name = "command",
                           .summary = "",
                           .usage = "",
                           .examples = "",
                           .ranks = cli::Ranks::all,
                           .positional = "store",
                           .options = make_options,
                           .execute = nullptr};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto rest = fuzz::text_of(fuzz::input_of(data, size));
    auto lines = fuzz::take_part(rest);
    auto const job = fuzz::write_scratch("job.ini", rest);
    std::vector<std::string> words;
    while (!lines.empty()) {
        auto const line = lines.substr(0, lines.find('\n'));
        words.push_back(line == "JOB" ? job.string() : std::string{line});
        lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    }
    fuzz::meet_input([&] {
        auto const values = cli::parse_options(command, words);
        fuzz::meet_input([&] { cli::numbers_of(values, "numbers"); });
        fuzz::meet_input([&] { cli::words_of(values, "trait"); });
        fuzz::meet_input([&] { cli::size_of(values, "memory"); });
        fuzz::meet_input([&] { cli::genome_build_of(values); });
        fuzz::meet_input([&] { parse_shard(values["shard"].as<std::string>()); });
        fuzz::meet_input([&] { parse_duration(values["stop-before"].as<std::string>()); });
        fuzz::meet_input([&] { cli::bounded(values, "maf", 0.0, 0.5); });
    });
    return 0;
}
