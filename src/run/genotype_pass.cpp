#include "maniple/run/genotype_pass.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <utility>

#include "maniple/core/contract.hpp"
#include "share_out.hpp"

namespace maniple {
namespace {

// The chosen rows side by side; the block itself where all are chosen.
PackedView choose_rows(ChosenBlock const& block, PackedView genotypes, PackedBlock& room) {
    if (block.every_row) return genotypes;
    room = PackedBlock{block.size(), genotypes.samples()};
    for (std::int64_t r = 0; r < block.size(); ++r) {
        auto const row = genotypes.row(LocalVariantIndex{block.rows[static_cast<std::size_t>(r)]});
        std::ranges::copy(row, room.row(LocalVariantIndex{r}).begin());
    }
    return room.view();
}

}  // namespace

GenotypePasses::GenotypePasses(Cohort const& cohort, std::vector<ChosenBlock> const& blocks,
                               mpi::Communicator const& comm, int threads)
    : cohort_{cohort}, blocks_{blocks}, comm_{comm}, threads_{threads}, first_{0}, reader_{cohort} {
    for (auto const& block : blocks) {
        first_.push_back(first_.back() + block.size());
        most_ = std::max(most_, block.size());
    }
}

bool GenotypePasses::is_own(std::size_t block) const {
    return static_cast<int>(block % static_cast<std::size_t>(comm_.size())) == comm_.rank();
}

std::span<GlobalVariantIndex const> GenotypePasses::inside(
    std::size_t block, std::span<GlobalVariantIndex const> variants) const {
    auto const begin = std::ranges::lower_bound(variants, GlobalVariantIndex{first_[block]});
    auto const end =
        std::ranges::lower_bound(begin, variants.end(), GlobalVariantIndex{first_[block + 1]});
    return {begin, end};
}

std::vector<std::size_t> GenotypePasses::blocks_with(
    std::span<GlobalVariantIndex const> variants) const {
    std::vector<std::size_t> chosen;
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
        if (!inside(b, variants).empty()) chosen.push_back(b);
    }
    return chosen;
}

void GenotypePasses::each_block(Work const& work) {
    std::vector<std::size_t> own;
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
        if (is_own(b)) own.push_back(b);
    }
    each(own, work);
}

void GenotypePasses::each_block_with(std::span<GlobalVariantIndex const> variants,
                                     Work const& work) {
    expect(std::ranges::is_sorted(variants), "variants ascend");

    auto blocks = blocks_with(variants);
    std::erase_if(blocks, [&](std::size_t block) { return !is_own(block); });
    each(blocks, work);
}

// One thread reads at a time, because HDF5 knows but one; the others inflate and compute.
void GenotypePasses::each(std::vector<std::size_t> const& blocks, Work const& work) {
    std::mutex reading;
    std::vector<RawBlock> raw(static_cast<std::size_t>(threads_));
    share_out(std::ssize(blocks), threads_, comm_, [&](int thread, std::int64_t place) {
        auto const mine = blocks[static_cast<std::size_t>(place)];
        auto& own = raw[static_cast<std::size_t>(thread)];
        {
            std::scoped_lock const lock{reading};
            reader_.read(blocks_[mine], own);
        }
        PackedBlock room{0, cohort_.samples().size()};
        work(thread, GlobalVariantIndex{first_[mine]},
             choose_rows(blocks_[mine], decode_block(own), room));
    });
}

PackedBlock GenotypePasses::collect(std::span<GlobalVariantIndex const> variants) {
    auto const samples = cohort_.samples().size();
    auto const stride = static_cast<std::size_t>(packed_stride(samples));
    // Rows of this rank lie in the order of its blocks, so that everybody knows whose row is where.
    PackedBlock all{std::ssize(variants), samples};
    each_block_with(variants, [&](int, GlobalVariantIndex first, PackedView genotypes) {
        auto const end = first + genotypes.variants();
        for (auto v = std::ranges::lower_bound(variants, first); v != variants.end() && *v < end;
             ++v) {
            std::ranges::copy(genotypes.row(LocalVariantIndex{*v - first}),
                              all.row(LocalVariantIndex{v - variants.begin()}).begin());
        }
    });
    if (comm_.size() == 1) return all;

    auto const rows_of = [&](int rank) {
        std::vector<std::size_t> rows;
        for (auto block : blocks_with(variants)) {
            if (static_cast<int>(block % static_cast<std::size_t>(comm_.size())) != rank) continue;
            for (auto const& v : inside(block, variants)) {
                rows.push_back(static_cast<std::size_t>(&v - variants.data()));
            }
        }
        return rows;
    };
    auto const words = std::as_writable_bytes(all.words());
    mpi::Bytes own;
    for (auto row : rows_of(comm_.rank())) {
        auto const bytes = words.subspan(row * stride, stride);
        own.insert(own.end(), bytes.begin(), bytes.end());
    }
    auto const gathered = comm_.gather(own);
    for (std::size_t rank = 0; rank < gathered.size(); ++rank) {
        auto const rows = rows_of(static_cast<int>(rank));
        expect(gathered[rank].size() == rows.size() * stride, "a rank sends its own rows");
        for (std::size_t r = 0; r < rows.size(); ++r) {
            std::memcpy(words.data() + rows[r] * stride, gathered[rank].data() + r * stride,
                        stride);
        }
    }
    auto const shared = comm_.broadcast(mpi::Bytes(words.begin(), words.end()));
    std::ranges::copy(shared, words.begin());
    return all;
}

std::vector<PlacedVariant> GenotypePasses::names(std::span<GlobalVariantIndex const> variants) {
    expect(std::ranges::is_sorted(variants), "variants ascend");

    std::vector<PlacedVariant> named;
    for (auto block : blocks_with(variants)) {
        auto const all = reader_.variants(blocks_[block]);
        auto const& contig = cohort_.index().partitions[blocks_[block].partition].contig;
        for (auto v : inside(block, variants)) {
            named.push_back({.contig = contig,
                             .variant = all[static_cast<std::size_t>(v.get() - first_[block])]});
        }
    }
    return named;
}

}  // namespace maniple
