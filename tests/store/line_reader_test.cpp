#include "maniple/store/line_reader.hpp"

#include <cstdlib>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "store/scratch_store.hpp"
#include "store/text_file.hpp"

namespace maniple {
namespace {

using namespace test;

TEST_CASE("LineReader: line ends and a byte order mark are not part of lines", "[store]") {
    ScratchFolder const folder;
    LineReader lines{write_text(folder.path() / "t",
                                "\xef\xbb\xbf"
                                "a\r\n\nb")};

    CHECK(lines.next() == "a");
    CHECK(lines.next() == "");
    CHECK(lines.next() == "b");
    CHECK(lines.line() == 3);
    CHECK(lines.place() == fmt::format("'{}' line 3", (folder.path() / "t").string()));
    CHECK_FALSE(lines.next());
}

TEST_CASE("LineReader: gzipped text is inflated, a cut one refused", "[store]") {
    ScratchFolder const folder;
    std::string text;
    for (int i = 0; i < 5000; ++i) text += std::to_string(i * 7919) + "\n";
    auto const path = write_text(folder.path() / "t", text);
    REQUIRE(std::system(fmt::format("gzip -k {}", path.string()).c_str()) == 0);
    auto const zipped = folder.path() / "t.gz";
    LineReader lines{zipped};
    std::string read;
    while (auto const line = lines.next()) read += std::string{*line} + "\n";
    CHECK(read == text);

    std::filesystem::resize_file(zipped, std::filesystem::file_size(zipped) / 2);
    LineReader cut{zipped};
    auto const message = user_error([&] {
        while (cut.next()) {
        }
    });
    CHECK(message.find("cut off or damaged") != std::string::npos);
}

TEST_CASE("LineReader: lines of any length, wherever blocks of the file end", "[store]") {
    ScratchFolder const folder;
    std::string text;
    std::vector<std::string> written;
    for (std::size_t i = 0; i < 400; ++i) {
        // Empty ones, too, and one that is longer than a block of 64 KiB.
        written.emplace_back(i == 50 ? 200'000 : i * i % 1013 / 2, static_cast<char>('a' + i % 26));
        text += written.back() + "\n";
    }
    auto const plain = write_text(folder.path() / "t", text);
    REQUIRE(std::system(fmt::format("gzip -k {}", plain.string()).c_str()) == 0);
    for (auto const* name : {"t", "t.gz"}) {
        LineReader lines{folder.path() / name};
        std::vector<std::string> read;
        while (auto const line = lines.next()) read.emplace_back(*line);
        CHECK(read == written);
    }
    text.pop_back();  // The last line may do without its end.
    LineReader lines{write_text(folder.path() / "u", text)};
    std::size_t count = 0;
    while (lines.next()) ++count;
    CHECK(count == written.size());
}

// A few bytes of gzip become gigabytes.
TEST_CASE("LineReader: a line without end is refused before the memory is full", "[store]") {
    ScratchFolder const folder;
    auto const plain = write_text(folder.path() / "t", "a\n" + std::string(300'000, 'b'));
    REQUIRE(std::system(fmt::format("gzip -k {}", plain.string()).c_str()) == 0);
    for (auto const* name : {"t", "t.gz"}) {
        LineReader lines{folder.path() / name, 100'000};
        CHECK(lines.next() == "a");
        auto const message = user_error([&] { lines.next(); });
        CHECK(message.find("line 2: it has over 100000 bytes") != std::string::npos);
        LineReader enough{folder.path() / name, 300'000};
        enough.next();
        CHECK(enough.next()->size() == 300'000);
    }
}

TEST_CASE("LineReader: a zero byte is refused with the line", "[store]") {
    ScratchFolder const folder;
    LineReader lines{write_text(folder.path() / "t", std::string{"a\nb\0c\n", 6})};
    CHECK(lines.next() == "a");
    auto const message = user_error([&] { lines.next(); });
    CHECK(message.find("line 2 holds a zero byte") != std::string::npos);
}

TEST_CASE("LineReader: a missing file and a folder are user errors", "[store]") {
    ScratchFolder const folder;
    CHECK_THROWS_AS(LineReader{folder.path() / "absent"}, UserError);
    CHECK_THROWS_AS(LineReader{folder.path()}, UserError);
}

TEST_CASE("find_flaw: UTF-8 passes, other bytes, controls and long texts do not", "[store]") {
    CHECK(find_flaw("Köln 東京 😀", 255).empty());
    CHECK_FALSE(find_flaw("K\xf6ln", 255).empty());
    CHECK_FALSE(find_flaw("a\xc3", 255).empty());
    CHECK_FALSE(find_flaw("a\tb", 255).empty());
    CHECK_FALSE(find_flaw("abc", 2).empty());
    CHECK(find_flaw("abc", 3).empty());
}

TEST_CASE("split_at_blanks: runs of blanks and tabs are one separator", "[store]") {
    std::vector<std::string_view> fields{"old"};
    split_at_blanks("  a\t b  ", fields);
    CHECK(fields == std::vector<std::string_view>{"a", "b"});
    split_at_blanks(" \t", fields);
    CHECK(fields.empty());
}

}  // namespace
}  // namespace maniple
