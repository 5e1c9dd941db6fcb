#include "maniple/report/html.hpp"

#include <utility>

#include "maniple/core/contract.hpp"
#include "utf8.hpp"

namespace maniple {

std::string escape_html(std::string_view text) {
    std::string escaped;
    escaped.reserve(text.size());
    for (char const letter : valid_utf8(text)) {
        switch (letter) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            case '\'':
                escaped += "&#39;";
                break;
            default:
                escaped += letter;
        }
    }
    return escaped;
}

void HtmlWriter::start(std::string_view tag, HtmlAttributes const& attributes) {
    html_ += '<';
    html_ += tag;
    for (auto const& [name, value] : attributes) {
        html_ += ' ';
        html_ += name;
        html_ += "=\"";
        html_ += escape_html(value);
        html_ += '"';
    }
    html_ += '>';
}

void HtmlWriter::open(std::string_view tag, HtmlAttributes const& attributes) {
    start(tag, attributes);
    open_.emplace_back(tag);
}

void HtmlWriter::close() {
    expect(!open_.empty(), "an element is open");

    html_ += "</" + open_.back() + ">\n";
    open_.pop_back();
}

void HtmlWriter::element(std::string_view tag, std::string_view text,
                         HtmlAttributes const& attributes) {
    start(tag, attributes);
    html_ += escape_html(text);
    html_ += "</";
    html_ += tag;
    html_ += ">\n";
}

void HtmlWriter::lone(std::string_view tag, HtmlAttributes const& attributes) {
    start(tag, attributes);
    html_ += '\n';
}

void HtmlWriter::text(std::string_view text) { html_ += escape_html(text); }

void HtmlWriter::markup(std::string_view html) { html_ += html; }

std::string HtmlWriter::finish() && {
    expect(open_.empty(), "every element is closed");

    return std::move(html_);
}

}  // namespace maniple
