#include "maniple/run/contig_nulls.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"

namespace maniple {

OffsetReader::OffsetReader(PredictorSource const& source, std::span<std::size_t const> predictors,
                           ScanModels const& models)
    : source_{&source}, models_{&models} {
    auto const& layout = models.layout;
    expect(std::ssize(predictors) == layout.traits(), "every trait has a predictor");

    for (std::int64_t row = 0; row < layout.traits(); ++row) {
        predictors_.push_back(predictors[layout.trait_of_row(row).at()]);
        auto const how = source.how(predictors_.back());
        if (row >= layout.linear_traits()) {
            expect(how.unit != PredictionUnit::residual_sd, "predictions are log odds");
            continue;
        }
        expect(how.unit != PredictionUnit::log_odds, "predictions are of linear models");
        auto const& null = models.linear;
        scales_.push_back(
            std::isnan(how.scale)
                ? OffsetNull::residual_scale(null, null.traits()[static_cast<std::size_t>(row)])
                : how.scale);
    }
}

std::shared_ptr<ContigOffsets const> OffsetReader::read(std::size_t contig) const {
    auto offsets = std::make_shared<ContigOffsets>();
    offsets->contig = contig;
    offsets->values.reserve(predictors_.size() *
                            static_cast<std::size_t>(models_->linear.samples()));
    for (auto const& trait : models_->linear.traits()) {
        append(trait.name, models_->linear.pattern(trait.pattern).mask, contig, *offsets);
    }
    if (models_->events) {
        for (auto const& trait : models_->events->traits()) {
            append(trait.name, models_->events->pattern(trait.pattern).mask, contig, *offsets);
        }
    }
    return offsets;
}

void OffsetReader::append(std::string const& trait, SampleMask const& mask, std::size_t contig,
                          ContigOffsets& offsets) const {
    auto const row = offsets.values.size() / static_cast<std::size_t>(mask.samples());
    auto const values = source_->read(predictors_[row], contig);
    mask.for_each([&](SampleIndex s) {
        if (std::isfinite(values[s.at()])) return;
        throw CorruptInput{fmt::format(
            "'{}' is damaged (a sample with a prediction for trait '{}' has none without contig "
            "'{}'); make the predictors again",
            source_->file().string(), trait, contig_name(contig))};
    });
    offsets.values.insert(offsets.values.end(), values.begin(), values.end());
}

std::int64_t ContigNulls::Slot::parts() const {
    return linear->parts() + (binary ? binary->parts() : 0);
}

ContigNulls::ContigNulls(ScanModels const& plain, std::optional<OffsetReader> offsets, int threads)
    : plain_{plain}, offsets_{std::move(offsets)} {
    if (!offsets_) return;
    auto const contigs = most_models(static_cast<std::int64_t>(offsets_->contigs()), threads);
    slots_.resize(static_cast<std::size_t>(contigs));
    for (auto& slot : slots_) {
        slot.linear = std::make_unique<OffsetNull>(plain.linear);
        if (!plain.events) continue;
        slot.binary = std::make_unique<OffsetBinaryNull>(*plain.events, plain.linear.covariates());
    }
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
    : owner_{std::exchange(other.owner_, nullptr)},
      slot_{other.slot_},
      linear_{other.linear_},
      events_{other.events_} {}

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

    if (!offsets) {
        return {nullptr, 0, plain_.linear, plain_.events ? &*plain_.events : nullptr};
    }
    std::unique_lock lock{mutex_};
    auto* slot = find(offsets->contig);
    while (slot == nullptr) {
        slot = find_free();
        if (slot != nullptr) {
            slot->contig = offsets->contig;
            slot->offsets = offsets;
            slot->next_part = 0;
            slot->parts_left = slot->parts();
            slot->is_ready = false;
            break;
        }
        changed_.wait(lock);
        slot = find(offsets->contig);
    }
    ++slot->users;
    auto const place = static_cast<std::size_t>(slot - slots_.data());
    Lease lease{this, place, slot->linear->null(), slot->binary ? &slot->binary->null() : nullptr};
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
    while (slot.next_part < slot.parts() && !slot.failure) fit_next(lock, slot);
    changed_.wait(lock, [&] { return slot.is_ready || slot.failure; });
    if (slot.failure) std::rethrow_exception(slot.failure);
}

// The last one finishes the models. What fails is everybody's failure.
void ContigNulls::fit_next(std::unique_lock<std::mutex>& lock, Slot& slot) {
    auto const part = slot.next_part++;
    auto const offsets = slot.offsets;
    auto const guard = [&](auto work) {
        lock.unlock();
        std::exception_ptr failure;
        try {
            work();
        } catch (...) {
            failure = std::current_exception();
        }
        lock.lock();
        if (failure) slot.failure = failure;
    };
    guard([&] { fit_part(slot, part, *offsets); });
    if (--slot.parts_left == 0 && !slot.failure) {
        guard([&] { finish(slot); });
        slot.is_ready = !slot.failure;
        slot.offsets.reset();
    }
    changed_.notify_all();
}

// Logistic models take longest, and so come first.
void ContigNulls::fit_part(Slot& slot, std::int64_t part, ContigOffsets const& offsets) const {
    auto const samples = plain_.linear.samples();
    auto const linear = std::ssize(plain_.linear.traits());
    if (slot.binary && part < slot.binary->parts()) {
        slot.binary->fit_part(part, {offsets.values.data() + linear * samples,
                                     std::ssize(plain_.events->traits()), samples});
        return;
    }
    slot.linear->fit_part(part - (slot.binary ? slot.binary->parts() : 0),
                          {{offsets.values.data(), linear, samples}, offsets_->scales()});
}

void ContigNulls::finish(Slot& slot) const {
    auto const contig = offsets_->contig_name(*slot.contig);
    auto const nothing_left = slot.linear->finish();
    if (!nothing_left.empty()) {
        throw UserError{fmt::format(
            "trait '{}' less its prediction without contig '{}' does not vary, or by numbers that "
            "results cannot hold (is the trait itself in the predictors?); leave the trait out of "
            "--trait",
            nothing_left, contig)};
    }
    if (!slot.binary) return;
    auto const problem = slot.binary->finish();
    if (problem.empty()) return;
    throw UserError{fmt::format("with its predictions without contig '{}', {}", contig, problem)};
}

}  // namespace maniple
