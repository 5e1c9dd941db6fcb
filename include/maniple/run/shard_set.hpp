/// \file  The shards of one scan, checked to be all of them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "maniple/run/shard_file.hpp"
#include "maniple/store/name_spool.hpp"
#include "maniple/store/result_file.hpp"

namespace maniple {

/// A finished shard where it was found.
struct FoundShard {
    std::filesystem::path folder;
    ShardFile file;

    ResultExtent extent() const {
        return {file.header.variants, std::ssize(file.header.traits), file.rows};
    }
    /// \throws CorruptInput; EnvironmentError.
    ResultSpool columns() const;
    NameSpoolReader names() const;
};

/// Those of a whole scan, in order of their rows.
/// \throws UserError where one is no shard, not finished, there twice, missing, or of another plan
/// than the first, naming which and what differs; CorruptInput; EnvironmentError.
std::vector<FoundShard> find_shards(std::vector<std::filesystem::path> const& folders);

/// "4", "4 and 7", "4, 7 and 9 to 22". \param numbers  ascending, at least one.
std::string list_numbers(std::vector<int> const& numbers);

}  // namespace maniple
