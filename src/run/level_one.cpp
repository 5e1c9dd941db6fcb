#include "level_one.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/error.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/stats/correlation.hpp"
#include "null_odds.hpp"
#include "share_out.hpp"

namespace maniple {
namespace {

constexpr int predictors_tag = 2;

// Of a fit, as its rank sends it; then come its coefficients and slices.
struct StackedHead {
    std::int64_t trait;
    std::int64_t chosen;
    double r_squared;
};

void append(std::span<std::byte const> bytes, mpi::Bytes& message) {
    message.insert(message.end(), bytes.begin(), bytes.end());
}

// Of a residual on the covariates and predictions, over samples that have it: of log odds too, so
// that traits can be compared. What covariates predict takes no part.
double measure(std::span<double const> residual, std::span<double const> predicted) {
    std::vector<double> observed;
    std::vector<double> expected;
    for (std::size_t s = 0; s < residual.size(); ++s) {
        if (std::isnan(residual[s])) continue;
        observed.push_back(residual[s]);
        expected.push_back(predicted[s]);
    }
    return squared_correlation(observed, expected);
}

}  // namespace

LevelOne::LevelOne(WholeGenomeRequest const& request, BaseTraits const& traits,
                   GenomeBlocks const& blocks, LevelZeroPredictors& predictors,
                   std::int64_t at_once, mpi::Communicator const& comm)
    : request_{request},
      traits_{traits},
      blocks_{blocks},
      predictors_{predictors},
      comm_{comm},
      most_traits_{comm.size() * at_once} {
    for (auto const& block : blocks.blocks()) {
        contigs_.insert(contigs_.end(), request.heritabilities.size(), block.contig);
    }
}

std::vector<StackedTrait> LevelOne::stack(std::int64_t first, std::int64_t last) {
    // Whoever cannot read its own says so before anybody waits for them.
    together(comm_, [&] {
        for (auto t = first; t < last; ++t) predictors_.of_trait(t);
    });
    std::vector<mpi::PendingSend> sent;
    send_others(first, last, sent);
    std::vector<std::int64_t> own;
    for (auto t = first; t < last; ++t) {
        if (is_own(t)) own.push_back(t);
    }
    std::vector<MatrixView<float const>> matrices;
    if (rooms_.size() < own.size()) rooms_.resize(own.size());
    for (std::size_t i = 0; i < own.size(); ++i) matrices.push_back(collect(own[i], rooms_[i]));

    std::vector<StackedFit> fits(own.size());
    share_out(std::ssize(own), request_.threads, comm_, [&](int, std::int64_t place) {
        auto const i = static_cast<std::size_t>(place);
        fits[i] = fit(own[i], matrices[i]);
    });
    for (auto t : own) predictors_.release(t);
    mpi::Bytes message;
    for (std::size_t i = 0; i < own.size(); ++i) pack(own[i], fits[i], message);
    fits.clear();
    return unpack(comm_.gather(message));
}

void LevelOne::send_others(std::int64_t first, std::int64_t last,
                           std::vector<mpi::PendingSend>& sent) {
    for (auto t = first; t < last; ++t) {
        if (is_own(t)) continue;
        auto const matrix = predictors_.of_trait(t);
        mpi::Bytes bytes;
        append(std::as_bytes(std::span{matrix.data(),
                                       static_cast<std::size_t>(matrix.rows() * matrix.columns())}),
               bytes);
        predictors_.release(t);
        sent.push_back(comm_.send(std::move(bytes), owner_of(t), predictors_tag));
    }
}

// columns x samples of one trait; where there is one rank, they are in their place already.
MatrixView<float const> LevelOne::collect(std::int64_t trait, AlignedBuffer<float>& room) const {
    if (comm_.size() == 1) return predictors_.of_trait(trait);
    if (room.size() == 0) room = AlignedBuffer<float>{columns() * samples()};
    MatrixView<float> const all{room.data(), columns(), samples()};
    for (int rank = 0; rank < comm_.size(); ++rank) {
        if (rank == comm_.rank()) {
            place(rank, predictors_.of_trait(trait), all);
            continue;
        }
        auto const bytes = comm_.receive(rank, predictors_tag);
        auto const row = static_cast<std::size_t>(samples()) * sizeof(float);
        place(rank,
              {reinterpret_cast<float const*>(bytes.data()),
               static_cast<std::int64_t>(bytes.size() / row), samples()},
              all);
    }
    return all;
}

// A rank's blocks are every so-manieth.
void LevelOne::place(int rank, MatrixView<float const> from, MatrixView<float> to) const {
    auto const steps = std::ssize(request_.heritabilities);
    std::int64_t next = 0;
    for (auto b = std::int64_t{rank}; b * steps < columns(); b += comm_.size()) {
        for (std::int64_t h = 0; h < steps; ++h) {
            std::ranges::copy(from.row(next++), to.row(b * steps + h).begin());
        }
    }
}

StackedFit LevelOne::fit(std::int64_t trait, MatrixView<float const> predictors) const {
    auto const t = static_cast<std::size_t>(trait);
    auto const& residual = traits_.residuals[t];
    auto folds = traits_.folds;
    std::vector<double> scaled(residual.size());
    for (std::size_t s = 0; s < residual.size(); ++s) {
        if (std::isnan(residual[s])) {
            folds[s] = -1;
        } else {
            scaled[s] = residual[s] / traits_.scales[t];
        }
    }
    bool const is_binary = traits_.outcomes[t] == Outcome::binary;
    auto const penalties =
        stacked_penalties(traits_.outcomes[t], columns(), request_.heritabilities);
    StackedData const data{.predictors = predictors,
                           .contigs = contigs_,
                           .folds = folds,
                           .fold_count = request_.folds,
                           .penalties = penalties};
    auto fitted = is_binary ? fit_stacked_logistic(data, traits_.is_case[t],
                                                   fit_null_odds(traits_, t).log_odds)
                            : fit_stacked_ridge(data, scaled);
    if (fitted.status == FitStatus::ok) return fitted;
    throw UserError{
        fmt::format("trait '{}' cannot be predicted from the whole genome ({}); leave it out{}",
                    traits_.names[t], to_string(fitted.status),
                    is_binary && !for_scores() ? ", or take --model linear" : "")};
}

void LevelOne::pack(std::int64_t trait, StackedFit const& fit, mpi::Bytes& message) const {
    auto const& residual = traits_.residuals[static_cast<std::size_t>(trait)];
    // What points the wrong way is worth nothing.
    StackedHead const head{trait, fit.chosen, fit.slope > 0 ? measure(residual, fit.whole) : 0};
    append(std::as_bytes(std::span{&head, 1}), message);
    if (for_scores()) append(std::as_bytes(std::span{fit.coefficients}), message);
    auto const add = [&](std::span<double const> slice) {
        std::vector<float> narrow;
        for (std::size_t s = 0; s < slice.size(); ++s) {
            narrow.push_back(std::isnan(residual[s]) ? std::numeric_limits<float>::quiet_NaN()
                                                     : static_cast<float>(fit.slope * slice[s]));
        }
        append(std::as_bytes(std::span{narrow}), message);
    };
    for (std::int64_t c = 0; c + 1 < slices(); ++c) add(fit.loco_of(c));
    add(fit.whole);
}

std::vector<StackedTrait> LevelOne::unpack(std::vector<mpi::Bytes> const& messages) const {
    auto const values = static_cast<std::size_t>(slices() * samples());
    auto const coefficients = static_cast<std::size_t>(for_scores() ? columns() : 0);
    std::vector<StackedTrait> all;
    for (auto const& message : messages) {
        auto const* next = message.data();
        auto const take = [&](void* to, std::size_t bytes) {
            std::memcpy(to, next, bytes);
            next += bytes;
        };
        while (next != message.data() + message.size()) {
            StackedHead head{};
            take(&head, sizeof head);
            auto& found =
                all.emplace_back(StackedTrait{.trait = head.trait,
                                              .chosen = head.chosen,
                                              .r_squared = head.r_squared,
                                              .slices = std::vector<float>(values),
                                              .coefficients = std::vector<double>(coefficients)});
            if (coefficients > 0) take(found.coefficients.data(), coefficients * sizeof(double));
            take(found.slices.data(), values * sizeof(float));
        }
    }
    std::ranges::sort(all, {}, &StackedTrait::trait);
    return all;
}

}  // namespace maniple
