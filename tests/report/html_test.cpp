#include "maniple/report/html.hpp"

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

TEST_CASE("escape_html: markup in names stays text", "[report]") {
    CHECK(escape_html("</script><b>&\"'") == "&lt;/script&gt;&lt;b&gt;&amp;&quot;&#39;");
    CHECK(escape_html("Größe 身長") == "Größe 身長");
}

TEST_CASE("escape_html: control characters and bytes that are no UTF-8 are replaced", "[report]") {
    std::string const mark = "\xEF\xBF\xBD";
    CHECK(escape_html(std::string_view{"a\0b\x1B\x7F\n", 6}) ==
          "a" + mark + "b" + mark + mark + "\n");
    CHECK(escape_html("\xFF") == mark);
    CHECK(escape_html("a\xC3") == "a" + mark);                 // Cut off.
    CHECK(escape_html("\xC0\xAF") == mark + mark);             // Overlong.
    CHECK(escape_html("\xED\xA0\x80") == mark + mark + mark);  // A surrogate.
    CHECK(escape_html("\xF4\x90\x80\x80") == mark + mark + mark + mark);
    CHECK(escape_html("\xF0\x9F\x98\x80") == "\xF0\x9F\x98\x80");
}

TEST_CASE("HtmlWriter: closes what it opens, and escapes attributes", "[report]") {
    HtmlWriter html;
    html.open("p", {{"title", "\"><script>"}});
    html.text("1 < 2");
    html.element("b", "&");
    html.close();
    CHECK(std::move(html).finish() ==
          "<p title=\"&quot;&gt;&lt;script&gt;\">1 &lt; 2<b>&amp;</b>\n</p>\n");
}

TEST_CASE("HtmlWriter: contracts", "[report]") {
    HtmlWriter html;
    CHECK_THROWS_AS(html.close(), ContractViolation);
    html.open("p");
    CHECK_THROWS_AS(std::move(html).finish(), ContractViolation);
}

}  // namespace
}  // namespace maniple
