#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "line_writer.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/store/loco_file.hpp"

namespace maniple {

void write_loco(std::filesystem::path const& path, Samples const& samples,
                std::span<LocoRow const> rows, ExistingFile existing) {
    expect(!rows.empty(), "there are rows");
    for (auto const& row : rows) {
        expect(std::ssize(row.values) == samples.size(), "every sample has a value");
    }

    std::vector<std::size_t> predicted;
    for (std::size_t s = 0; s < samples.ids.size(); ++s) {
        for (auto const& row : rows) {
            if (std::isnan(row.values[s])) continue;
            predicted.push_back(s);
            break;
        }
    }
    LineWriter file{path, 1};
    auto to = std::back_inserter(file.lines());
    fmt::format_to(to, "FID_IID");
    for (auto s : predicted) fmt::format_to(to, " {}_{}", samples.families[s], samples.ids[s]);
    fmt::format_to(to, "\n");
    for (auto const& row : rows) {
        fmt::format_to(to, "{}", row.contig);
        for (auto s : predicted) {
            if (std::isnan(row.values[s])) {
                fmt::format_to(to, " NA");
            } else {
                fmt::format_to(to, " {}", row.values[s]);
            }
        }
        fmt::format_to(to, "\n");
        file.write_much();
    }
    file.close();
    file.place().commit(existing, FileReaders::owner);
}

void write_loco_list(std::filesystem::path const& path, std::span<LocoEntry const> entries,
                     ExistingFile existing) {
    LineWriter file{path, 1};
    for (auto const& [trait, loco] : entries) {
        fmt::format_to(std::back_inserter(file.lines()), "{} {}\n", trait, loco.string());
    }
    file.close();
    file.place().commit(existing);
}

}  // namespace maniple
