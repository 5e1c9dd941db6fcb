#include "maniple/cli/option_values.hpp"

#include <algorithm>

#include "maniple/run/threads.hpp"

namespace maniple::cli {
namespace {

constexpr int most_threads = 1024;

// "a, b" is the list of a and b.
std::string_view without_blanks(std::string_view word) {
    auto const first = word.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return word.substr(first, word.find_last_not_of(" \t") - first + 1);
}

}  // namespace

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

std::string text_of(boost::program_options::variables_map const& values, char const* name) {
    return values.count(name) == 0 ? std::string{} : values[name].as<std::string>();
}

void add_threads_option(boost::program_options::options_description& group) {
    group.add_options()("threads",
                        boost::program_options::value<int>()->default_value(0)->value_name("T"),
                        "threads of each rank; 0: as many as this process may use");
}

int threads_of(boost::program_options::variables_map const& values) {
    return available_threads(bounded(values, "threads", 0, most_threads));
}

}  // namespace maniple::cli
