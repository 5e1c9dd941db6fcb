#include "maniple/run/variant_choice.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>
#include <string_view>
#include <unordered_set>

#include <fmt/format.h>

#include "maniple/core/error.hpp"
#include "maniple/store/line_reader.hpp"

namespace maniple {
namespace {

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
        return std::hash<std::string_view>{}(text);
    }
};
using Names = std::unordered_set<std::string, TextHash, std::equal_to<>>;

Names read_ids(std::filesystem::path const& file, std::string_view option) {
    Names ids;
    LineReader lines{file};
    std::vector<std::string_view> fields;
    while (auto const line = lines.next()) {
        split_at_blanks(*line, fields);
        if (!fields.empty()) ids.emplace(fields[0]);
    }
    if (ids.empty()) {
        throw UserError{
            fmt::format("{} '{}' holds no variant IDs; write one a line", option, file.string())};
    }
    return ids;
}

std::string_view without_prefix(std::string_view contig) {
    return contig.starts_with("chr") ? contig.substr(3) : contig;
}

std::optional<int> as_number(std::string_view text) {
    int number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

bool names_contig(std::string_view word, std::string_view contig) {
    if (word == contig || without_prefix(word) == without_prefix(contig)) return true;
    auto const dash = word.find('-');
    if (dash == std::string_view::npos) return false;
    auto const first = as_number(without_prefix(word.substr(0, dash)));
    auto const last = as_number(without_prefix(word.substr(dash + 1)));
    auto const number = as_number(without_prefix(contig));
    return first && last && number && *first <= *number && *number <= *last;
}

void require_contigs(Cohort const& cohort, VariantFiles const& files) {
    auto const contigs = cohort.index().contigs();
    for (auto const& word : files.chromosomes) {
        if (std::ranges::any_of(contigs, [&](auto const& c) { return names_contig(word, c); })) {
            continue;
        }
        throw UserError{fmt::format("{0} '{1}' is not in the store (it has {2}); correct {0}",
                                    files.names.chromosomes, word, fmt::join(contigs, ", "))};
    }
}

class Chooser {
public:
    Chooser(Cohort const& cohort, VariantFiles const& files) : cohort_{cohort}, files_{files} {
        if (!files.extract.empty()) extract_ = read_ids(files.extract, files.names.extract);
        if (!files.exclude.empty()) exclude_ = read_ids(files.exclude, files.names.exclude);
    }

    bool by_id() const { return extract_ || exclude_; }

    void add(std::size_t partition, std::vector<ChosenBlock>& chosen) const {
        auto const& entry = cohort_.index().partitions[partition];
        auto const& words = files_.chromosomes;
        if (!words.empty() && std::ranges::none_of(words, [&](auto const& word) {
                return names_contig(word, entry.contig);
            })) {
            return;
        }
        auto const per_block = cohort_.index().block_variants;
        std::optional<PartitionReader> reader;
        if (by_id()) reader.emplace(cohort_.open_partition(partition));
        for (std::int64_t block = 0; block < entry.blocks; ++block) {
            ChosenBlock some{.partition = partition,
                             .block = block,
                             .first_row = block * per_block,
                             .block_rows = std::min(per_block, entry.variants - block * per_block)};
            if (reader) choose_rows(reader->read_variants(block), some);
            if (some.size() > 0) chosen.push_back(std::move(some));
        }
    }

private:
    void choose_rows(std::vector<Variant> const& variants, ChosenBlock& block) const {
        for (std::int32_t row = 0; row < block.block_rows; ++row) {
            auto const& id = variants[static_cast<std::size_t>(row)].id;
            if (extract_ && !extract_->contains(id)) continue;
            if (exclude_ && exclude_->contains(id)) continue;
            block.rows.push_back(row);
        }
        block.every_row = std::ssize(block.rows) == block.block_rows;
        if (block.every_row) block.rows = {};
    }

    Cohort const& cohort_;
    VariantFiles const& files_;
    std::optional<Names> extract_;
    std::optional<Names> exclude_;
};

}  // namespace

std::vector<ChosenBlock> choose_variants(Cohort const& cohort, VariantFiles const& files,
                                         Log& log) {
    require_contigs(cohort, files);
    auto const options = fmt::format("{}, {} and {}", files.names.chromosomes, files.names.extract,
                                     files.names.exclude);
    Chooser const chooser{cohort, files};
    std::vector<ChosenBlock> chosen;
    for (std::size_t p = 0; p < cohort.index().partitions.size(); ++p) chooser.add(p, chosen);
    std::int64_t variants = 0;
    for (auto const& block : chosen) variants += block.size();
    if (variants == 0) {
        throw UserError{
            cohort.index().variants() == 0
                ? "the store holds no variants; import genotypes first"
                : fmt::format("{} leave no variants; check that the IDs are those that `maniple "
                              "info` and the source files show",
                              options)};
    }
    if (chooser.by_id() || !files.chromosomes.empty()) {
        log.note(fmt::format("variants: {} of {} chosen by {}", variants, cohort.index().variants(),
                             options));
    }
    return chosen;
}

}  // namespace maniple
