/// \file  Which traits of a run a page shows. Private to report.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace maniple {

/// Places of the traits that `words` name: names, `all`, or patterns with * and ?, each once; those
/// of a pattern in the order of the run. No words: all. \throws UserError when a name is none of
/// `traits` or stands twice, or a pattern fits none.
std::vector<std::size_t> choose_reported_traits(std::span<std::string const> traits,
                                                std::span<std::string const> words);

}  // namespace maniple
