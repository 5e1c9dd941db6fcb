#include "maniple/store/text_table_reader.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <initializer_list>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "maniple/core/error.hpp"
#include "maniple/store/line_reader.hpp"
#include "maniple/store/separated_fields.hpp"

namespace maniple {
namespace {

constexpr char const* nine_is_missing = ", --missing-value -9 if -9 means it";
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

std::string lower_case(std::string_view text) {
    std::string lower{text};
    for (auto& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lower;
}

/// A field as a number: nothing for text, an infinity where it is infinite or overflows.
std::optional<double> parse_number(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    double value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end != text.data() + text.size() || error == std::errc::invalid_argument) return {};
    if (error == std::errc{}) return value;
    return std::strtod(std::string{text}.c_str(), nullptr);  // Tells underflow from overflow.
}

// Text where a number belongs may be somebody's ID, as in a line that lacks a field: quoted is what
// is none.
std::string describe_text(std::string const& field) {
    constexpr std::array<std::string_view, 8> words{"x",    "n.a.",    "null",  "none",
                                                    "miss", "missing", "empty", "unknown"};
    constexpr std::size_t longest = 10;
    bool const has_letter = std::ranges::any_of(
        field, [](unsigned char c) { return c >= 0x80 || std::isalpha(c) != 0; });
    bool const is_word = std::ranges::find(words, lower_case(field)) != words.end();
    if (is_word || (!has_letter && field.size() <= longest)) return fmt::format("= '{}'", field);
    return "is text";
}

/// Which fields mean that there is no value.
class MissingValues {
public:
    explicit MissingValues(std::vector<std::string> const& more) : texts_{more} {
        for (auto const& text : more) {
            if (auto const number = parse_number(text)) numbers_.push_back(*number);
        }
    }
    bool holds(std::string_view text) const {
        constexpr std::array<std::string_view, 7> always{"", "NA", "NaN", "nan", "N/A", "NAN", "."};
        return std::ranges::find(always, text) != always.end() ||
               std::ranges::find(texts_, text) != texts_.end();
    }
    bool holds(double number) const {
        return std::ranges::find(numbers_, number) != numbers_.end();
    }

private:
    std::vector<std::string> texts_;
    std::vector<double> numbers_;
};

/// A column while its rows arrive: numbers, or codes of the texts seen so far.
class GrowingColumn {
public:
    enum class Kind { undecided, numbers, texts };

    GrowingColumn(std::string name, Kind kind)
        : name_{std::move(name)}, kind_{kind}, forced_{kind == Kind::texts} {}

    std::string const& name() const { return name_; }

    void append(std::string const& field, MissingValues const& absent, LineReader const& lines) {
        if (absent.holds(field)) return values_.push_back(missing);
        auto const number = forced_ ? std::nullopt : parse_number(field);
        if (number && absent.holds(*number)) return values_.push_back(missing);
        auto const kind = number ? Kind::numbers : Kind::texts;
        if (kind_ != Kind::undecided && kind_ != kind) refuse_mixture(field, lines);
        kind_ = kind;
        if (!number) return append_level(field, lines);
        if (!std::isfinite(*number)) {
            throw UserError{
                fmt::format("{}: {} = '{}' (must be a finite number); use NA for missing",
                            lines.place(), name_, field)};
        }
        values_.push_back(*number);
    }

