#include "maniple/store/text_table_writer.hpp"

#include <cmath>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/durable_file.hpp"
#include "maniple/core/error.hpp"

namespace maniple {
namespace {

void append_value(Column const& column, std::size_t sample, std::string& text) {
    double const value = column.values[sample];
    if (std::isnan(value)) {
        text += "NA";
    } else if (column.type == ColumnType::categorical) {
        text += column.levels[static_cast<std::size_t>(value)];
    } else if (column.type == ColumnType::binary) {
        text += value == 0 ? '0' : '1';
    } else {
        fmt::format_to(std::back_inserter(text), "{}", value);
    }
}

}  // namespace

void write_text_table(std::filesystem::path const& path, Samples const& samples,
                      Table const& table) {
    for (auto const& column : table.columns) {
        expect(std::ssize(column.values) == samples.size(), "a column has one value per sample");
    }

    DurableFile durable{path};
    std::ofstream file{durable.temporary(), std::ios::binary};
    std::string text = "FID\tIID";
    for (auto const& column : table.columns) text += '\t' + column.name;
    text += '\n';
    constexpr std::size_t enough = 1 << 20;
    for (std::size_t s = 0; s < samples.ids.size(); ++s) {
        text += samples.families[s] + '\t' + samples.ids[s];
        for (auto const& column : table.columns) {
            text += '\t';
            append_value(column, s, text);
        }
        text += '\n';
        if (text.size() < enough) continue;
        file << text;
        text.clear();
    }
    file << text;
    file.close();
    if (!file) {
        throw EnvironmentError{
            fmt::format("'{}' could not be written (permission or disk space); make room or choose "
                        "another name",
                        path.string())};
    }
    durable.commit(ExistingFile::replace);
}

}  // namespace maniple
