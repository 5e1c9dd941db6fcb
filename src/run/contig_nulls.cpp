#include "maniple/run/contig_nulls.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"

namespace maniple {

OffsetReader::OffsetReader(PredictorSource const& source, std::vector<std::size_t> predictors,
                           LinearNull const& null)
    : source_{&source}, predictors_{std::move(predictors)}, null_{&null} {
    expect(predictors_.size() == null.traits().size(), "every trait has a predictor");
    expect(std::ranges::none_of(predictors_,
                                [&](std::size_t predictor) {
                                    return source.how(predictor).unit == PredictionUnit::log_odds;
                                }),
           "predictions are of linear models");

    for (std::size_t t = 0; t < predictors_.size(); ++t) {
        auto const scale = source.how(predictors_[t]).scale;
        scales_.push_back(std::isnan(scale) ? OffsetNull::residual_scale(null, null.traits()[t])
                                            : scale);
    }
}

std::shared_ptr<ContigOffsets const> OffsetReader::read(std::size_t contig) const {
    auto const samples = static_cast<std::size_t>(null_->samples());
    auto offsets = std::make_shared<ContigOffsets>();
    offsets->contig = contig;
    offsets->values.reserve(predictors_.size() * samples);
    for (std::size_t t = 0; t < predictors_.size(); ++t) {
        auto const values = source_->read(predictors_[t], contig);
        auto const& trait = null_->traits()[t];
        null_->pattern(trait.pattern).mask.for_each([&](SampleIndex s) {
            if (std::isfinite(values[s.at()])) return;
            throw CorruptInput{fmt::format(
                "'{}' is damaged (a sample with a prediction for trait '{}' has none without "
                "contig '{}'); make the predictors again",
                source_->file().string(), trait.name, contig_name(contig))};
        });
        offsets->values.insert(offsets->values.end(), values.begin(), values.end());
    }
    return offsets;
}

ContigNulls::ContigNulls(LinearNull const& plain, std::optional<OffsetReader> offsets, int threads)
    : plain_{plain}, offsets_{std::move(offsets)} {
    if (!offsets_) return;
    auto const models = most_models(static_cast<std::int64_t>(offsets_->contigs()), threads);
    slots_.resize(static_cast<std::size_t>(models));
    for (auto& slot : slots_) slot.model = std::make_unique<OffsetNull>(plain);
}

std::int64_t ContigNulls::most_models(std::int64_t contigs, int threads) {
    return std::min<std::int64_t>(contigs, threads > 1 ? 2 : 1);
}

std::shared_ptr<ContigOffsets const> ContigNulls::read(std::size_t contig) {
    if (!offsets_) return {};
    if (!last_read_ || last_read_->contig != contig) {
        last_read_.reset();
        last_read_ = offsets_->read(contig);
    }
    return last_read_;
}

ContigNulls::Lease::Lease(Lease&& other) noexcept
    : owner_{std::exchange(other.owner_, nullptr)}, slot_{other.slot_}, null_{other.null_} {}

ContigNulls::Lease::~Lease() {
    if (owner_ != nullptr) owner_->release(slot_);
}

void ContigNulls::release(std::size_t slot) {
    std::scoped_lock const lock{mutex_};
    --slots_[slot].users;
    changed_.notify_all();
}

ContigNulls::Slot* ContigNulls::find(std::size_t contig) {
    auto const found = std::ranges::find(slots_, std::optional{contig}, &Slot::contig);
    return found == slots_.end() ? nullptr : &*found;
}

// Contigs come in order, but for threads that overtake each other: the earliest is done with first.
ContigNulls::Slot* ContigNulls::find_free() {
    Slot* free = nullptr;
    for (auto& slot : slots_) {
        if (slot.users == 0 && (free == nullptr || slot.contig < free->contig)) free = &slot;
    }
    return free;
}

ContigNulls::Lease ContigNulls::lease(std::shared_ptr<ContigOffsets const> const& offsets) {
    expect(static_cast<bool>(offsets) == offsets_.has_value(), "offsets come with a source");

    if (!offsets) return {nullptr, 0, plain_};
    std::unique_lock lock{mutex_};
    auto* slot = find(offsets->contig);
    while (slot == nullptr) {
        slot = find_free();
        if (slot != nullptr) {
            slot->contig = offsets->contig;
            slot->offsets = offsets;
            slot->next_part = 0;
            slot->parts_left = slot->model->parts();
            slot->is_ready = false;
            break;
        }
        changed_.wait(lock);
        slot = find(offsets->contig);
    }
    ++slot->users;
    auto const place = static_cast<std::size_t>(slot - slots_.data());
    Lease lease{this, place, slot->model->null()};
    if (!slot->is_ready) {
        try {
            make(lock, *slot);
        } catch (...) {
            lock.unlock();  // Before the lease takes it.
            throw;
        }
    }
    lock.unlock();
    return lease;
}

void ContigNulls::make(std::unique_lock<std::mutex>& lock, Slot& slot) {
    while (slot.next_part < slot.model->parts() && !slot.failure) fit_next(lock, slot);
    changed_.wait(lock, [&] { return slot.is_ready || slot.failure; });
    if (slot.failure) std::rethrow_exception(slot.failure);
}

// The last one finishes the model. What fails is everybody's failure.
void ContigNulls::fit_next(std::unique_lock<std::mutex>& lock, Slot& slot) {
    auto const part = slot.next_part++;
    auto const offsets = slot.offsets;
    lock.unlock();
    std::exception_ptr failure;
    try {
        slot.model->fit_part(
            part, {{offsets->values.data(), std::ssize(plain_.traits()), plain_.samples()},
                   offsets_->scales()});
    } catch (...) {
        failure = std::current_exception();
    }
    lock.lock();
    if (failure) slot.failure = failure;
    if (--slot.parts_left == 0 && !slot.failure) {
        lock.unlock();
        failure = finish(slot);
        lock.lock();
        slot.failure = failure;
        slot.is_ready = !failure;
        slot.offsets.reset();
    }
    changed_.notify_all();
}

std::exception_ptr ContigNulls::finish(Slot& slot) const {
    try {
        auto const trait = slot.model->finish();
        if (trait.empty()) return {};
        throw UserError{fmt::format(
            "trait '{}' less its prediction without contig '{}' does not vary, or by numbers that "
            "results cannot hold (is the trait itself in the predictors?); leave the trait out of "
            "--trait",
            trait, offsets_->contig_name(*slot.contig))};
    } catch (...) {
        return std::current_exception();
    }
}

}  // namespace maniple
