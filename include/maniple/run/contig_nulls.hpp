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

#include "maniple/model/linear_null.hpp"
#include "maniple/model/offset_null.hpp"
#include "maniple/run/predictor_source.hpp"

namespace maniple {

/// Predictions of a batch's traits without one contig: traits x samples.
struct ContigOffsets {
    std::size_t contig = 0;
    std::vector<float> values;
};

/// Where a batch's offsets are read, one contig at a time.
class OffsetReader {
public:
    /// \param predictors  position in the source of each trait of `null`, prepared.
    /// \param source, null  outlive this object. \pre no prediction is log odds
    OffsetReader(PredictorSource const& source, std::vector<std::size_t> predictors,
                 LinearNull const& null);

    /// \throws CorruptInput, also where a sample of a trait has no prediction.
    std::shared_ptr<ContigOffsets const> read(std::size_t contig) const;

    std::size_t contigs() const { return source_->contigs().size(); }
    std::string const& contig_name(std::size_t contig) const { return source_->contigs()[contig]; }
    std::vector<double> const& scales() const { return scales_; }  ///< Per trait of the null model.

private:
    PredictorSource const* source_;
    std::vector<std::size_t> predictors_;
    LinearNull const* null_;
    std::vector<double> scales_;
};

/// The null model for each contig: that without offsets where there are none, else one of at most
/// two that are in memory. Threads that come for a contig's model before it is there make it
/// together. A model depends on its contig alone, not on when and by whom it is made.
class ContigNulls {
public:
    /// \param plain  without offsets; outlives this object.
    ContigNulls(LinearNull const& plain, std::optional<OffsetReader> offsets, int threads);

    /// Models in memory at a time. \param contigs  that have offsets.
    static std::int64_t most_models(std::int64_t contigs, int threads);

    LinearNull const& plain() const { return plain_; }

    /// What `lease` will need for a contig; nothing where there are no offsets. For the thread that
    /// reads files. \throws CorruptInput.
    std::shared_ptr<ContigOffsets const> read(std::size_t contig);

    /// A model while it is in use.
    class Lease {
    public:
        Lease(Lease&& other) noexcept;
        Lease& operator=(Lease&&) = delete;
        ~Lease();
        LinearNull const& null() const { return *null_; }

    private:
        friend class ContigNulls;
        Lease(ContigNulls* owner, std::size_t slot, LinearNull const& null)
            : owner_{owner}, slot_{slot}, null_{&null} {}
        ContigNulls* owner_;  // None for the model without offsets.
        std::size_t slot_;
        LinearNull const* null_;
    };

    /// The model of a contig; waits while those in memory are others' and in use.
    /// \param offsets  that `read` gave for it.
    /// \throws UserError where an offset leaves nothing of a trait.
    /// Threads: any, each with one lease at a time.
    Lease lease(std::shared_ptr<ContigOffsets const> const& offsets);

private:
    struct Slot {
        std::optional<std::size_t> contig;
        std::unique_ptr<OffsetNull> model;
        std::shared_ptr<ContigOffsets const> offsets;  // While it is made.
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
    std::exception_ptr finish(Slot& slot) const;
    void release(std::size_t slot);

    LinearNull const& plain_;
    std::optional<OffsetReader> offsets_;
    std::shared_ptr<ContigOffsets const> last_read_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Slot> slots_;
};

}  // namespace maniple
