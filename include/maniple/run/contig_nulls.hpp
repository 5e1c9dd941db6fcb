/// \file  The null models of a scan's contigs, made while it goes on.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "maniple/model/offset_binary_null.hpp"
#include "maniple/model/offset_null.hpp"
#include "maniple/run/predictor_source.hpp"
#include "maniple/run/scan_models.hpp"

namespace maniple {

/// Predictions of a batch's traits without one contig: traits x samples, in the order of
/// UnitLayout's rows.
struct ContigOffsets {
    std::size_t contig = 0;
    std::vector<float> values;
};

/// Where a batch's offsets are read, one contig at a time.
class OffsetReader {
public:
    /// \param predictors  position in the source of each trait of the batch, in order; prepared.
    /// \param source, models  outlive this object.
    /// \pre  predictions of linear models' traits are no log odds, and those of logistic ones'
    ///       nothing else, where they say what they are
    OffsetReader(PredictorSource const& source, std::span<std::size_t const> predictors,
                 ScanModels const& models);

    /// \throws CorruptInput, also where a sample of a trait has no prediction.
    std::shared_ptr<ContigOffsets const> read(std::size_t contig) const;

    std::size_t contigs() const { return source_->contigs().size(); }
    std::string const& contig_name(std::size_t contig) const { return source_->contigs()[contig]; }
    std::vector<double> const& scales() const { return scales_; }  ///< Per linear trait.

private:
    void append(std::string const& trait, SampleMask const& mask, std::size_t contig,
                ContigOffsets& offsets) const;

    PredictorSource const* source_;
    std::vector<std::size_t> predictors_;  // Per row of the layout.
    ScanModels const* models_;
    std::vector<double> scales_;
};

/// The null models for each contig: those without offsets where there are none, else those of one
/// of at most two contigs that are in memory. Threads that come for a contig's models before they
/// are there make them together. A model depends on its contig alone, not on when and by whom it is
/// made.
class ContigNulls {
public:
    /// \param plain  without offsets; outlives this object.
    ContigNulls(ScanModels const& plain, std::optional<OffsetReader> offsets, int threads);

    /// Contigs whose models are in memory at a time. \param contigs  that have offsets.
    static std::int64_t most_models(std::int64_t contigs, int threads);

    /// What `lease` will need for a contig; nothing where there are no offsets. For the thread that
    /// reads files. \throws CorruptInput.
    std::shared_ptr<ContigOffsets const> read(std::size_t contig);

    /// Models while they are in use.
    class Lease {
    public:
        Lease(Lease&& other) noexcept;
        Lease& operator=(Lease&&) = delete;
        ~Lease();
        LinearNull const& linear() const { return *linear_; }
        EventNull const* events() const { return events_; }  ///< None: no trait has one.

    private:
        friend class ContigNulls;
        Lease(ContigNulls* owner, std::size_t slot, LinearNull const& linear,
              EventNull const* events)
            : owner_{owner}, slot_{slot}, linear_{&linear}, events_{events} {}
        ContigNulls* owner_;  // None for models without offsets.
        std::size_t slot_;
        LinearNull const* linear_;
        EventNull const* events_;
    };

    /// The models of a contig; waits while those in memory are others' and in use.
    /// \param offsets  that `read` gave for it.
    /// \throws UserError where an offset leaves nothing of a trait, or no logistic model fits.
    /// Threads: any, each with one lease at a time.
    Lease lease(std::shared_ptr<ContigOffsets const> const& offsets);

private:
    struct Slot {
        std::int64_t parts() const;

        std::optional<std::size_t> contig;
        std::unique_ptr<OffsetNull> linear;
        std::unique_ptr<OffsetBinaryNull> binary;      // None where no trait has one.
        std::shared_ptr<ContigOffsets const> offsets;  // While they are made.
        std::int64_t next_part = 0;
        std::int64_t parts_left = 0;
        std::int64_t users = 0;
        bool is_ready = false;
        std::exception_ptr failure;
    };

    Slot* find(std::size_t contig);
    Slot* find_free();
    void make(std::unique_lock<std::mutex>& lock, Slot& slot);
    void fit_next(std::unique_lock<std::mutex>& lock, Slot& slot);
    void fit_part(Slot& slot, std::int64_t part, ContigOffsets const& offsets) const;
    void finish(Slot& slot) const;
    void release(std::size_t slot);

    ScanModels const& plain_;
    std::optional<OffsetReader> offsets_;
    std::shared_ptr<ContigOffsets const> last_read_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Slot> slots_;
};

}  // namespace maniple