    /// \param remarks  receives what was inferred.
    Column finish(std::vector<std::string>& remarks) && {
        if (kind_ == Kind::texts) return finish_levels(remarks);
        Column column{.name = name_, .type = ColumnType::quantitative, .levels = {}, .values = {}};
        // Two codes, beside which PLINK's -9 can mean nothing but missing.
        auto const count = [&](double value) { return std::ranges::count(values_, value); };
        auto const nines = count(-9.0);
        auto const others =
            nines + std::ranges::count_if(values_, [](double value) { return std::isnan(value); });
        auto const holds_codes = [&](double a, double b) {
            return count(a) > 0 && count(b) > 0 &&
                   count(a) + count(b) + others == std::ssize(values_);
        };
        bool const from_zero = holds_codes(0, 1);
        bool const from_one = holds_codes(1, 2);
        if ((from_zero || from_one) && nines > 0) {
            std::ranges::replace(values_, -9.0, std::nan(""));
            remarks.push_back(
                fmt::format("column '{}' holds -9 beside two codes (rows: {}): taken as missing",
                            name_, nines));
        }
        if (from_zero) {
            column.type = ColumnType::binary;
        } else if (from_one) {
            column.type = ColumnType::binary;
            for (auto& value : values_) value -= 1;
            remarks.push_back(fmt::format(
                "column '{0}' holds 1 and 2: stored as 0 and 1 (of a disease: control and case; "
                "where they are other codes, --categorical {0} keeps them)",
                name_));
        } else if (nines > 0) {
            remarks.push_back(fmt::format(
                "column '{}' holds -9 as a number (rows: {}); give --missing-value -9 if it "
                "means missing",
                name_, nines));
        }
        column.values = std::move(values_);
        if (column.observed() == 0)
            remarks.push_back(fmt::format("column '{}' has no values", name_));
        return column;
    }

private:
    [[noreturn]] void refuse_mixture(std::string const& field, LineReader const& lines) const {
        if (kind_ == Kind::numbers) {
            bool const nines = std::ranges::count(values_, -9.0) > 0;
            throw UserError{fmt::format(
                "{}: {} {} (must be a number, as in the lines before); "
                "use NA for missing{}, or --categorical {}",
                lines.place(), name_, describe_text(field), nines ? nine_is_missing : "", name_)};
        }
        throw UserError{fmt::format(
            "{}: {} is a number (the lines before hold text); use NA for missing{}, or "
            "--categorical {}",
            lines.place(), name_, parse_number(field) == -9.0 ? nine_is_missing : "", name_)};
    }

    void append_level(std::string const& field, LineReader const& lines) {
        auto const flaw = find_flaw(field, longest_name);
        if (!flaw.empty()) {
            throw UserError{fmt::format("{}: the text in column '{}' {}; change it", lines.place(),
                                        name_, flaw)};
        }
        auto const code = levels_.emplace(field, levels_.size()).first->second;
        values_.push_back(static_cast<double>(code));
    }

    // Codes in order of appearance become positions in the sorted levels.
    Column finish_levels(std::vector<std::string>& remarks) {
        constexpr std::size_t many_levels = 1'000;
        if (levels_.size() > many_levels) {
            remarks.push_back(fmt::format(
                "column '{}' has {} different texts; is it meant as a categorical covariate?",
                name_, levels_.size()));
        }
        Column column{.name = name_, .type = ColumnType::categorical, .levels = {}, .values = {}};
        std::vector<double> position(levels_.size());
        for (auto const& [level, code] : levels_) {
            position[code] = static_cast<double>(column.levels.size());
            column.levels.push_back(level);
        }
        for (auto& value : values_) {
            if (!std::isnan(value)) value = position[static_cast<std::size_t>(value)];
        }
        column.values = std::move(values_);
        return column;
    }

    std::string name_;
    Kind kind_;
    bool forced_;
    std::vector<double> values_;
    std::map<std::string, std::size_t, std::less<>> levels_;
};

/// Where the header puts the IDs and the columns.
struct Header {
    Separator separator = Separator::tab;
    std::size_t fields = 0;
    std::optional<std::size_t> family;
    std::optional<std::size_t> individual;
    std::vector<std::size_t> places;  // Field of each column.
    std::vector<GrowingColumn> columns;
    std::unordered_set<std::string> names;  // Of the columns.
};

bool is_blank(std::string_view line) {
    return line.find_first_not_of(" \t") == std::string_view::npos;
}

bool names_ids(std::string_view line) {
    auto const start = lower_case(line.substr(0, 5));
    return start.starts_with("#fid") || start.starts_with("#iid") || start.starts_with("#\"");
}

std::string next_header_line(LineReader& lines, std::filesystem::path const& path) {
    while (auto const text = lines.next()) {
        if (is_blank(*text) || (text->starts_with('#') && !names_ids(*text))) continue;
        return std::string{*text};
    }
    throw UserError{
        fmt::format("'{}' is empty (a header and rows are needed); check the file", path.string())};
}

void add_column(Header& header, std::string const& name, std::size_t place,
                TextTableOptions const& options, LineReader const& lines) {
    auto const flaw = name.empty() ? "is empty" : find_flaw(name, longest_name);
    if (!flaw.empty()) {
        throw UserError{
            fmt::format("{}: the name of column {} {}; change it", lines.place(), place + 1, flaw)};
    }
    if (!header.names.insert(name).second) {
        throw UserError{
            fmt::format("{}: the name of column {} stands there twice; rename or remove one",
                        lines.place(), place + 1)};
    }
    bool const forced = std::ranges::find(options.categorical, name) != options.categorical.end();
    header.places.push_back(place);
    header.columns.emplace_back(
        name, forced ? GrowingColumn::Kind::texts : GrowingColumn::Kind::undecided);
}

bool names_individuals(std::string_view lower, std::size_t place) {
    return lower == "iid" || (place == 0 && lower == "#iid");
}

// A file without a header begins with a sample: before there is an IID, no field is quoted.
void require_individuals(std::vector<std::string> const& names, LineReader const& lines) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names_individuals(lower_case(names[i]), i)) return;
    }
    throw UserError{fmt::format(
        "{}: no sample IDs (none of the {} columns, separated by tabs, commas or blanks, is called "
        "IID; FID may precede it); name the column of IDs IID, or add a header",
        lines.place(), names.size())};
}

