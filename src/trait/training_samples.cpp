#include "maniple/trait/training_samples.hpp"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "maniple/core/checksum.hpp"
#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

std::uint64_t hash_id(std::uint64_t key, std::string_view id) {
    Checksum sum;
    sum.add_values(std::span<std::uint64_t const>{&key, 1});
    sum.add(id);
    return sum.value();
}

}  // namespace

TrainingSamples describe_training(Samples const& samples, std::vector<bool> is_used) {
    expect(std::ssize(is_used) == samples.size(), "every sample is used or not");

    TrainingSamples training{
        .fingerprint = fingerprint(samples), .is_used = {}, .key = 0, .hashed_ids = {}};
    // Equal models have equal bytes: the key follows from the samples, it is not drawn.
    Checksum key;
    key.add("training samples");
    for (std::size_t s = 0; s < is_used.size(); ++s) {
        if (is_used[s]) key.add(samples.ids[s]);
    }
    training.key = key.value();
    for (std::size_t s = 0; s < is_used.size(); ++s) {
        if (is_used[s]) training.hashed_ids.push_back(hash_id(training.key, samples.ids[s]));
    }
    std::ranges::sort(training.hashed_ids);
    training.is_used = std::move(is_used);
    return training;
}

std::vector<bool> find_trained(Samples const& samples, TrainingSamples const& training) {
    if (training.is_known() && fingerprint(samples) == training.fingerprint) {
        expect(std::ssize(training.is_used) == samples.size(), "every sample is used or not");
        return training.is_used;
    }
    std::vector<bool> found;
    found.reserve(samples.ids.size());
    for (auto const& id : samples.ids) {
        found.push_back(std::ranges::binary_search(training.hashed_ids, hash_id(training.key, id)));
    }
    return found;
}

void add_trained(Samples const& samples, std::vector<bool> const& is_used,
                 TrainingSamples& training) {
    expect(std::ssize(is_used) == samples.size(), "every sample is used or not");

    bool const here = training.is_known() && fingerprint(samples) == training.fingerprint;
    // Whom the model was trained on stays unknown, where it was.
    if (training.key == 0) training.key = describe_training(samples, is_used).key;
    for (std::size_t s = 0; s < is_used.size(); ++s) {
        if (!is_used[s] || (here && training.is_used[s])) continue;
        if (here) training.is_used[s] = true;
        training.hashed_ids.push_back(hash_id(training.key, samples.ids[s]));
    }
    std::ranges::sort(training.hashed_ids);
    auto const last = std::unique(training.hashed_ids.begin(), training.hashed_ids.end());
    training.hashed_ids.erase(last, training.hashed_ids.end());
}

}  // namespace maniple
