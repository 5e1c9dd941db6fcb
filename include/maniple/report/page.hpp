/// \file  A page that needs nothing but itself: one HTML file, complete without its script.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace maniple {

enum class PageKind { scan, evaluation, person };

/// Sections, then the data of plots, then style and script of ours, into one text. Nothing in it
/// depends on time or machine.
class Page {
public:
    /// \param title    of the page, its only heading of level 1.
    /// \param summary  one sentence below it.
    Page(PageKind kind, std::string title, std::string summary);

    /// \param id    of the section, for links to it: letters, digits and hyphens.
    /// \param body  HTML, whose headings are of level 3 or below.
    void add_section(std::string id, std::string title, std::string body);

    /// Data that the script finds by its ID: arrays of numbers and names for plots.
    /// \param json  well-formed. It is deflated where it is long.
    void add_data(std::string_view id, std::string_view json);

    /// Bytes so far, without style and script.
    std::int64_t size() const;

    std::string finish() &&;

private:
    struct Section {
        std::string id;
        std::string title;
        std::string body;
    };

    PageKind kind_;
    std::string title_;
    std::string summary_;
    std::vector<Section> sections_;
    std::string data_;
};

/// Is this the first line of a page of ours?
bool is_page(std::string_view first_line);

}  // namespace maniple
