#include "maniple/run/genome_blocks.hpp"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/genotype/allele_match.hpp"
#include "maniple/genotype/kernels.hpp"
#include "maniple/run/block_reader.hpp"
#include "maniple/run/genotype_pass.hpp"
#include "maniple/run/stop_request.hpp"
#include "share_out.hpp"

namespace maniple {
namespace {

bool varies(GenotypeCounts const& counts) {
    auto const called = counts.called();
    return counts.reference != called && counts.heterozygous != called &&
           counts.alternate != called;
}

// 1 for each chosen variant that is kept, on every rank.
std::vector<std::int64_t> find_kept(GenotypePasses& passes, VariantFilter const& filter,
                                    SampleMask const& base) {
    std::vector<std::int64_t> kept(static_cast<std::size_t>(passes.variants()));
    passes.each_block([&](int, GlobalVariantIndex first, PackedView genotypes) {
        for (LocalVariantIndex v{0}; v.get() < genotypes.variants(); ++v) {
            auto const row = genotypes.row(v);
            auto const counts = kernels().count(row.data(), base.words().data(), std::ssize(row));
            bool const passed = apply_filter(filter, counts) == TestStatus::ok;
            kept[first.at() + v.at()] = passed && varies(counts) ? 1 : 0;
        }
    });
    passes.comm().sum(kept);
    return kept;
}

}  // namespace

GenomeBlocks::GenomeBlocks(Cohort const& cohort, std::vector<ChosenBlock> const& chosen,
                           VariantFilter const& filter, SampleMask const& base, std::int64_t most,
                           mpi::Communicator const& comm, int threads)
    : cohort_{cohort}, chosen_{chosen}, comm_{comm}, threads_{threads} {
    expect(most > 0, "a block has variants");

    GenotypePasses passes{cohort, chosen, comm, threads};
    divide(find_kept(passes, filter, base), most);
    if (blocks_.empty()) {
        throw UserError{fmt::format(
            "whole-genome regression: none of {} variants varies and passes the filters; relax "
            "these (of scans: --whole-genome-min-maf and its like), or choose other variants",
            passes.variants())};
    }
}

// A store may come back to a contig, or spell it in another way: it was imported in parts.
void GenomeBlocks::divide(std::span<std::int64_t const> kept, std::int64_t most) {
    std::vector<std::string> names;  // Canonical ones.
    std::vector<std::vector<GenomeBlock>> of_contigs;
    std::size_t next = 0;
    for (std::size_t b = 0; b < chosen_.size(); ++b) {
        auto const& block = chosen_[b];
        auto const& contig = cohort_.index().partitions[block.partition].contig;
        auto const known = std::ranges::find(names, canonical_contig(contig));
        auto const c = static_cast<std::size_t>(known - names.begin());
        for (std::int64_t i = 0; i < block.size(); ++i) {
            if (kept[next++] == 0) continue;
            if (c == names.size()) {
                names.push_back(canonical_contig(contig));
                contigs_.push_back(contig);
                of_contigs.emplace_back();
            }
            auto& own = of_contigs[c];
            if (own.empty() || std::ssize(own.back().variants) == most) {
                own.push_back({.contig = static_cast<std::int32_t>(c), .variants = {}});
            }
            auto const row =
                block.every_row ? i : std::int64_t{block.rows[static_cast<std::size_t>(i)]};
            own.back().variants.push_back(
                {static_cast<std::int32_t>(b), static_cast<std::int32_t>(row)});
            ++variants_;
        }
    }
    for (auto& own : of_contigs) std::ranges::move(own, std::back_inserter(blocks_));
}

bool GenomeBlocks::is_own(std::size_t block) const {
    return static_cast<int>(block % static_cast<std::size_t>(comm_.size())) == comm_.rank();
}

// One thread reads at a time, because HDF5 knows but one; the others inflate and compute. A block's
// variants may be few among those of many blocks of the store, which are not held together.
void GenomeBlocks::each(Work const& work, Choice const& is_wanted) {
    std::vector<std::size_t> wanted;
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
        if (is_own(b) && (!is_wanted || is_wanted(b))) wanted.push_back(b);
    }
    std::mutex reading;
    BlockReader reader{cohort_};
    std::vector<RawBlock> raw(static_cast<std::size_t>(threads_));
    share_out(std::ssize(wanted), threads_, comm_, [&](int thread, std::int64_t place) {
        if (StopRequest::asked()) return;
        auto const mine = wanted[static_cast<std::size_t>(place)];
        auto const& variants = blocks_[mine].variants;
        auto& own = raw[static_cast<std::size_t>(thread)];
        PackedBlock genotypes{std::ssize(variants), cohort_.samples().size()};
        for (LocalVariantIndex v{0}; v.get() < genotypes.variants();) {
            auto const stored = variants[v.at()].block;
            auto const& block = chosen_[static_cast<std::size_t>(stored)];
            {
                std::scoped_lock const lock{reading};
                if (v.get() == 0) reader.forget_before(block.partition);
                reader.read(block, own);
            }
            auto const from = decode_block(own);
            for (; v.get() < genotypes.variants() && variants[v.at()].block == stored; ++v) {
                std::ranges::copy(from.row(LocalVariantIndex{variants[v.at()].row}),
                                  genotypes.row(v).begin());
            }
        }
        work(thread, mine, genotypes.view());
    });
    if (comm_.max(StopRequest::asked() ? 1 : 0) == 1) StopRequest::throw_stopped();
}

}  // namespace maniple
