// What interrupted fits and imports, and finished shards, keep: the first byte says which.
#include <cstring>

#include "../../src/run/ingest_journal.hpp"
#include "maniple/run/fit_state.hpp"
#include "maniple/run/ridge_state.hpp"
#include "maniple/run/shard_file.hpp"
#include "scratch.hpp"

using namespace maniple;

namespace {

/// A file that never changes.
class Source : public GenotypeSource {
public:
    std::string name() const override { return "a.bed"; }
    std::string stamp() const override { return "1"; }
    Samples const& samples() const override { return samples_; }
    std::optional<VariantBlock> next(std::int64_t) override { return {}; }

private:
    Samples samples_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    PlanFacts const facts{{"--trait", "a"}, {"genotypes", "0"}};
    auto input = fuzz::input_of(data, size);
    fuzz::Cursor cursor{input};
    auto const kind = cursor.number(1);
    auto const file = fuzz::scratch_path("state");
    if (kind % 8 == 0) {
        fuzz::write_scratch("state", cursor.rest());  // Head, plan and all.
    } else {
        keep_state(file, facts, std::as_bytes(cursor.rest()));
    }
    fuzz::meet_input([&] {
        if (kind % 8 < 2) {
            read_checkpoint(file, facts);
        } else if (kind % 8 < 4) {
            if (auto const kept = find_state(file, facts, interrupted_fit()))
                ridge_state_from(*kept);
        } else if (kind % 8 < 6) {
            Source source;
            Log silent{Speaker::silent};
            IngestJournal{file, "s", facts, {&source}}.find(silent);
        } else {
            read_shard_file(file);
        }
    });
    return 0;
}
