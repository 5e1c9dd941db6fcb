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
    for (auto const& variant : reader.variants()) {
        sum.add_values(std::span{&variant.position, 1});
        sum.add(variant.id);
        sum.add(variant.reference);
        sum.add(variant.alternate);
    }
    sum.add_values(reader.missing());
    sum.add_values(reader.alternate_count());
    RawBlock raw;
    PackedBlock decoded{1, 1};
    for (std::int64_t b = 0; b < reader.blocks(); ++b) {
        reader.read_block(b, raw);
        decode_block(raw, decoded);
        sum.add_values(decoded.view().words());
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
    for (auto const& contig : reader.contigs()) sum.add(contig);
    sum.add_values(reader.variant_contig());
    for (auto const& variant : reader.variants()) sum.add(variant.id + "/" + variant.alternate);
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
    // Common variants are stored as they are, rare ones deflated.
    auto const frequency = GENERATE(0.01, 0.5);
    PartitionFormat const format{.samples = 300, .fingerprint = 77, .block_variants = 32};
    auto const known = write_partition(store.path(), "1", format, 70, 9, frequency);
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

TEST_CASE("ResultReader: sees every damaged byte that matters", "[store]") {
    ScratchFolder const folder;
    auto const path = folder.path() / "results.h5";
    std::vector<double> const beta(200, 0.25);
    std::vector<float> const other(200, 1.5F);
    std::vector<std::uint8_t> const status(200, 0);
    std::vector<std::int32_t> const samples(200, 99);
    std::vector<ResultRows> const rows(2, {.beta = beta,
                                           .standard_error = other,
                                           .neg_log10_p = other,
                                           .status = status,
                                           .samples = samples,
                                           .effect_allele_frequency = other});
    ResultWriter writer{path,
                        {.traits = {"a", "b"},
                         .statuses = {"ok"},
                         .model = "linear",
                         .covariates = "",
                         .missing_genotype = "mean",
                         .fingerprint = 5,
                         .variants = 200}};
    writer.append("1", make_variants(0, 200), rows);
    writer.finish();
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
    for (auto const& entry : std::filesystem::recursive_directory_iterator{store.path()}) {
        INFO(entry.path());
        CHECK((entry.is_directory() || entry.path().extension() == ".h5"));
    }
}

}  // namespace
}  // namespace maniple
