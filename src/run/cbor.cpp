#include "cbor.hpp"

#include <cstdint>
#include <string>

namespace maniple {
namespace {

using Json = nlohmann::json;

/// Follows how deep lists lie in each other: the library calls itself for each, and the stack ends.
class DepthGauge final : public nlohmann::json_sax<Json> {
public:
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, string_t const&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool key(string_t&) override { return true; }
    bool start_object(std::size_t) override { return ++depth_ <= most; }
    bool end_object() override { return --depth_ >= 0; }
    bool start_array(std::size_t) override { return ++depth_ <= most; }
    bool end_array() override { return --depth_ >= 0; }
    bool parse_error(std::size_t, std::string const&, Json::exception const&) override {
        return false;
    }

    bool is_too_deep() const { return depth_ > most; }

private:
    static constexpr int most = 64;
    int depth_ = 0;
};

}  // namespace

Json read_cbor(std::span<std::byte const> bytes) {
    auto const* const first = reinterpret_cast<std::uint8_t const*>(bytes.data());
    auto const* const last = first + bytes.size();
    DepthGauge gauge;
    Json::sax_parse(first, last, &gauge, Json::input_format_t::cbor);
    if (gauge.is_too_deep()) return Json(Json::value_t::discarded);
    return Json::from_cbor(first, last);
}

std::vector<std::int64_t> all_whole_from(Json const& json) {
    std::vector<std::int64_t> numbers;
    for (auto const& number : json) numbers.push_back(whole_from<std::int64_t>(number));
    return numbers;
}

}  // namespace maniple
