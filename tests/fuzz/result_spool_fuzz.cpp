// Columns of an unfinished scan: bytes as they are, or a good file with some overwritten.
#include <array>
#include <fstream>

#include "hostile_file.hpp"
#include "store/known_results.hpp"

using namespace maniple;

namespace {

constexpr std::int64_t variants = 3;
constexpr std::int64_t traits = 3;

std::string good_bytes() {
    TraitResults const one{.beta = {1, 2, 3},
                           .standard_error = {1, 1, 1},
                           .neg_log10_p = {0, 1, 2},
                           .status = {0, 0, 1},
                           .samples = {9, 9, 8},
                           .effect_allele_frequency = {0.5, 0.25, 0}};
    auto const path = fuzz::scratch_path("good");
    ResultSpool spool{path, {variants, traits}};
    test::write_chunk(spool, 0, 0, std::vector{one, one}, traits);
    test::write_chunk(spool, 0, 2, std::vector{one}, traits);
    spool.seal();
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

std::string make_bytes(fuzz::Input input) {
    static auto const good = good_bytes();
    if (input.empty() || input[0] % 2 == 1) return std::string{fuzz::text_of(input)};
    auto bytes = good;
    fuzz::Cursor cursor{input.subspan(1)};
    while (!cursor.at_end()) {
        auto const place = cursor.number(2) % bytes.size();
        auto const change = fuzz::text_of(cursor.bytes(1 + cursor.number(1) % 8));
        bytes.replace(place, std::min(change.size(), bytes.size() - place), change);
    }
    return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const bytes = make_bytes(fuzz::input_of(data, size));
    auto const file = fuzz::write_scratch("columns", std::string_view{bytes});
    fuzz::meet_input([&] {
        auto const spool = ResultSpool::reopen(file, {variants, traits}, std::ssize(bytes));
        auto const look = [](ResultColumn which, TraitIndex, EncodedColumn column) {
            if (which == ResultColumn::status) decode_results<std::uint8_t>(column);
            if (which == ResultColumn::neg_log10_p) decode_results<float>(column);
        };
        for (auto const& batch : spool.complete()) spool.read(batch.first, 0, look);
    });
    return 0;
}
