#include "maniple/run/json_file.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"

namespace maniple {
namespace {

namespace fs = std::filesystem;
using Catch::Contains;

std::string nested(int levels, char open, char close) {
    auto const count = static_cast<std::size_t>(levels);
    std::string const name = open == '{' ? R"("a":)" : "";
    std::string text;
    for (int i = 0; i < levels; ++i) text += open + (i + 1 < levels ? name : std::string{});
    return text + std::string(count, close);
}

TEST_CASE("parse_json: nested so deep and no deeper, however deep the text is", "[run]") {
    for (auto const* brackets : {"[]", "{}"}) {
        CHECK_NOTHROW(parse_json(nested(deepest_json, brackets[0], brackets[1])));
        CHECK_THROWS_WITH(parse_json(nested(deepest_json + 1, brackets[0], brackets[1])),
                          Contains("deeper than 32"));
        CHECK_THROWS_AS(parse_json(nested(1000000, brackets[0], brackets[1])),
                        std::invalid_argument);
    }
}

TEST_CASE("parse_json: values, and where there is none", "[run]") {
    CHECK(parse_json(R"({"b": 1, "a": [null, "x"]})").dump() == R"({"b":1,"a":[null,"x"]})");
    CHECK_THROWS_WITH(parse_json(R"({"a": secret})"), "it is no JSON from byte 7 on");
    for (auto const* text : {"", "[1", "[1] 2", "\"\xff\"", "1e999"}) {
        CHECK_THROWS_AS(parse_json(text), std::invalid_argument);
    }
}

TEST_CASE("json_fault: words without a number", "[run]") {
    try {
        parse_json("{}").at("rows");
        FAIL("there are no rows");
    } catch (nlohmann::ordered_json::exception const& failure) {
        CHECK(json_fault(failure) == "key 'rows' not found");
    }
}

TEST_CASE("read_whole_text: absent, unreadable and no file are three things", "[run]") {
    auto const folder =
        fs::temp_directory_path() / ("maniple-json-file-" + std::to_string(getpid()));
    fs::create_directories(folder);
    std::ofstream{folder / "f"} << "a\nb";
    CHECK(read_whole_text(folder / "f") == "a\nb");
    CHECK_FALSE(read_whole_text(folder / "none").has_value());
    fs::create_symlink("loop", folder / "loop");
    CHECK_THROWS_AS(read_whole_text(folder / "loop"), EnvironmentError);
    CHECK_THROWS_AS(read_whole_text(folder), CorruptInput);
    if (geteuid() != 0) {  // Whom permissions do not stop.
        fs::permissions(folder / "f", fs::perms::none);
        CHECK_THROWS_AS(read_whole_text(folder / "f"), EnvironmentError);
    }
    fs::remove_all(folder);
}

}  // namespace
}  // namespace maniple
