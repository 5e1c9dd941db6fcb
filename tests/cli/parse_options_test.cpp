#include "maniple/cli/parse_options.hpp"

#include <cstdint>
#include <vector>

#include <catch2/catch.hpp>

#include "cli/job_text.hpp"
#include "maniple/core/error.hpp"

namespace maniple::cli {
namespace {

using Catch::Contains;
namespace po = boost::program_options;

po::options_description options() {
    po::options_description all{"Options"};
    all.add_options()("store", po::value<std::string>()->required(), "")(
        "trait", po::value<std::string>(), "")("min-maf", po::value<double>()->default_value(0),
                                               "")("threads",
                                                   po::value<std::int64_t>()->default_value(1),
                                                   "")("seed", po::value<std::uint64_t>(), "")(
        "file", po::value<std::vector<std::string>>()->multitoken(), "")("plan", po::bool_switch(),
                                                                         "");
    return all;
}

Command command_with(std::string_view positional) {
    return {.name = "scan",
            .summary = "",
            .usage = "",
            .examples = "",
            .ranks = Ranks::all,
            .positional = positional,
            .options = options,
            .execute = [](po::variables_map const&, mpi::Communicator const&, Log&) {}};
}

po::variables_map parse(std::vector<std::string> const& words, std::string_view positional = "") {
    return parse_options(command_with(positional), words);
}

TEST_CASE("parse_options: takes words in each form, and defaults", "[cli]") {
    auto const values = parse({"--store=S", "--min-maf", "0.01", "--plan", "--file", "a", "b"});
    CHECK(values["store"].as<std::string>() == "S");
    CHECK(values["min-maf"].as<double>() == 0.01);
    CHECK(values["threads"].as<std::int64_t>() == 1);
    CHECK(values["threads"].defaulted());
    CHECK(values["plan"].as<bool>());
    CHECK(values["file"].as<std::vector<std::string>>() == std::vector<std::string>{"a", "b"});
    CHECK(values.count("trait") == 0);
}

TEST_CASE("parse_options: a value may begin with a minus", "[cli]") {
    auto const values = parse({"--store", "S", "--threads", "-3", "--file", "-9"});
    CHECK(values["threads"].as<std::int64_t>() == -3);
    CHECK(values["file"].as<std::vector<std::string>>() == std::vector<std::string>{"-9"});
}

TEST_CASE("parse_options: a bare word sets the positional option, once", "[cli]") {
    CHECK(parse({"S", "--plan"}, "store")["store"].as<std::string>() == "S");
    CHECK_THROWS_WITH(parse({"S", "T"}, "store"), Contains("'T'"));
    CHECK_THROWS_WITH(parse({"S", "--store", "T"}, "store"), Contains("twice"));
    CHECK_THROWS_WITH(parse({"--store", "S", "T"}), Contains("'T'"));
}

TEST_CASE("parse_options: an unknown option is an error with a suggestion", "[cli]") {
    CHECK_THROWS_WITH(parse({"--store", "S", "--min-mf", "1"}),
                      Contains("'--min-mf'") && Contains("--min-maf"));
    CHECK_THROWS_WITH(parse({"--store", "S", "--min-mf=1"}), Contains("--min-maf"));
    CHECK_THROWS_AS(parse({"--store", "S", "-q"}), UserError);
    CHECK_THROWS_WITH(parse({"--sto", "S"}), Contains("--store"));
}

TEST_CASE("parse_options: dashes alone are an unknown option", "[cli]") {
    for (auto const* word : {"---", "----", "---=x"}) {
        CHECK_THROWS_AS(parse({"--store", "S", word}), UserError);
    }
}

TEST_CASE("parse_options: a number of the wrong form is named with what is allowed", "[cli]") {
    auto const message = [](std::vector<std::string> words) {
        words.insert(words.end(), {"--store", "S"});
        try {
            parse(words);
        } catch (UserError const& error) {
            return std::string{error.what()};
        }
        return std::string{"accepted"};
    };
    CHECK_THAT(message({"--min-maf", "x"}),
               Contains("--min-maf = 'x'") && Contains("must be a number"));
    CHECK_THAT(message({"--min-maf", "nan"}), Contains("must be a number"));
    CHECK_THAT(message({"--min-maf", "1e999"}), Contains("must be a number"));
    CHECK_THAT(message({"--min-maf", "0.1 "}), Contains("must be a number"));
    CHECK_THAT(message({"--threads", "2.5"}), Contains("must be a whole number"));
    CHECK_THAT(message({"--threads", "99999999999999999999"}), Contains("must be a whole number"));
    CHECK_THAT(message({"--seed", "-1"}), Contains("must be a whole number from 0"));
    CHECK(message({"--min-maf", "1e-3"}) == "accepted");
}

TEST_CASE("parse_options: missing and repeated options and values are errors", "[cli]") {
    CHECK_THROWS_WITH(parse({}), Contains("--store") && Contains("missing"));
    CHECK_THROWS_WITH(parse({"--store"}), Contains("--store") && Contains("needs a value"));
    CHECK_THROWS_WITH(parse({"--store="}), Contains("--store") && Contains("needs a value"));
    CHECK_THROWS_WITH(parse({"--store", "S", "--store", "T"}), Contains("given twice"));
    CHECK_THROWS_WITH(parse({"--store", "S", "--plan=yes"}), Contains("takes no value"));
}

TEST_CASE("parse_options: an empty value is an error, not an absent option", "[cli]") {
    for (auto const* word : {"", ",", " "}) {
        CHECK_THROWS_WITH(parse({"--store", "S", "--trait", word}),
                          Contains("--trait is empty") && Contains("leave the option out"));
        CHECK_THROWS_WITH(parse({"--store", "S", "--file", "a", word}),
                          Contains("--file is empty"));
    }
    CHECK_THROWS_WITH(parse({"--store", "S", "--min-maf", ""}), Contains("--min-maf is empty"));
}

TEST_CASE("parse_options: the job file supplies what the command line does not", "[cli]") {
    JobText const job{"store = S\ntrait = a,b\nmin-maf = 0.05\nplan = yes\n"};
    auto const values = parse({"--job", job.path(), "--min-maf", "0.2"});
    CHECK(values["store"].as<std::string>() == "S");
    CHECK(values["trait"].as<std::string>() == "a,b");
    CHECK(values["min-maf"].as<double>() == 0.2);
    CHECK(values["plan"].as<bool>());
}

TEST_CASE("parse_options: errors in a job file name file and line", "[cli]") {
    JobText const unknown{"store = S\ntrat = a\n"};
    CHECK_THROWS_WITH(parse({"--job", unknown.path()}),
                      Contains(unknown.path()) && Contains("line 2") && Contains("'trat'") &&
                          Contains("'trait'"));
    JobText const malformed{"store = S\n\nmin-maf = high\n"};
    CHECK_THROWS_WITH(parse({"--job", malformed.path()}), Contains("line 3") &&
                                                              Contains("min-maf = 'high'") &&
                                                              Contains("must be a number"));
    JobText const undecided{"store = S\nplan = perhaps\n"};
    CHECK_THROWS_WITH(parse({"--job", undecided.path()}), Contains("yes or no"));
    JobText const nested{"store = S\njob = other.ini\n"};
    CHECK_THROWS_WITH(parse({"--job", nested.path()}), Contains("'job'"));
    JobText const section{"[scan]\nstore = S\n"};
    CHECK_THROWS_AS(parse({"--job", section.path()}), UserError);
}

}  // namespace
}  // namespace maniple::cli
