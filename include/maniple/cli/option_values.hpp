/// \file  Checked values of options, with messages that name the option.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/program_options.hpp>

#include <fmt/format.h>

#include "maniple/core/error.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/run/ingest.hpp"
#include "maniple/run/stop_limit.hpp"

namespace maniple::cli {

using Words = std::vector<std::string>;

/// The words of a list option: given several times, apart, or joined by commas (a job file has one
/// value an option). Empty where the option is absent.
Words words_of(boost::program_options::variables_map const& values, char const* name);

/// Was the option written, rather than left to its default?
bool is_given(boost::program_options::variables_map const& values, char const* name);

/// --genome-build in its usual spelling; empty where it is absent. \throws UserError where it is
/// neither GRCh37 nor GRCh38.
std::string genome_build_of(boost::program_options::variables_map const& values);

/// The numbers of a list option; empty where it is absent. \throws UserError where one is none.
std::vector<double> numbers_of(boost::program_options::variables_map const& values,
                               char const* name);

/// --whole-genome-heritabilities, or their default. \throws UserError where one is not between 0
/// and 1.
std::vector<double> heritabilities_of(boost::program_options::variables_map const& values);

/// Text of an option; empty where it is absent.
std::string text_of(boost::program_options::variables_map const& values, char const* name);

/// \throws UserError naming the option when the value is NaN or outside [least, most].
template <class Number>
Number bounded(boost::program_options::variables_map const& values, char const* name, Number least,
               Number most) {
    auto const value = values[name].as<Number>();
    if (value >= least && value <= most) return value;
    throw UserError{fmt::format("option --{} = {} (must be {} to {}); correct the value", name,
                                value, least, most)};
}

/// The value whose word the option has. \throws UserError listing the words.
template <class Value>
Value choose(boost::program_options::variables_map const& values, char const* name,
             std::initializer_list<std::pair<std::string_view, Value>> choices) {
    auto const& word = values[name].as<std::string>();
    std::string all;
    for (auto const& [known, value] : choices) {
        if (word == known) return value;
        all += fmt::format("{}{}", all.empty() ? "" : " or ", known);
    }
    throw UserError{
        fmt::format("option --{} = '{}' (must be {}); correct the value", name, word, all)};
}

/// A size in bytes: 512M, 4G or 4GB (powers of 1000), 4Gi or 4GiB (of 1024), 1.5T. Nothing where
/// the option is absent. \throws UserError naming the option where it is no size.
std::optional<std::int64_t> size_of(boost::program_options::variables_map const& values,
                                    char const* name);

/// Description of --compression, with default `automatic`.
void add_compression_option(boost::program_options::options_description& group);

/// \throws UserError listing the words.
Compression compression_of(boost::program_options::variables_map const& values);

/// Description of --threads, with default 0: as many as this process may use.
void add_threads_option(boost::program_options::options_description& group);

/// \throws UserError when --threads is negative or beyond reason.
int threads_of(boost::program_options::variables_map const& values);

/// Description of --stop-before, of commands that go on from what they have.
void add_stop_option(boost::program_options::options_description& group);

/// What --stop-before says, or its default. Collective over comm. \throws as choose_stop.
std::optional<StopLimit> stop_limit_of(boost::program_options::variables_map const& values,
                                       mpi::Communicator const& comm);

}  // namespace maniple::cli
