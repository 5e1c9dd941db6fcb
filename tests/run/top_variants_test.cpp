#include "maniple/run/top_variants.hpp"

#include <algorithm>
#include <random>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

TEST_CASE("TopVariants: the same set in whatever order, of equal values the first variants") {
    std::mt19937 random{5};
    for (std::int64_t most : {0, 1, 3, 50, 300}) {
        std::vector<RankedVariant> all;
        for (std::int64_t v = 0; v < 200; ++v) {
            all.push_back({static_cast<double>(random() % 20), v});
        }
        auto expected = all;
        std::sort(expected.begin(), expected.end());
        expected.resize(static_cast<std::size_t>(std::min<std::int64_t>(most, 200)));
        for (int order = 0; order < 5; ++order) {
            std::shuffle(all.begin(), all.end(), random);
            TopVariants one{most};
            TopVariants other{most};
            for (std::size_t v = 0; v < all.size(); ++v) (v % 3 == 0 ? one : other).add(all[v]);
            one.add(other.sorted());
            CHECK(one.sorted() == expected);
        }
    }
}

}  // namespace
}  // namespace maniple
