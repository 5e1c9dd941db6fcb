#include "maniple/run/shard_set.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "maniple/core/error.hpp"

namespace maniple {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse_folder(fs::path const& folder) {
    std::error_code ignored;
    auto const name = folder.string();
    if (fs::exists(folder / shard_folder_name, ignored)) {
        throw UserError{fmt::format(
            "'{}' holds a shard that is not finished; give its command again, and merge then",
            name)};
    }
    if (fs::exists(folder / "results.h5", ignored)) {
        throw UserError{fmt::format(
            "'{}' holds the results of a whole scan (there is nothing to merge); give the folders "
            "of 'maniple scan --shard K/N'",
            name)};
    }
    throw UserError{
        fmt::format("'{}' is no shard ({}); give the folders of 'maniple scan --shard K/N'", name,
                    fs::exists(folder, ignored) ? fmt::format("it holds no {}", shard_file_name)
                                                : "it does not exist")};
}

FoundShard find_shard(fs::path const& folder) {
    std::error_code ignored;
    auto const file = folder / shard_file_name;
    if (!fs::exists(file, ignored)) refuse_folder(folder);
    try {
        return {.folder = folder, .file = read_shard_file(file)};
    } catch (CorruptInput const&) {
        throw CorruptInput{
            fmt::format("'{}' is damaged (its checksum or structure is wrong); remove its folder, "
                        "and scan that part again",
                        file.string())};
    }
}

// \param shards  in order.
void require_different(std::vector<FoundShard> const& shards) {
    for (std::size_t s = 1; s < shards.size(); ++s) {
        auto const& [first, one] = shards[s - 1];
        auto const& [second, other] = shards[s];
        if (one.shard != other.shard) continue;
        throw UserError{fmt::format("shard {} of {} is there twice ('{}' and '{}'); name it once",
                                    one.shard.number, one.shard.count, first.string(),
                                    second.string())};
    }
}

void require_all(std::vector<FoundShard> const& shards) {
    auto const count = shards.front().file.shard.count;
    std::vector<int> missing;
    auto next = shards.begin();
    for (int number = 1; number <= count; ++number) {
        if (next != shards.end() && next->file.shard.number == number) {
            ++next;
        } else {
            missing.push_back(number);
        }
    }
    if (missing.empty()) return;
    bool const one = missing.size() == 1;
    throw UserError{
        fmt::format("shard{} {} of {} {} missing; scan {} (--shard {}/{}), and name the "
                    "folders of all",
                    one ? "" : "s", list_numbers(missing), count, one ? "is" : "are",
                    one ? "it" : "them", missing.front(), count)};
}

// \param of  the plan that others are compared with.
void require_same_plan(FoundShard const& of, FoundShard const& shard) {
    auto const& first = of.file.shard;
    auto const& own = shard.file.shard;
    auto differ = differences(of.file.facts, shard.file.facts);
    if (first.count != own.count) {
        differ.push_back(fmt::format("there were {} shards and are {}", first.count, own.count));
    }
    if (differ.empty()) return;
    throw UserError{fmt::format(
        "shard {} in '{}' has another plan than shard {} in '{}' ({}); merge shards of one scan",
        to_string(own), shard.folder.string(), to_string(first), of.folder.string(),
        fmt::join(differ, "; "))};
}

// What files of one plan say cannot differ unless they are damaged.
void require_rows(std::vector<FoundShard> const& shards) {
    GlobalVariantIndex row{0};
    auto const& all = shards.front().file.header;
    for (auto const& [folder, file] : shards) {
        bool const follows = file.rows.first == row && file.rows.first <= file.rows.last &&
                             file.header.variants == all.variants &&
                             file.header.traits == all.traits &&
                             file.traits.size() == all.traits.size();
        row = file.rows.last;
        if (follows && (&file != &shards.back().file || row.get() == all.variants)) continue;
        throw CorruptInput{
            fmt::format("'{}' does not follow the shards before (other versions of this program?); "
                        "scan that part again",
                        (folder / shard_file_name).string())};
    }
}

}  // namespace

ResultSpool FoundShard::columns() const {
    return ResultSpool::open(folder / shard_folder_name / kept_columns_name, extent(),
                             file.kept.column_bytes);
}

NameSpoolReader FoundShard::names() const {
    return {folder / shard_folder_name / kept_names_name, file.kept.names};
}

std::string list_numbers(std::vector<int> const& numbers) {
    std::vector<std::string> runs;
    for (std::size_t first = 0; first < numbers.size();) {
        auto last = first;
        while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
        if (last < first + 2) last = first;  // Two are no run.
        runs.push_back(last == first ? fmt::format("{}", numbers[first])
                                     : fmt::format("{} to {}", numbers[first], numbers[last]));
        first = last + 1;
    }
    auto const end = std::move(runs.back());
    runs.pop_back();
    return runs.empty() ? end : fmt::format("{} and {}", fmt::join(runs, ", "), end);
}

std::vector<FoundShard> find_shards(std::vector<fs::path> const& folders) {
    if (folders.empty()) {
        throw UserError{"no shard is named; give the folders of 'maniple scan --shard K/N'"};
    }
    std::vector<FoundShard> shards;
    for (auto const& folder : folders) {
        shards.push_back(find_shard(folder));
        require_same_plan(shards.front(), shards.back());
    }
    std::ranges::stable_sort(shards, {},
                             [](FoundShard const& shard) { return shard.file.shard.number; });
    require_different(shards);
    require_all(shards);
    require_rows(shards);
    return shards;
}

}  // namespace maniple
