// Words of --chr in the first line, then files of variant IDs to keep and to leave out, with a line
// "--" between them.
#include "maniple/run/variant_choice.hpp"
#include "maniple/store/line_reader.hpp"
#include "store_fuzz.hpp"

using namespace maniple;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    static auto const store = fuzz::scratch_path("store");
    static auto const index = fuzz::make_store(store);
    static Cohort const cohort{store};
    auto rest = fuzz::text_of(fuzz::input_of(data, size));
    auto const line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    std::vector<std::string_view> words;
    split_at_blanks(line, words);
    VariantFiles files;
    files.chromosomes.assign(words.begin(), words.end());
    files.extract = fuzz::write_scratch("extract", fuzz::take_part(rest));
    auto const exclude = fuzz::write_scratch("exclude", rest);
    Log log{Speaker::silent};
    fuzz::meet_input([&] { choose_variants(cohort, files, log); });
    files.exclude = exclude;
    fuzz::meet_input([&] { choose_variants(cohort, files, log); });
    return 0;
}
