#include "maniple/run/json_file.hpp"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

#include "maniple/core/error.hpp"

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void refuse(std::filesystem::path const& file, std::error_code const& reason) {
    throw EnvironmentError{fmt::format("'{}' cannot be read ({}); check its permissions",
                                       file.string(), reason.message())};
}

}  // namespace

std::optional<std::string> read_whole_text(std::filesystem::path const& file) {
    using std::filesystem::file_type;
    std::error_code error;
    auto const type = std::filesystem::status(file, error).type();
    if (type == file_type::not_found) return std::nullopt;
    if (type == file_type::none) refuse(file, error);
    if (type != file_type::regular) {
        throw CorruptInput{fmt::format(
            "'{}' is damaged (it is no file); bring back a copy, or run again", file.string())};
    }
    std::ifstream in{file, std::ios::binary};
    if (!in) refuse(file, {errno, std::generic_category()});
    try {
        std::string text{std::istreambuf_iterator<char>{in}, {}};
        return text;
    } catch (std::system_error const& failure) {
        refuse(file, failure.code());
    }
}

Json parse_json(std::string const& text) {
    auto const limit_depth = [](int depth, Json::parse_event_t event, Json const&) {
        bool const opens =
            event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
        if (opens && depth >= deepest_json) {
            throw std::invalid_argument{
                fmt::format("its JSON is nested deeper than {} levels", deepest_json)};
        }
        return true;
    };
    try {
        return Json::parse(text, limit_depth);
    } catch (Json::parse_error const& failure) {
        throw std::invalid_argument{fmt::format("it is no JSON from byte {} on", failure.byte)};
    } catch (Json::exception const&) {
        throw std::invalid_argument{"its JSON holds a number that is too large"};
    }
}

std::string json_fault(Json::exception const& failure) {
    std::string const text = failure.what();  // "[json.exception.type_error.302] type must be ..."
    auto const end = text.find("] ");
    return end == std::string::npos ? text : text.substr(end + 2);
}

}  // namespace maniple
