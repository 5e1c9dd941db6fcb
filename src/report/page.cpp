#include "maniple/report/page.hpp"

#include <utility>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/version.hpp"
#include "maniple/report/html.hpp"
#include "maniple/report/page_data.hpp"
#include "page_assets.hpp"

namespace maniple {
namespace {

constexpr std::string_view first_line_of_page = "<!DOCTYPE html><!-- a report of maniple -->";
// Nothing is loaded, whatever a name in the data may hold.
constexpr std::string_view policy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

std::string_view name_of(PageKind kind) {
    switch (kind) {
        case PageKind::scan:
            return "scan";
        case PageKind::evaluation:
            return "evaluation";
        case PageKind::person:
            break;
    }
    return "person";
}

void write_head(HtmlWriter& html, std::string const& title) {
    html.open("head");
    html.lone("meta", {{"charset", "utf-8"}});
    html.lone("meta", {{"http-equiv", "Content-Security-Policy"}, {"content", policy}});
    html.lone("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
    html.lone("meta",
              {{"name", "generator"}, {"content", fmt::format("maniple {}", program_version)}});
    html.element("title", title);
    html.open("style");
    html.markup(page_style());
    html.close();
    html.close();
}

}  // namespace

Page::Page(PageKind kind, std::string title, std::string summary)
    : kind_{kind}, title_{std::move(title)}, summary_{std::move(summary)} {}

void Page::add_section(std::string id, std::string title, std::string body) {
    sections_.push_back({std::move(id), std::move(title), std::move(body)});
}

void Page::add_data(std::string_view id, std::string_view json) { data_ += embed_data(id, json); }

std::int64_t Page::size() const {
    auto size = std::ssize(data_);
    for (auto const& section : sections_) size += std::ssize(section.body);
    return size;
}

std::string Page::finish() && {
    expect(page_style().find("</style") == std::string_view::npos, "the style does not end itself");
    expect(page_script().find("</script") == std::string_view::npos,
           "the script does not end itself");

    HtmlWriter html;
    html.markup(first_line_of_page);
    html.markup("\n");
    html.open("html", {{"lang", "en"}});
    write_head(html, title_);
    html.open("body", {{"data-page", name_of(kind_)}});
    html.element("a", "Skip to the first section", {{"class", "skip"}, {"href", "#content"}});
    html.open("header");
    html.element("h1", title_);
    html.element("p", summary_);
    html.close();
    html.open("nav", {{"aria-label", "Contents"}});
    html.open("ul");
    for (auto const& section : sections_) {
        html.open("li");
        html.element("a", section.title, {{"href", "#" + section.id}});
        html.close();
    }
    html.close();
    html.close();
    html.open("main", {{"id", "content"}});
    for (auto const& section : sections_) {
        auto const heading = section.id + "-heading";
        html.open("section", {{"id", section.id}, {"aria-labelledby", heading}});
        html.element("h2", section.title, {{"id", heading}});
        html.markup(section.body);
        html.close();
    }
    html.close();
    html.open("footer");
    html.element("p", fmt::format("Made by maniple {}. This page is complete in itself: it loads "
                                  "nothing and sends nothing.",
                                  program_version));
    html.close();
    html.markup(data_);
    html.open("script");
    html.markup(page_script());
    html.close();
    html.close();
    html.close();
    return std::move(html).finish();
}

bool is_page(std::string_view first_line) { return first_line == first_line_of_page; }

}  // namespace maniple