Header read_header(LineReader& lines, std::filesystem::path const& path,
                   TextTableOptions const& options) {
    Header header;
    auto const text = next_header_line(lines, path);
    header.separator = detect_separator(text);
    std::vector<std::string> names;
    if (!split_fields(text, header.separator, names)) {
        throw UserError{
            fmt::format("{}: a quote is not closed; correct the header", lines.place())};
    }
    require_individuals(names, lines);
    header.fields = names.size();
    for (std::size_t i = 0; i < names.size(); ++i) {
        auto const lower = lower_case(names[i]);
        bool const is_family = lower == "fid" || (i == 0 && lower == "#fid");
        bool const is_individual = names_individuals(lower, i);
        auto& id = is_family ? header.family : header.individual;
        if (!is_family && !is_individual) {
            add_column(header, names[i], i, options, lines);
        } else if (id) {
            throw UserError{fmt::format("{}: column '{}' stands there twice; remove one",
                                        lines.place(), names[i])};
        } else {
            id = i;
        }
    }
    if (header.columns.empty()) {
        throw UserError{
            fmt::format("{}: no columns besides the IDs; add traits or covariates", lines.place())};
    }
    for (auto const& name : options.categorical) {
        if (!header.names.contains(name)) {
            throw UserError{
                fmt::format("{}: no column '{}' (asked for by --categorical); correct the "
                            "name",
                            lines.place(), name)};
        }
    }
    return header;
}

TableRow read_ids(Header const& header, std::vector<std::string> const& fields,
                  LineReader const& lines) {
    TableRow row{lines.line(), "0", fields[*header.individual]};
    if (header.family) row.family = fields[*header.family];
    auto const flaw = row.individual.empty() ? "is empty" : find_flaw(row.individual, longest_name);
    if (!flaw.empty()) {
        throw UserError{fmt::format("{}: the sample ID {}; change it", lines.place(), flaw)};
    }
    return row;
}

}  // namespace

TextTable read_text_table(std::filesystem::path const& path, TextTableOptions const& options) {
    LineReader lines{path};
    MissingValues const absent{options.missing_values};
    auto header = read_header(lines, path, options);
    TextTable table;
    table.has_families = header.family.has_value();
    std::unordered_map<std::string, std::int64_t> seen;
    std::vector<std::string> fields;
    while (auto const text = lines.next()) {
        if (is_blank(*text) || text->starts_with('#')) continue;
        if (!split_fields(*text, header.separator, fields)) {
            throw UserError{
                fmt::format("{}: a quote is not closed, or text follows it; correct the "
                            "line",
                            lines.place())};
        }
        if (fields.size() != header.fields) {
            throw UserError{
                fmt::format("{}: {} fields (must be {}, as in the header); complete the line, with "
                            "NA for missing",
                            lines.place(), fields.size(), header.fields)};
        }
        table.rows.push_back(read_ids(header, fields, lines));
        auto const& row = table.rows.back();
        auto const [place, added] = seen.emplace(row.family + '\t' + row.individual, row.line);
        if (!added) {
            throw UserError{
                fmt::format("{}: its sample stands already in line {}; remove one of them",
                            lines.place(), place->second)};
        }
        for (std::size_t c = 0; c < header.columns.size(); ++c) {
            header.columns[c].append(fields[header.places[c]], absent, lines);
        }
    }
    if (table.rows.empty()) {
        throw UserError{
            fmt::format("'{}' has a header but no rows; check the file", path.string())};
    }
    for (auto& column : header.columns) {
        table.columns.push_back(std::move(column).finish(table.remarks));
    }
    return table;
}

}  // namespace maniple
