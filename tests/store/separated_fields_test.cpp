#include "maniple/store/separated_fields.hpp"

#include <catch2/catch.hpp>

namespace maniple {
namespace {

using Fields = std::vector<std::string>;

Fields split(std::string_view line, Separator separator) {
    Fields fields{"left", "from", "another", "line"};
    REQUIRE(split_fields(line, separator, fields));
    return fields;
}

TEST_CASE("detect_separator: tab before comma before blanks", "[store]") {
    CHECK(detect_separator("IID\ta,b c") == Separator::tab);
    CHECK(detect_separator("IID,a b") == Separator::comma);
    CHECK(detect_separator("IID a") == Separator::blanks);
}

TEST_CASE("split_fields: empty fields count where the separator is one character", "[store]") {
    CHECK(split("a\t\tb c\t", Separator::tab) == Fields{"a", "", "b c", ""});
    CHECK(split("a, ,b", Separator::comma) == Fields{"a", "", "b"});
    CHECK(split(",", Separator::comma) == Fields{"", ""});
    CHECK(split("  a \t b  ", Separator::blanks) == Fields{"a", "b"});
    CHECK(split("", Separator::blanks).empty());
}

TEST_CASE("split_fields: quotes hide separators and double to stand for themselves", "[store]") {
    CHECK(split(R"("a,b",c,"say ""no""")", Separator::comma) == Fields{"a,b", "c", "say \"no\""});
    CHECK(split(R"("a b" "" c)", Separator::blanks) == Fields{"a b", "", "c"});
    Fields fields;
    CHECK_FALSE(split_fields("\"a,b", Separator::comma, fields));
    CHECK_FALSE(split_fields("\"a\"b,c", Separator::comma, fields));
}

}  // namespace
}  // namespace maniple
