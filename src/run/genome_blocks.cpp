#include "maniple/run/genome_blocks.hpp"

#include <omp.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/genotype/kernels.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/block_reader.hpp"
#include "maniple/run/first_failure.hpp"
#include "maniple/run/genotype_pass.hpp"
#include "maniple/run/stop_request.hpp"

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

void GenomeBlocks::divide(std::span<std::int64_t const> kept, std::int64_t most) {
    std::size_t next = 0;
    for (std::size_t b = 0; b < chosen_.size(); ++b) {
        auto const& block = chosen_[b];
        auto const& contig = cohort_.index().partitions[block.partition].contig;
        for (std::int64_t i = 0; i < block.size(); ++i) {
            if (kept[next++] == 0) continue;
            if (contigs_.empty() || contigs_.back() != contig) {
                contigs_.push_back(contig);
                blocks_.emplace_back();
            } else if (std::ssize(blocks_.back().variants) == most) {
                blocks_.emplace_back();
            }
            auto& last = blocks_.back();
            last.contig = static_cast<std::int32_t>(contigs_.size() - 1);
            auto const row =
                block.every_row ? i : std::int64_t{block.rows[static_cast<std::size_t>(i)]};
            last.variants.push_back({static_cast<std::int32_t>(b), static_cast<std::int32_t>(row)});
            ++variants_;
        }
    }
}

bool GenomeBlocks::is_own(std::size_t block) const {
    return static_cast<int>(block % static_cast<std::size_t>(comm_.size())) == comm_.rank();
}

// One thread reads at a time, because HDF5 knows but one; the others inflate and compute.
void GenomeBlocks::each(Work const& work, Choice const& is_wanted) {
    FirstFailure failure;
    std::mutex reading;
    std::size_t next = 0;
    BlockReader reader{cohort_};
#pragma omp parallel num_threads(threads_)
    {
        auto const thread = omp_get_thread_num();
        std::vector<RawBlock> raw;
        failure.guard([&] {
            while (failure.get() == nullptr && !StopRequest::asked()) {
                std::size_t mine = 0;
                std::int32_t first = 0;
                std::int32_t count = 0;
                {
                    std::scoped_lock const lock{reading};
                    while (next < blocks_.size() &&
                           !(is_own(next) && (!is_wanted || is_wanted(next)))) {
                        ++next;
                    }
                    if (next == blocks_.size()) return;
                    mine = next++;
                    first = blocks_[mine].variants.front().block;
                    count = blocks_[mine].variants.back().block - first + 1;
                    if (std::ssize(raw) < count) raw.resize(static_cast<std::size_t>(count));
                    for (std::int32_t b = 0; b < count; ++b) {
                        auto const& block = chosen_[static_cast<std::size_t>(first + b)];
                        reader.read(block, raw[static_cast<std::size_t>(b)]);
                    }
                    reader.forget_before(chosen_[static_cast<std::size_t>(first)].partition);
                }
                for (std::int32_t b = 0; b < count; ++b) {
                    decode_block(raw[static_cast<std::size_t>(b)]);
                }
                auto const& variants = blocks_[mine].variants;
                PackedBlock genotypes{std::ssize(variants), cohort_.samples().size()};
                for (LocalVariantIndex v{0}; v.get() < genotypes.variants(); ++v) {
                    auto const [block, row] = variants[v.at()];
                    auto const from = raw[static_cast<std::size_t>(block - first)].view();
                    std::ranges::copy(from.row(LocalVariantIndex{row}), genotypes.row(v).begin());
                }
                work(thread, mine, genotypes.view());
            }
        });
    }
    agree(comm_, failure.get());
    if (comm_.max(StopRequest::asked() ? 1 : 0) == 1) StopRequest::throw_stopped();
}

}  // namespace maniple
