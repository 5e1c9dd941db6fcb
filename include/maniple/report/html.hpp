/// \file  HTML as text: everything that is not markup is escaped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace maniple {

/// Text for HTML, between tags or in a quoted attribute: & < > " ' are escaped; control characters
/// and bytes that are no UTF-8 become U+FFFD. Names come from people's files and may hold anything.
std::string escape_html(std::string_view text);

struct HtmlAttribute {
    std::string_view name;   ///< Ours: not escaped.
    std::string_view value;  ///< Anything.
};
using HtmlAttributes = std::vector<HtmlAttribute>;

/// Writes elements one after the other and inside each other.
class HtmlWriter {
public:
    /// `<tag ...>`; what follows is inside until `close`.
    void open(std::string_view tag, HtmlAttributes const& attributes = {});
    /// \pre an element is open
    void close();
    /// `<tag ...>text</tag>`
    void element(std::string_view tag, std::string_view text,
                 HtmlAttributes const& attributes = {});
    /// An element that holds nothing and has no end tag: meta, br.
    void lone(std::string_view tag, HtmlAttributes const& attributes = {});
    /// Escaped.
    void text(std::string_view text);
    /// As it is. \pre it is well-formed
    void markup(std::string_view html);

    /// \pre every element is closed
    std::string finish() &&;

private:
    void start(std::string_view tag, HtmlAttributes const& attributes);

    std::string html_;
    std::vector<std::string> open_;
};

}  // namespace maniple
