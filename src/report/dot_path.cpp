#include "dot_path.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace maniple {
namespace {

// Numbers of a path need no space before a minus.
void append_pair(std::string& path, std::int32_t x, std::int32_t y) {
    fmt::format_to(std::back_inserter(path), "m{}{}{}", x, y < 0 ? "" : " ", y);
}

}  // namespace

std::string dot_path(std::vector<GridPlace> places, std::int32_t reach) {
    std::ranges::sort(places);
    auto const repeated = std::ranges::unique(places);
    places.erase(repeated.begin(), repeated.end());

    std::string path;
    GridPlace pen{0, 0};
    for (auto first = places.begin(); first != places.end();) {
        auto last = first;
        for (auto next = std::next(last);
             next != places.end() && next->x == last->x && next->y - last->y <= reach; ++next) {
            last = next;
        }
        append_pair(path, first->x - pen.x, first->y - pen.y);
        if (last == first) {
            path += "h0";
        } else {
            fmt::format_to(std::back_inserter(path), "v{}", last->y - first->y);
        }
        pen = *last;
        first = std::next(last);
    }
    return path;
}

}  // namespace maniple
