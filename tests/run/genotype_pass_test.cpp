#include "maniple/run/genotype_pass.hpp"

#include <atomic>
#include <mutex>
#include <stdexcept>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "run/scratch_cohort.hpp"

namespace maniple {
namespace {

ChosenBlock some_rows(ChosenBlock block, std::vector<std::int32_t> rows) {
    block.every_row = false;
    block.rows = std::move(rows);
    return block;
}

// The store's blocks, two of them in part.
std::vector<ChosenBlock> chosen_blocks(Cohort const& cohort) {
    Log log{Speaker::silent};
    auto blocks = choose_variants(cohort, {}, log);
    blocks[1] = some_rows(blocks[1], {0, 3, 7});
    blocks.back() = some_rows(blocks.back(), {0});
    return blocks;
}

// Rows of all chosen variants, read block by block.
std::vector<std::vector<std::uint64_t>> rows_of(Cohort const& cohort,
                                                std::vector<ChosenBlock> const& blocks) {
    std::vector<std::vector<std::uint64_t>> rows;
    for (auto const& block : blocks) {
        auto const partition = cohort.open_partition(block.partition);
        RawBlock raw;
        partition.read_block(block.block, raw);
        auto const view = decode_block(raw);
        for (std::int64_t r = 0; r < block.size(); ++r) {
            auto const row = view.row(
                LocalVariantIndex{block.every_row ? r : block.rows[static_cast<std::size_t>(r)]});
            rows.emplace_back(row.begin(), row.end());
        }
    }
    return rows;
}

TEST_CASE("GenotypePasses: each chosen variant once, with any number of threads") {
    test::ScratchCohort const scratch;
    auto const cohort = scratch.open();
    auto const blocks = chosen_blocks(cohort);
    auto const expected = rows_of(cohort, blocks);
    for (int threads : {1, 2, 5}) {
        GenotypePasses passes{cohort, blocks, mpi::Communicator::alone(), threads};
        REQUIRE(passes.variants() == std::ssize(expected));
        std::vector<int> seen(expected.size());
        std::mutex guard;
        passes.each_block([&](int thread, GlobalVariantIndex first, PackedView genotypes) {
            std::scoped_lock const lock{guard};
            CHECK(thread < threads);
            CHECK(genotypes.variants() <= passes.most_block_variants());
            for (LocalVariantIndex v{0}; v.get() < genotypes.variants(); ++v) {
                auto const place = static_cast<std::size_t>(first.get() + v.get());
                ++seen[place];
                auto const row = genotypes.row(v);
                CHECK(std::vector<std::uint64_t>(row.begin(), row.end()) == expected[place]);
            }
        });
        CHECK(seen == std::vector<int>(expected.size(), 1));
    }
}

TEST_CASE("GenotypePasses: collects rows and names of some variants") {
    test::ScratchCohort const scratch;
    auto const cohort = scratch.open();
    auto const blocks = chosen_blocks(cohort);
    auto const expected = rows_of(cohort, blocks);
    GenotypePasses passes{cohort, blocks, mpi::Communicator::alone(), 2};
    std::vector<GlobalVariantIndex> wanted;
    for (auto v : {std::int64_t{0}, std::int64_t{9}, std::int64_t{10}, passes.variants() - 1}) {
        wanted.emplace_back(v);
    }
    auto const rows = passes.collect(wanted);
    for (std::size_t v = 0; v < wanted.size(); ++v) {
        auto const row = rows.view().row(LocalVariantIndex{static_cast<std::int64_t>(v)});
        CHECK(std::vector<std::uint64_t>(row.begin(), row.end()) == expected[wanted[v].at()]);
    }
    auto const names = passes.names(wanted);
    REQUIRE(names.size() == 4);
    CHECK(names[0].contig == "1");
    CHECK(names[0].variant == scratch.variants(0)[0]);
    CHECK(names[1].variant == scratch.variants(0)[8 + 3]);
    CHECK(names[2].variant == scratch.variants(0)[8 + 7]);
    CHECK(names[3].contig == "chr2");
    CHECK(names[3].variant == scratch.variants(1)[8]);
    CHECK(passes.collect({}).variants() == 0);
    std::vector<GlobalVariantIndex> const wrong{wanted[1], wanted[0]};
    CHECK_THROWS_AS(passes.collect(wrong), ContractViolation);
}

TEST_CASE("GenotypePasses: what work throws ends the pass") {
    test::ScratchCohort const scratch;
    auto const cohort = scratch.open();
    auto const blocks = chosen_blocks(cohort);
    GenotypePasses passes{cohort, blocks, mpi::Communicator::alone(), 2};
    CHECK_THROWS_AS(passes.each_block(
                        [](int, GlobalVariantIndex, PackedView) { throw std::runtime_error{""}; }),
                    std::runtime_error);
}

}  // namespace
}  // namespace maniple
