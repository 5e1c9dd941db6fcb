#include "scan_passes.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/error.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/contig_nulls.hpp"
#include "maniple/run/progress.hpp"
#include "maniple/run/scan_batch.hpp"
#include "maniple/run/stop_request.hpp"

namespace maniple {
namespace {

class ScanRun {
public:
    /// \param output  on the root. Collective.
    ScanRun(ScanPlan& plan, ScanOutput* output, mpi::Communicator const& comm, Log& log)
        : plan_{plan},
          output_{output},
          comm_{comm},
          log_{log},
          units_{plan.blocks(), plan.unit_rows(), plan.piece_rows()},
          labels_{plan.trait_labels()} {
        take_up();
    }

    /// Collective.
    std::vector<TraitSummary> run() {
        auto const batches = plan_.units().size() > 0 ? plan_.batches().size() : 0;
        for (std::size_t b = 0; b < batches; ++b) {
            if (std::cmp_less(b, batches_done_)) {
                ScanTally tally{plan_.batches()[b].size()};
                together(comm_, [&] { count(b, plan_.rows().size(), tally); });
                add_summaries(b, tally);
                continue;
            }
            if (batches > 1) log_.note(fmt::format("batch {} of {}", b + 1, batches));
            pass(b, std::cmp_equal(b, batches_done_) ? rows_done_ : 0);
        }
        return std::move(summaries_);
    }

private:
    // What an interrupted run left. The root knows; all must plan alike.
    void take_up() {
        std::vector<std::int64_t> found;
        if (output_ != nullptr) {
            auto const begun = output_->begun();
            found = {begun.first.get(), begun.last.get(), output_->rows_begun()};
            for (auto const& traits : output_->complete()) found.push_back(traits.last.get());
        }
        auto const sent = std::as_bytes(std::span{found});
        auto const bytes = comm_.broadcast({sent.begin(), sent.end()});
        found.resize(bytes.size() / sizeof(std::int64_t));
        std::memcpy(found.data(), bytes.data(), bytes.size());

        Range<TraitIndex> const begun{TraitIndex{found[0]}, TraitIndex{found[1]}};
        std::vector<Range<TraitIndex>> complete;
        for (auto const last : std::span{found}.subspan(3)) {
            complete.push_back(
                {complete.empty() ? TraitIndex{0} : complete.back().last, TraitIndex{last}});
        }
        together(comm_, [&] { plan_.go_on_after(complete, begun); });
        batches_done_ = std::ssize(complete);
        bool const fits = batches_done_ < std::ssize(plan_.batches()) &&
                          plan_.batches()[complete.size()] == begun;
        if (fits) rows_done_ = found[2];
        together(comm_, [&] {
            if (!fits && output_ != nullptr) output_->drop_begun();
        });
        tell_found(begun.size() > 0 && !fits);
    }

    void tell_found(bool is_dropped) {
        auto const batches = std::ssize(plan_.batches());
        if (batches_done_ > 0 || rows_done_ > 0) {
            auto const variants = fmt::format("{} of {} variants", rows_done_, plan_.rows().size());
            auto const done = batches_done_ == batches ? std::string{"all tests"}
                              : batches == 1           ? variants
                                             : fmt::format("{} of {} batches and {} of the next",
                                                           batches_done_, batches, variants);
            log_.note(fmt::format("an interrupted run is taken up: {} were done by then", done));
        }
        if (is_dropped) {
            log_.note(
                "the batch that an interrupted run had begun takes more memory than there is now "
                "(--memory): it is done again, in smaller ones");
        }
    }

    // What is there of a batch; on the root. Of a shard's results nobody is told before the merge.
    void count(std::size_t batch, std::int64_t rows, ScanTally& tally) const {
        if (output_ != nullptr && !plan_.request().shard)
            output_->count(plan_.batches()[batch], rows, tally);
    }

    void add_summaries(std::size_t batch, ScanTally const& tally) {
        auto const traits = plan_.batches()[batch];
        for (auto t = traits.first; t != traits.last; ++t) {
            summaries_.push_back(
                summarize(plan_, labels_[t.at()], t, tally, TraitIndex{t - traits.first}));
        }
    }

    // \param done  how many rows are there.
    void pass(std::size_t batch, std::int64_t done) {
        auto const units =
            Range<UnitIndex>{plan_.units().first + done / units_.unit_rows(), plan_.units().last};
        auto const traits = plan_.batches()[batch];
        std::optional<ScanModels> models;
        std::optional<ContigNulls> nulls;
        together(comm_, [&] {
            StopRequest::check();
            models.emplace(plan_.fit(batch));
            nulls.emplace(*models, plan_.offsets(batch, *models), plan_.request().threads);
        });
        ScanTally tally{traits.size()};
        together(comm_, [&] { count(batch, done, tally); });
        Progress progress{"variants", plan_.rows().size(), log_};
        auto const sink = [&](std::int64_t unit, BlockReader& reader, EncodedUnit const& encoded) {
            output_->take(units_, unit, reader, encoded, models->layout, traits.first);
        };
        scan_batch(plan_, units_, *models, *nulls, units, comm_, sink, tally, progress);
        tally.merge(comm_);
        add_summaries(batch, tally);
    }

    ScanPlan& plan_;
    ScanOutput* output_;  // None but on the root.
    mpi::Communicator const& comm_;
    Log& log_;
    ScanUnits units_;
    std::vector<std::string> labels_;
    std::int64_t batches_done_ = 0;  // By an interrupted run,
    std::int64_t rows_done_ = 0;     // and of the next.
    std::vector<TraitSummary> summaries_;
};

}  // namespace

std::vector<TraitSummary> scan_in_passes(ScanPlan& plan, ScanOutput* output,
                                         mpi::Communicator const& comm, Log& log) {
    try {
        return ScanRun{plan, output, comm, log}.run();
    } catch (...) {
        try {
            if (output) output->seal();
        } catch (Error const&) {
            // What was sealed before is still there; the first failure is told.
        }
        throw;
    }
}

}  // namespace maniple
