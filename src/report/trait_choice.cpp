#include "trait_choice.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "maniple/core/error.hpp"
#include "maniple/core/suggestion.hpp"

namespace maniple {
namespace {

// As scans take them: of "clinic.height", `height*` is the column's own name.
bool fits(std::string const& trait, std::string const& pattern) {
    if (pattern == "all" || fnmatch(pattern.c_str(), trait.c_str(), 0) == 0) return true;
    auto const dot = trait.find('.');
    return dot != std::string::npos && fnmatch(pattern.c_str(), trait.c_str() + dot + 1, 0) == 0;
}

std::vector<std::size_t> fitting(std::span<std::string const> traits, std::string const& pattern) {
    std::vector<std::size_t> found;
    for (std::size_t t = 0; t < traits.size(); ++t) {
        if (fits(traits[t], pattern)) found.push_back(t);
    }
    if (!found.empty()) return found;
    throw UserError{fmt::format(
        "trait pattern '{}' fits no trait of the run (its summary.tsv lists all); correct --trait",
        pattern)};
}

}  // namespace

std::vector<std::size_t> choose_reported_traits(std::span<std::string const> traits,
                                                std::span<std::string const> words) {
    std::vector<std::size_t> chosen;
    if (words.empty()) {
        chosen.resize(traits.size());
        std::iota(chosen.begin(), chosen.end(), std::size_t{0});
    }
    auto const is_chosen = [&](std::size_t t) {
        return std::ranges::find(chosen, t) != chosen.end();
    };
    for (auto const& word : words) {
        auto const named = std::ranges::find(traits, word);
        if (named != traits.end()) {
            if (std::ranges::count(words, word) > 1) {
                throw UserError{fmt::format("--trait names '{}' twice; name it once", word)};
            }
            auto const t = static_cast<std::size_t>(named - traits.begin());
            if (!is_chosen(t)) chosen.push_back(t);
        } else if (word == "all" || word.find_first_of("*?") != std::string::npos) {
            for (auto const t : fitting(traits, word)) {
                if (!is_chosen(t)) chosen.push_back(t);
            }
        } else {
            auto const similar = suggest(word, traits, "");
            throw UserError{
                fmt::format("the run has no trait '{}'{}; correct --trait", word,
                            similar.empty() ? " (its summary.tsv lists all)" : similar)};
        }
    }
    return chosen;
}

}  // namespace maniple
