#include "maniple/cli/parse_options.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <typeinfo>
#include <vector>

#include <fmt/format.h>

#include "maniple/cli/job_file.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/suggestion.hpp"

namespace maniple::cli {
namespace {

namespace po = boost::program_options;

std::vector<std::string> names_of(po::options_description const& options) {
    std::vector<std::string> names;
    for (auto const& option : options.options()) names.push_back(option->long_name());
    return names;
}

// Of "---" nothing is left.
std::string without_dashes(std::string const& name) {
    return name.substr(std::min(name.size(), name.find_first_not_of('-')));
}

template <class Number>
bool is_number(std::string const& text) {
    Number value{};
    char const* const end = text.data() + text.size();
    auto const [rest, error] = std::from_chars(text.data(), end, value);
    if constexpr (std::is_floating_point_v<Number>) {
        if (!std::isfinite(value)) return false;
    }
    return error == std::errc{} && rest == end;
}

/// What a value must be, where it is not; nothing where it is right.
struct Kind {
    std::type_info const* type;
    bool (*accepts)(std::string const& text);
    char const* requirement;
};

template <class Number>
Kind kind_of(char const* requirement) {
    return {&typeid(Number), is_number<Number>, requirement};
}

// Checked here because Boost reads -1 as a large unsigned number, and accepts "nan".
std::optional<std::string> broken_requirement(po::option_description const& option,
                                              std::string const& text) {
    static std::vector<Kind> const kinds{
        kind_of<short>("a whole number"),
        kind_of<int>("a whole number"),
        kind_of<long>("a whole number"),
        kind_of<long long>("a whole number"),
        kind_of<unsigned short>("a whole number from 0"),
        kind_of<unsigned>("a whole number from 0"),
        kind_of<unsigned long>("a whole number from 0"),
        kind_of<unsigned long long>("a whole number from 0"),
        kind_of<float>("a number"),
        kind_of<double>("a number"),
        {&typeid(bool),
         [](std::string const& word) {
             static std::vector<std::string> const words{"",    "1",  "0",  "true", "false",
                                                         "yes", "no", "on", "off"};
             return std::find(words.begin(), words.end(), word) != words.end();
         },
         "yes or no"},
    };
    auto const* typed = dynamic_cast<po::typed_value_base const*>(option.semantic().get());
    if (typed == nullptr) return std::nullopt;
    for (auto const& kind : kinds) {
        if (typed->value_type() == *kind.type && !kind.accepts(text)) return kind.requirement;
    }
    return std::nullopt;
}

bool takes_several(po::option_description const& option) {
    return option.semantic()->max_tokens() > 1 || option.semantic()->is_composing();
}

std::string see_help(Command const& command) {
    return fmt::format("; see 'maniple {} --help'", command.name);
}

void check_value(po::options_description const& options, std::string const& place,
                 po::option const& given) {
    auto const* option = options.find_nothrow(given.string_key, false);
    for (auto const& text : given.value) {
        // An empty variable of a script must not switch a filter off unseen.
        if (option->semantic()->min_tokens() > 0 &&
            text.find_first_not_of(", ") == std::string::npos) {
            throw UserError{fmt::format(
                "{} is empty (a value is needed); give one, or leave the option out", place)};
        }
        if (auto const requirement = broken_requirement(*option, text)) {
            throw UserError{fmt::format("{} = '{}' (must be {}); correct the value", place, text,
                                        *requirement)};
        }
    }
}

// A word that belongs to no option is the command's positional option, or an error.
void place_bare_word(Command const& command, po::options_description const& options,
                     po::option& given, bool& taken) {
    auto const& word = given.value.front();
    if (command.positional.empty()) {
        throw UserError{fmt::format("'{}' belongs to no option ('maniple {}' takes options only){}",
                                    word, command.name, see_help(command))};
    }
    if (taken && !takes_several(*options.find_nothrow(std::string{command.positional}, false))) {
        throw UserError{fmt::format("'{}' is one word too many ('maniple {}' takes one){}", word,
                                    command.name, see_help(command))};
    }
    given.string_key = command.positional;
    given.unregistered = false;
    taken = true;
}

po::parsed_options split_words(Command const& command, po::options_description const& options,
                               std::span<std::string const> words) {
    // Guessing would let a later version's new option change what an abbreviation means.
    auto const style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    po::command_line_parser parser{std::vector<std::string>(words.begin(), words.end())};
    parser.options(options).style(style).allow_unregistered();
    try {
        return parser.run();
    } catch (po::invalid_command_line_syntax const& error) {
        auto const name = error.get_option_name();
        bool const flag = error.kind() == po::invalid_syntax::extra_parameter;
        throw UserError{fmt::format("option {} {}{}", name,
                                    flag ? "takes no value" : "needs a value", see_help(command))};
    } catch (po::error const& error) {
        throw UserError{fmt::format("{}{}", error.what(), see_help(command))};
    }
}

po::parsed_options parse_words(Command const& command, po::options_description const& options,
                               std::span<std::string const> words) {
    auto parsed = split_words(command, options, words);
    bool taken = false;
    std::vector<std::string> seen;
    for (auto& given : parsed.options) {
        if (given.position_key != -1) {
            place_bare_word(command, options, given, taken);
        } else if (given.unregistered) {
            auto const& word = given.original_tokens.front();
            auto const name = without_dashes(given.string_key);
            throw UserError{fmt::format("unknown option '{}' of 'maniple {}'{}{}", word,
                                        command.name, suggest(name, names_of(options), "--"),
                                        see_help(command))};
        }
        auto const place = fmt::format("option --{}", given.string_key);
        bool const again = std::find(seen.begin(), seen.end(), given.string_key) != seen.end();
        if (again && !takes_several(*options.find_nothrow(given.string_key, false))) {
            throw UserError{fmt::format(
                "{} is given twice (one value is expected); lists are written a,b", place)};
        }
        seen.push_back(given.string_key);
        check_value(options, place, given);
    }
    return parsed;
}

po::parsed_options parse_job(po::options_description const& options, std::string const& path) {
    po::parsed_options parsed{&options};
    for (auto const& setting : read_job_file(path)) {
        auto const place = fmt::format("job file '{}' line {}", path, setting.line);
        if (setting.key == "job" || setting.key == "help" ||
            options.find_nothrow(setting.key, false) == nullptr) {
            throw UserError{fmt::format("{}: unknown option '{}'{}; correct or remove it", place,
                                        setting.key, suggest(setting.key, names_of(options), ""))};
        }
        po::option given{setting.key, {setting.value}};
        check_value(options, fmt::format("{}: {}", place, setting.key), given);
        parsed.options.push_back(std::move(given));
    }
    return parsed;
}

void store_checked(Command const& command, po::parsed_options const& parsed,
                   po::variables_map& values) {
    try {
        po::store(parsed, values);
    } catch (po::error_with_option_name const& error) {
        auto const name = error.get_option_name();
        auto const bare = without_dashes(name);
        for (auto const& given : parsed.options) {
            if (given.string_key != bare || given.value.empty()) continue;
            throw UserError{fmt::format("option --{} = '{}' (not a value it understands){}", bare,
                                        given.value.front(), see_help(command))};
        }
        throw UserError{fmt::format("option {} cannot be used so{}", name, see_help(command))};
    }
}

bool has_own_job_option(Command const& command) {
    return command.options().find_nothrow("job", false) != nullptr;
}

}  // namespace

po::options_description all_options(Command const& command) {
    po::options_description options;
    options.add(command.options());
    po::options_description general{"For every command"};
    if (!has_own_job_option(command)) {
        general.add_options()("job", po::value<std::string>()->value_name("FILE"),
                              "read options from FILE, one 'option = value' a line; the command "
                              "line wins");
    }
    general.add_options()("help,h", "show this text");
    options.add(general);
    return options;
}

po::variables_map parse_options(Command const& command, std::span<std::string const> words) {
    auto const options = all_options(command);
    auto const parsed = parse_words(command, options, words);
    po::variables_map values;
    store_checked(command, parsed, values);
    if (values.count("job") != 0 && !has_own_job_option(command)) {
        store_checked(command, parse_job(options, values["job"].as<std::string>()), values);
    }
    try {
        po::notify(values);
    } catch (po::required_option const& error) {
        throw UserError{
            fmt::format("option {} is missing{}", error.get_option_name(), see_help(command))};
    }
    return values;
}

}  // namespace maniple::cli
