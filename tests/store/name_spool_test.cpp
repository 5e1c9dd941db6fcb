#include "maniple/store/name_spool.hpp"

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "scratch_folder.hpp"

namespace maniple {
namespace {

using test::ScratchFolder;

ResultNames names_of(std::int32_t first, int rows) {
    ResultNames names;
    for (std::int32_t r = first; r < first + rows; ++r) {
        names.contig.push_back(r / 3);
        names.variants.push_back({.position = 100 + r,
                                  .id = r % 4 == 0 ? "" : "rs" + std::to_string(r),
                                  .reference = std::string(static_cast<std::size_t>(r % 5), 'A'),
                                  .alternate = "\xC3\xA9" + std::to_string(r)});
    }
    return names;
}

std::string bytes_of(std::filesystem::path const& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

NameSpoolSize write(std::filesystem::path const& file, std::vector<int> const& pieces) {
    NameSpoolWriter writer{file};
    std::int32_t first = 0;
    for (auto rows : pieces) {
        writer.append(names_of(first, rows));
        first += rows;
    }
    return writer.finish();
}

TEST_CASE("NameSpool: gives back what was appended, piece by piece", "[store]") {
    ScratchFolder const folder;
    auto const file = folder.path() / "names";
    std::vector<int> const pieces =
        GENERATE(std::vector<int>{}, std::vector<int>{1}, std::vector<int>{7, 0, 300, 1});
    auto const size = write(file, pieces);
    CHECK(size.bytes == static_cast<std::int64_t>(std::filesystem::file_size(file)));
    NameSpoolReader reader{file, size};
    std::int32_t first = 0;
    for (auto rows : pieces) {
        auto const expected = names_of(first, rows);
        auto const names = reader.next();
        CHECK(names.contig == expected.contig);
        CHECK(names.variants == expected.variants);
        first += rows;
    }
    CHECK_THROWS_AS(reader.next(), CorruptInput);  // There are no more.
}

TEST_CASE("NameSpool: any changed byte is found, and any other size", "[store]") {
    ScratchFolder const folder;
    auto const file = folder.path() / "names";
    auto const size = write(file, {5, 3});
    auto const intact = bytes_of(file);
    auto const is_found = [&](std::string const& bytes) {
        std::ofstream{file, std::ios::binary} << bytes;
        try {
            NameSpoolReader reader{file, size};
            reader.next();
            reader.next();
        } catch (CorruptInput const&) {
            return true;
        }
        return false;
    };
    CHECK_FALSE(is_found(intact));
    for (std::size_t place = 0; place < intact.size(); ++place) {
        INFO(place);
        auto broken = intact;
        broken[place] = static_cast<char>(broken[place] ^ (1 << place % 8));
        CHECK(is_found(broken));
    }
    CHECK(is_found(intact.substr(0, intact.size() - 1)));
    CHECK(is_found(intact + '\0'));
    CHECK(is_found(""));
    std::filesystem::remove(file);
    CHECK_THROWS_AS((NameSpoolReader{file, size}), CorruptInput);
    CHECK_THROWS_AS(NameSpoolWriter{folder.path() / "nowhere" / "names"}, EnvironmentError);
}

}  // namespace
}  // namespace maniple
