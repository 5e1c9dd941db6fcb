#include "maniple/store/separated_fields.hpp"

namespace maniple {
namespace {

bool is_end(char character, Separator separator) {
    switch (separator) {
        case Separator::tab:
            return character == '\t';
        case Separator::comma:
            return character == ',';
        case Separator::blanks:
            return character == ' ' || character == '\t';
    }
    return false;
}

bool is_padding(char character, Separator separator) {
    return character == ' ' || (character == '\t' && separator != Separator::tab);
}

// The text between quotes; `position` is on the opening one, and afterwards behind the closing one.
bool read_quoted(std::string_view line, std::size_t& position, std::string& field) {
    for (++position; position < line.size(); ++position) {
        if (line[position] != '"') {
            field += line[position];
        } else if (position + 1 < line.size() && line[position + 1] == '"') {
            field += line[position++];
        } else {
            ++position;
            return true;
        }
    }
    return false;
}

}  // namespace

Separator detect_separator(std::string_view header) {
    if (header.find('\t') != std::string_view::npos) return Separator::tab;
    if (header.find(',') != std::string_view::npos) return Separator::comma;
    return Separator::blanks;
}

bool split_fields(std::string_view line, Separator separator, std::vector<std::string>& fields) {
    // Strings of the last line are reused: a table has few columns and many lines.
    std::size_t count = 0;
    std::size_t position = 0;
    auto const skip_padding = [&] {
        while (position < line.size() && is_padding(line[position], separator)) ++position;
    };
    skip_padding();
    bool more = separator != Separator::blanks || position < line.size();
    while (more) {
        if (count == fields.size()) fields.emplace_back();
        auto& field = fields[count++];
        field.clear();
        if (position < line.size() && line[position] == '"') {
            if (!read_quoted(line, position, field)) return false;
            if (position < line.size() && !is_padding(line[position], separator) &&
                !is_end(line[position], separator)) {
                return false;
            }
        } else {
            auto const first = position;
            while (position < line.size() && !is_end(line[position], separator)) ++position;
            field = line.substr(first, position - first);
            while (!field.empty() && is_padding(field.back(), separator)) field.pop_back();
        }
        skip_padding();
        more = position < line.size();
        if (more && separator != Separator::blanks) {
            if (!is_end(line[position], separator)) return false;
            ++position;
            skip_padding();
        }
    }
    fields.resize(count);
    return true;
}

}  // namespace maniple
