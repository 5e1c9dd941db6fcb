/// \file  A small store with two contigs and two tables, for tests of what runs on stores.
#pragma once

#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "maniple/store/cohort.hpp"
#include "store/scratch_store.hpp"

namespace maniple::test {

/// 40 samples; contig "1" with 20 variants and "chr2" with 9, in blocks of 8; tables `clinic`
/// (height, case, site) and `lab` (height, age).
class ScratchCohort {
public:
    ScratchCohort() {
        auto index = make_index(make_samples(40), 8);
        for (auto const& [contig, variants] : {std::pair{"1", 20}, std::pair{"chr2", 9}}) {
            auto known = write_partition(folder_.path(), contig, index.format(), variants, 5);
            index.partitions.push_back(known.entry);
            variants_.push_back(known.variants);
        }
        write_cohort_index(folder_.path(), index);
        write_table(folder_.path(), index,
                    table("clinic", {column("height", ColumnType::quantitative, 1),
                                     column("case", ColumnType::binary, 2),
                                     column("site", ColumnType::categorical, 3)}),
                    ExistingTable::refuse);
        write_table(folder_.path(), index,
                    table("lab", {column("height", ColumnType::quantitative, 4),
                                  column("age", ColumnType::quantitative, 5)}),
                    ExistingTable::refuse);
    }

    std::filesystem::path const& path() const { return folder_.path(); }
    Cohort open() const { return Cohort{folder_.path()}; }
    std::vector<Variant> const& variants(std::size_t partition) const {
        return variants_[partition];
    }

    /// A file in the cohort's folder.
    std::filesystem::path write(std::string const& name, std::string const& text) const {
        write_bytes(folder_.path() / name, {text.begin(), text.end()});
        return folder_.path() / name;
    }

private:
    static Column column(std::string name, ColumnType type, unsigned seed) {
        Column made{.name = std::move(name), .type = type, .levels = {}, .values = {}};
        if (type == ColumnType::categorical) made.levels = {"A", "B", "C"};
        std::mt19937 random{seed};
        for (int s = 0; s < 40; ++s) {
            double value = static_cast<double>(random() % 1000) / 10;
            if (type == ColumnType::binary) value = static_cast<double>(random() % 2);
            if (type == ColumnType::categorical) value = static_cast<double>(random() % 3);
            made.values.push_back(s == 7 ? std::numeric_limits<double>::quiet_NaN() : value);
        }
        return made;
    }

    static Table table(std::string name, std::vector<Column> columns) {
        return {.name = std::move(name),
                .source = "t.tsv",
                .rows = {.file_rows = 40, .matched = 40},
                .columns = std::move(columns)};
    }

    ScratchFolder folder_;
    std::vector<std::vector<Variant>> variants_;
};

}  // namespace maniple::test
