#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "maniple/run/ingest.hpp"
#include "maniple/run/verify.hpp"
#include "run/ingest_case.hpp"
#include "store/text_file.hpp"

namespace maniple {
namespace {

using namespace test;
using Catch::Matchers::Contains;

std::vector<std::string> files_in(std::filesystem::path const& folder) {
    std::vector<std::string> files;
    for (auto const& entry : std::filesystem::recursive_directory_iterator{folder}) {
        if (!entry.is_directory()) files.push_back(entry.path().lexically_relative(folder));
    }
    std::ranges::sort(files);
    return files;
}

void check_same_files(std::filesystem::path const& folder, std::filesystem::path const& other) {
    REQUIRE(files_in(folder) == files_in(other));
    for (auto const& file : files_in(folder)) {
        CHECK(bytes_of(folder / file) == bytes_of(other / file));
    }
}

// Two files, the second with a contig of two partitions.
std::vector<GivenSource> two_files() {
    std::vector<GivenContig> contigs;
    contigs.push_back(random_contig("2", 33, 3, 20));
    contigs.push_back(random_contig("9", partition_variants + 5, 3, 21));
    contigs.push_back(random_contig("X", 4, 3, 22));
    std::vector<GivenSource> files;
    files.push_back(three_contigs(3));
    files.emplace_back(make_samples(3), std::move(contigs));
    files[0].set_stamp("first");
    files[1].set_stamp("second");
    return files;
}

TEST_CASE("ingest: goes on where it was interrupted, to the same bytes", "[run]") {
    ScratchFolder const folder;
    bool const extends = GENERATE(false, true);
    IngestOptions const options{.block_variants = 16, .before_commit = {}};
    auto files = two_files();
    for (auto const* store : {"whole", "s"}) {
        auto before = three_contigs(3, 7);
        if (extends) run(folder.path() / store, {&before}, options);
    }
    run(folder.path() / "whole", {&files[0], &files[1]}, options);
    auto const calls = std::array{files[0].calls(), files[1].calls()};

    auto const at = GENERATE(0, 1, 5, 11, 12, 14, 15, 17, 18, 20, 22, 24, 9000, 9366, 10'000);
    std::int64_t const behind = at - calls[0];
    bool const is_first = behind < 0;
    if (!is_first && behind >= calls[1]) return;
    auto broken = two_files();
    broken[is_first ? 0 : 1].fail_at(is_first ? at : behind);
    CHECK_THROWS_AS(run(folder.path() / "s", {&broken[0], &broken[1]}, options), EnvironmentError);
    auto again = two_files();
    run(folder.path() / "s", {&again[0], &again[1]}, options);
    check_same_files(folder.path() / "s", folder.path() / "whole");
    CHECK(entries(folder.path()) == 2);
}

TEST_CASE("ingest: what was interrupted goes on with the same sources alone", "[run]") {
    ScratchFolder const folder;
    auto const store = folder.path() / "s";
    auto const left = folder.path() / ".s.partial" / ".import-begun-0";
    IngestOptions const options{.block_variants = 16, .before_commit = {}};
    auto broken = two_files();
    broken[1].fail_at(2000);
    CHECK_THROWS_AS(run(store, {&broken[0], &broken[1]}, options), EnvironmentError);
    REQUIRE(std::filesystem::exists(left));
    auto const refused = [&](std::vector<GenotypeSource*> const& sources,
                             IngestOptions const& wanted) {
        auto const kept = files_in(folder.path());
        auto const said = user_error([&] { run(store, sources, wanted); });
        CHECK(files_in(folder.path()) == kept);
        CHECK_THAT(said, Contains("remove '" + left.string() + "' to start again"));
        return said;
    };
    auto files = two_files();
    CHECK_THAT(refused({&files[1], &files[0]}, options), Contains("'given' has changed since"));
    CHECK_THAT(refused({&files[0]}, options), Contains("'given' was number 2, and is not given"));
    files[0].set_stamp("changed");
    CHECK_THAT(refused({&files[0], &files[1]}, options), Contains("'given' has changed since"));
    files[0].set_stamp("");
    CHECK_THAT(refused({&files[0]}, options), Contains("is none"));
    files = two_files();
    CHECK_THAT(refused({&files[0], &files[1]}, {.block_variants = 999, .before_commit = {}}),
               Contains("--block-variants was '16' and is '999'"));
    CHECK_THAT(
        refused({&files[0], &files[1]}, {.block_variants = 16, .compression = Compression::none}),
        Contains("--compression was 'auto' and is 'none'"));
    auto others = three_contigs(4);
    others.set_stamp("first");
    CHECK_THAT(refused({&others}, options), Contains("samples of the genotypes"));

    SECTION("a file that was begun and is another now is read anew") {
        std::vector<GivenContig> contigs;
        contigs.push_back(random_contig("2", 40, 3, 5));
        GivenSource mended{make_samples(3), std::move(contigs)};
        mended.set_stamp("mended");
        run(store, {&files[0], &mended}, options);
        Cohort const cohort{store};
        REQUIRE(cohort.index().partitions.size() == 4);
        check_partition(cohort, 2, files[0].contigs()[2]);
        check_partition(cohort, 3, mended.contigs()[0]);
        CHECK(entries(store / "genotypes") == 4);
    }
    SECTION("damage is named") {
        auto const damaged = GENERATE(".import-begun-0", "genotypes/1-1.h5");
        auto const file = left.parent_path() / damaged;
        auto bytes = bytes_of(file);
        bytes[bytes.size() / 2] ^= 1;
        write_bytes(file, bytes);
        if (damaged == std::string{".import-begun-0"}) {
            CHECK_THROWS_AS(run(store, {&files[0], &files[1]}, options), CorruptInput);
        }
        std::filesystem::resize_file(file, bytes.size() / 2);
        CHECK_THROWS_AS(run(store, {&files[0], &files[1]}, options), CorruptInput);
    }
    SECTION("without its journal all of it is rubbish") {
        std::filesystem::remove(left);
        run(store, {&files[0], &files[1]}, options);
        CHECK(Cohort{store}.index().partitions.size() == 7);
    }
    CHECK(files_in(folder.path()).size() > 1);
}

void interrupt(std::filesystem::path const& store, std::int64_t at, IngestOptions const& options) {
    auto files = two_files();
    files[1].fail_at(at);
    CHECK_THROWS_AS(run(store, {&files[0], &files[1]}, options), EnvironmentError);
}

TEST_CASE("ingest: what was kept of a file that changed is gone, in the journal, too", "[run]") {
    ScratchFolder const folder;
    IngestOptions const options{.block_variants = 16, .before_commit = {}};
    auto files = two_files();
    run(folder.path() / "whole", {&files[0], &files[1]}, options);
    auto const store = folder.path() / "s";
    interrupt(store, 2000, options);
    auto changed = two_files();
    changed[1].set_stamp("changed");
    changed[1].fail_at(0);
    CHECK_THROWS_AS(run(store, {&changed[0], &changed[1]}, options), EnvironmentError);
    auto again = two_files();
    run(store, {&again[0], &again[1]}, options);
    check_same_files(store, folder.path() / "whole");
}

TEST_CASE("ingest: what a killed import left beside what it kept goes", "[run]") {
    ScratchFolder const folder;
    bool const extends = GENERATE(false, true);
    IngestOptions const options{.block_variants = 16, .before_commit = {}};
    auto const store = folder.path() / "s";
    for (auto const& place : {folder.path() / "whole", store}) {
        auto before = three_contigs(3, 7);
        if (extends) run(place, {&before}, options);
    }
    auto files = two_files();
    run(folder.path() / "whole", {&files[0], &files[1]}, options);
    interrupt(store, 2000, options);
    auto const begun = extends ? store : folder.path() / ".s.partial";
    for (auto const* left : {"genotypes/X-9.h5", "genotypes/9-4.h5.unfinished-1",
                             "tables/t.h5.unfinished-1", "cohort.h5.unfinished-1"}) {
        write_text(begun / left, "left");
    }
    auto again = two_files();
    run(store, {&again[0], &again[1]}, options);
    check_same_files(store, folder.path() / "whole");
}

TEST_CASE("ingest: damage of what is kept is refused, or changes nothing that verify sees",
          "[run]") {
    ScratchFolder const folder;
    IngestOptions const options{.block_variants = 16, .before_commit = {}};
    auto source = three_contigs(3);
    source.set_stamp("same");
    auto failing = options;
    failing.before_commit = [](auto const&, auto const&) { throw EnvironmentError{"fsync"}; };
    CHECK_THROWS_AS(run(folder.path() / "s", {&source}, failing), EnvironmentError);
    auto const kept = folder.path() / ".s.partial" / "genotypes" / "X-1.h5";
    auto const intact = bytes_of(kept);
    std::int64_t refused = 0;
    std::int64_t taken_up = 0;
    for (std::size_t place = 0; place < intact.size(); place += 11) {
        ScratchFolder const copy;
        auto const partial = copy.path() / ".s.partial";
        std::filesystem::copy(folder.path() / ".s.partial", partial,
                              std::filesystem::copy_options::recursive);
        auto damaged = intact;
        damaged[place] ^= 1;
        write_bytes(partial / "genotypes" / "X-1.h5", damaged);
        auto again = three_contigs(3);
        again.set_stamp("same");
        try {
            run(copy.path() / "s", {&again}, options);
        } catch (CorruptInput const&) {
            ++refused;
            continue;
        }
        ++taken_up;
        INFO("byte " << place);
        CHECK(verify_store(copy.path() / "s", 1).problems.empty());
    }
    CHECK(refused > taken_up);
}

}  // namespace
}  // namespace maniple
