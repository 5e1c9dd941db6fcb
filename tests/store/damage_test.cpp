/// \file  Damaged files and full disks: always an error of the right kind, never a wrong number.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <optional>

#include <catch2/catch.hpp>

#include "maniple/core/checksum.hpp"
#include "maniple/core/error.hpp"
#include "maniple/store/cohort.hpp"
#include "maniple/store/result_file.hpp"
#include "store/known_model.hpp"
#include "store/known_results.hpp"
#include "store/scratch_store.hpp"

namespace maniple {
namespace {

using test::bytes_of;
using test::make_index;
using test::make_samples;
using test::make_table;
using test::make_variants;
using test::ScratchFolder;
using test::write_bytes;
using test::write_partition;

// Everything that can be read, as one number; each reader throws where it sees damage.
std::uint64_t everything(PartitionReader const& reader) {
    Checksum sum;
    for (auto const& variant : test::all_variants(reader)) {
        sum.add_values(std::span{&variant.position, 1});
        sum.add(variant.id);
        sum.add(variant.reference);
        sum.add(variant.alternate);
    }
    auto const widths = reader.name_widths();
    auto const storage = reader.storage();
    for (auto number : {widths.id, widths.allele, storage.packed_chunks, storage.chunks,
                        storage.stored_bytes, storage.bytes}) {
        sum.add_values(std::span{static_cast<std::int64_t const*>(&number), 1});
    }
    RawBlock raw;
    for (std::int64_t b = 0; b < reader.blocks(); ++b) {
        auto const numbers = reader.read_numbers(b);
        sum.add_values(std::span{numbers.missing});
        sum.add_values(std::span{numbers.alternate_count});
        reader.read_block(b, raw);
        sum.add_values(decode_block(raw).words());
    }
    return sum.value();
}

std::uint64_t everything(Table const& table) {
    Checksum sum;
    sum.add(table.source);
    sum.add_values(std::span{&table.rows.file_rows, 1});
    sum.add_values(std::span{&table.rows.matched, 1});
    for (auto const& column : table.columns) {
        sum.add(column.name);
        sum.add(to_string(column.type));
        for (auto const& level : column.levels) sum.add(level);
        sum.add_values(std::span{column.values});
    }
    return sum.value();
}

std::uint64_t everything(CohortIndex const& index) {
    Checksum sum;
    for (auto const& id : index.samples.ids) sum.add(id);
    for (auto const& family : index.samples.families) sum.add(family);
    sum.add_values(std::span{index.samples.sexes});
    sum.add_values(std::span{&index.block_variants, 1});
    for (auto const& entry : index.partitions) {
        sum.add(entry.file);
        sum.add(entry.contig);
        for (auto number : {entry.variants, entry.blocks, entry.bytes}) {
            sum.add_values(std::span{static_cast<std::int64_t const*>(&number), 1});
        }
        sum.add_values(std::span{&entry.checksum, 1});
    }
    return sum.value();
}

std::uint64_t everything(ResultReader const& reader) {
    Checksum sum;
    auto const& header = reader.header();
    for (auto const& name : header.traits) sum.add(name);
    for (auto const& name : header.statuses) sum.add(name);
    for (auto const* text : {&header.model, &header.covariates, &header.missing_genotype}) {
        sum.add(*text);
    }
    for (auto const& contig : header.contigs) sum.add(contig);
    auto const names = reader.names({GlobalVariantIndex{0}, GlobalVariantIndex{header.variants}});
    sum.add_values(std::span{names.contig});
    for (auto const& variant : names.variants) {
        sum.add_values(std::span{&variant.position, 1});
        sum.add(variant.id + "/" + variant.reference + "/" + variant.alternate);
    }
    for (TraitIndex t{0}; t < TraitIndex{std::ssize(header.traits)}; ++t) {
        auto const rows = reader.read(t);
        sum.add_values(std::span{rows.beta});
        sum.add_values(std::span{rows.standard_error});
        sum.add_values(std::span{rows.neg_log10_p});
        sum.add_values(std::span{rows.status});
        sum.add_values(std::span{rows.samples});
        sum.add_values(std::span{rows.effect_allele_frequency});
    }
    return sum.value();
}

// Damage each of many bytes in turn. `read` throws CorruptInput or gives what it gave before;
// whatever else it throws fails the test.
void damage_each_byte(std::filesystem::path const& path,
                      std::function<std::uint64_t()> const& read) {
    auto const good = bytes_of(path);
    auto const before = read();
    std::size_t detected = 0;
    std::size_t tried = 0;
    std::mt19937_64 random{17};
    // Every byte of a small file, a part of a large one.
    auto const step = std::max<std::size_t>(1, good.size() / 3000);
    for (std::size_t at = 0; at < good.size(); at += step) {
        auto bad = good;
        auto const flip = at % 2 == 0 ? 1U << (random() % 8) : 1U + random() % 255;
        bad[at] = static_cast<char>(static_cast<unsigned char>(bad[at]) ^ flip);
        write_bytes(path, bad);
        INFO("byte " << at << " of " << good.size() << ", bits " << flip);
        ++tried;
        try {
            auto const after = read();
            if (after != before) FAIL("a wrong value was read");
        } catch (CorruptInput const&) {
            ++detected;
        }
    }
    write_bytes(path, good);
    CHECK(read() == before);
    // The rest is padding that nobody reads.
    CHECK(detected * 2 > tried);
}

// Cut the file at many lengths.
void cut_everywhere(std::filesystem::path const& path, std::function<std::uint64_t()> const& read) {
    auto const good = bytes_of(path);
    for (std::size_t length = 0; length < good.size(); length += 1 + good.size() / 200) {
        write_bytes(path, {good.begin(), good.begin() + static_cast<std::ptrdiff_t>(length)});
        INFO("cut to " << length << " bytes");
        CHECK_THROWS_AS(read(), CorruptInput);
    }
    write_bytes(path, good);
}

TEST_CASE("PartitionReader: sees every damaged byte that matters", "[store]") {
    ScratchFolder const store;
    auto const frequency = GENERATE(0.001, 0.5);
    auto const compression = GENERATE(Compression::automatic, Compression::none,
                                      Compression::deflate, Compression::zstd);
    PartitionFormat const format{.samples = 300, .fingerprint = 77, .block_variants = 32};
    auto const known = write_partition(store.path(), "1", format, 70, 9, frequency, compression);
    auto const read = [&] {
        return everything(PartitionReader{store.path(), known.entry, format});
    };

    damage_each_byte(store.path() / known.entry.file, read);
    cut_everywhere(store.path() / known.entry.file, read);
}

TEST_CASE("Cohort: sees every damaged byte that matters", "[store]") {
    ScratchFolder const store;
    auto index = make_index(make_samples(100), 32);
    index.partitions.push_back(write_partition(store.path(), "1", index.format(), 70, 9).entry);
    write_cohort_index(store.path(), index);
    auto const read = [&] { return everything(Cohort{store.path()}.index()); };

    damage_each_byte(store.path() / "cohort.h5", read);
    cut_everywhere(store.path() / "cohort.h5", read);
}

TEST_CASE("Cohort::read_table: sees every damaged byte that matters", "[store]") {
    ScratchFolder const store;
    auto const index = make_index(make_samples(100), 32);
    write_cohort_index(store.path(), index);
    write_table(store.path(), index, make_table("a", 100), ExistingTable::refuse);
    Cohort const cohort{store.path()};
    auto const read = [&] { return everything(cohort.read_table("a")); };

    damage_each_byte(store.path() / "tables/a.h5", read);
    cut_everywhere(store.path() / "tables/a.h5", read);
}

TEST_CASE("read_model: sees every damaged byte that matters", "[store]") {
    ScratchFolder const folder;
    auto const path = folder.path() / "a.h5";
    auto const variants = GENERATE(40, 3000);
    write_model(path, test::make_model(variants, make_samples(100)), ExistingFile::refuse);
    auto const read = [&] { return test::everything(read_model(path)); };

    damage_each_byte(path, read);
    cut_everywhere(path, read);
}

// Two traits: one of noise, as most of a real file is, and one that compresses well.
std::vector<TraitResults> noise_and_constants(std::int64_t variants) {
    std::mt19937_64 random{3};
    std::normal_distribution<double> normal;
    std::vector<TraitResults> all(2);
    for (std::int64_t v = 0; v < variants; ++v) {
        all[0].beta.push_back(normal(random));
        all[0].standard_error.push_back(static_cast<float>(normal(random)));
        all[0].neg_log10_p.push_back(static_cast<float>(normal(random)));
        all[0].status.push_back(v % 50 == 7 ? 1 : 0);
        all[0].samples.push_back(static_cast<std::int32_t>(90 + random() % 10));
        all[0].effect_allele_frequency.push_back(static_cast<float>(v % 5) / 8);
    }
    auto const count = static_cast<std::size_t>(variants);
    all[1] = {.beta = std::vector<double>(count, 0.25),
              .standard_error = std::vector<float>(count, 1.5F),
              .neg_log10_p = std::vector<float>(count, 1.5F),
              .status = std::vector<std::uint8_t>(count, 0),
              .samples = std::vector<std::int32_t>(count, 99),
              .effect_allele_frequency = std::vector<float>(count, 0.5F)};
    return all;
}

void write_damageable_results(std::filesystem::path const& path, std::int64_t variants) {
    test::write_results(path,
                        {.traits = {"a", "b"},
                         .statuses = {"ok", "bad"},
                         .model = "linear",
                         .covariates = "",
                         .missing_genotype = "mean",
                         .fingerprint = 5},
                        std::vector<test::ContigVariants>{{"1", make_variants(0, variants)}},
                        noise_and_constants(variants));
}

TEST_CASE("ResultReader: sees every damaged byte that matters", "[store]") {
    ScratchFolder const folder;
    auto const path = folder.path() / "results.h5";
    auto const variants = GENERATE(120, 1100);  // one row chunk; two, the second one padded
    write_damageable_results(path, variants);
    auto const read = [&] { return everything(ResultReader{path}); };

    damage_each_byte(path, read);
    cut_everywhere(path, read);
}

// How `write` ends in a process whose files may not grow past `limit` bytes.
int exit_code_with_file_limit(rlim_t limit, std::function<void()> const& write) {
    auto const child = ::fork();
    if (child == 0) {
        std::signal(SIGXFSZ, SIG_IGN);  // As on a full disk, writes fail and say why.
        rlimit const most{limit, limit};
        ::setrlimit(RLIMIT_FSIZE, &most);
        try {
            write();
        } catch (EnvironmentError const&) {
            std::exit(3);  // With HDF5's own clean-up at exit.
        } catch (...) {
            ::_exit(99);
        }
        std::exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST_CASE("writers: a full disk is the machine's refusal and leaves nothing behind", "[store]") {
    ScratchFolder const store;
    PartitionFormat const format{.samples = 3000, .fingerprint = 77, .block_variants = 32};
    auto const partition = [&] { write_partition(store.path(), "1", format, 200, 9, 0.5); };
    auto const table = [&] {
        write_table(store.path(), make_index(make_samples(3000), 32), make_table("a", 3000),
                    ExistingTable::refuse);
    };
    auto const cohort = [&] {
        write_cohort_index(store.path(), make_index(make_samples(3000), 32));
    };
    auto const results = [&] { write_damageable_results(store.path() / "results.h5", 1100); };
    auto const model = [&] {
        write_model(store.path() / "model.h5", test::make_model(500, make_samples(3000)),
                    ExistingFile::refuse);
    };
    auto const spool = [&] {
        ResultSpool columns{store.path() / "columns", {3000, 2}};
        for (std::int64_t row = 0; row < 3000; row += result_chunk_rows(3000, 2)) {
            test::write_chunk(columns, row, 0, noise_and_constants(3000), 2);
        }
    };
    auto const limit = GENERATE(rlim_t{0}, 100, 1000, 2500, 5000, 10'000, 100'000);

    CAPTURE(limit);
    auto const size_of = [&](char const* name) -> std::optional<std::uintmax_t> {
        auto const path = store.path() / name;
        if (!std::filesystem::exists(path)) return std::nullopt;
        return std::filesystem::file_size(path);
    };
    auto const check = [&](std::function<void()> const& write, char const* name) {
        CAPTURE(name);
        auto const code = exit_code_with_file_limit(limit, write);
        auto const size = size_of(name);
        CHECK(code == (size ? 0 : 3));
        CHECK((!size || *size <= limit));
    };
    check(partition, "genotypes/1-1.h5");
    check(table, "tables/a.h5");
    check(cohort, "cohort.h5");
    check(results, "results.h5");
    check(model, "model.h5");
    auto const spool_ends = exit_code_with_file_limit(limit, spool);
    CHECK(spool_ends == (limit < 50'000 ? 3 : 0));      // Some 45 kB.
    std::filesystem::remove(store.path() / "columns");  // What is whole of it, is of use.
    for (auto const& entry : std::filesystem::recursive_directory_iterator{store.path()}) {
        INFO(entry.path());
        CHECK((entry.is_directory() || entry.path().extension() == ".h5"));
    }
}

}  // namespace
}  // namespace maniple
