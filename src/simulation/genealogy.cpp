#include "maniple/simulation/genealogy.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

constexpr std::size_t run_length = 32;
constexpr double forever = std::numeric_limits<double>::infinity();

template <class T>
constexpr std::size_t at(T position) {
    return static_cast<std::size_t>(position);
}

}  // namespace

Genealogy::Genealogy(std::int64_t groups, std::int64_t founders_per_group, double divergence,
                     RandomStream stream)
    : groups_{groups},
      founders_{groups * founders_per_group},
      per_group_{founders_per_group},
      divergence_{groups == 1 ? 0 : divergence},
      stream_{stream} {
    expect(groups >= 1, "founders belong to a group");
    expect(founders_per_group >= 2, "a tree has at least two leaves");
    expect(divergence >= 0, "groups diverged in the past");

    auto const nodes = at(2 * founders_ - 1);
    parent_.assign(nodes, none);
    children_.assign(nodes, {none, none});
    time_.assign(nodes, 0);
    population_.resize(nodes);
    length_.assign(nodes, 0);
    length_sums_.assign(nodes / run_length + 1, 0);
    meetings_.resize(at(groups + 1));

    auto next = static_cast<Node>(founders_);
    std::vector<Node> survivors;
    for (std::int64_t group = 0; group < groups; ++group) {
        std::vector<Node> lineages(at(per_group_));
        std::iota(lineages.begin(), lineages.end(), static_cast<Node>(group * per_group_));
        for (Node leaf : lineages) population_[at(leaf)] = static_cast<std::int32_t>(group);
        coalesce_group(lineages, group, 0, divergence_, next);
        survivors.insert(survivors.end(), lineages.begin(), lineages.end());
    }
    coalesce_group(survivors, ancestral(), divergence_, forever, next);
    root_ = survivors.front();
    for (Node node = 0; node < static_cast<Node>(nodes); ++node) update_length(node);
    until_recombination_ = stream_.exponential();
}

void Genealogy::coalesce_group(std::vector<Node>& lineages, std::int64_t population, double start,
                               double end, Node& next) {
    double time = start;
    while (lineages.size() > 1) {
        auto const count = static_cast<double>(lineages.size());
        time += stream_.exponential() / (count * (count - 1) / 2);
        if (time >= end) return;
        auto& children = children_[at(next)];
        for (auto& child : children) {
            auto const chosen = stream_.below(lineages.size());
            child = lineages[chosen];
            lineages[chosen] = lineages.back();
            lineages.pop_back();
            parent_[at(child)] = next;
        }
        time_[at(next)] = time;
        population_[at(next)] = static_cast<std::int32_t>(population);
        meetings_[at(population)].push_back(time);
        lineages.push_back(next++);
    }
}

double Genealogy::high(Node node) const {
    return parent_[at(node)] == none ? forever : time_[at(parent_[at(node)])];
}

std::int64_t Genealogy::population_at(Node node, double time) const {
    return time >= divergence_ ? ancestral() : population_[at(node)];
}

double Genealogy::total_length() const {
    return std::accumulate(length_sums_.begin(), length_sums_.end(), 0.0);
}

// Sums are made anew, not adjusted: no drift along a chromosome.
void Genealogy::update_length(Node node) {
    length_[at(node)] = node == root_ ? 0 : high(node) - time_[at(node)];
    auto const run = at(node) / run_length;
    auto const first = run * run_length;
    auto const last = std::min(first + run_length, length_.size());
    double sum = 0;
    for (auto i = first; i < last; ++i) sum += length_[i];
    length_sums_[run] = sum;
}

Genealogy::Branch Genealogy::random_point(RandomStream& stream) const {
    double left = stream.uniform() * total_length();
    std::size_t run = 0;
    while (run + 1 < length_sums_.size() && left >= length_sums_[run]) left -= length_sums_[run++];
    auto node = run * run_length;
    auto const last = std::min(node + run_length, length_.size()) - 1;
    while (node < last && left >= length_[node]) left -= length_[node++];
    // Rounding can lead past the last branch of a run, or onto the root, which has none above it.
    if (static_cast<Node>(node) == root_) node = at(children_[node][0]);
    return {static_cast<Node>(node), time_[node] + std::min(left, length_[node])};
}

void Genealogy::advance(double distance) {
    while (true) {
        double const length = total_length();
        if (until_recombination_ > distance * length) {
            until_recombination_ -= distance * length;
            return;
        }
        distance -= until_recombination_ / length;
        until_recombination_ = stream_.exponential();
        recombine();
    }
}

void Genealogy::recombine() {
    auto const cut = random_point(stream_);
    auto const floating = cut.below;
    auto const parent = parent_[at(floating)];
    detach(floating);
    auto const landing = float_up(population_at(floating, cut.time), cut.time);
    attach(floating, pick_lineage(landing, floating, parent), landing);
}

// The parent of the floating branch leaves the tree too and waits to be used by `attach`.
void Genealogy::detach(Node floating) {
    auto const parent = parent_[at(floating)];
    auto const above = parent_[at(parent)];
    auto const& pair = children_[at(parent)];
    auto const sibling = pair[0] == floating ? pair[1] : pair[0];
    parent_[at(sibling)] = above;
    if (above == none) {
        root_ = sibling;
    } else {
        auto& children = children_[at(above)];
        children[children[0] == parent ? 0 : 1] = sibling;
    }
    auto& times = meetings_[at(population_[at(parent)])];
    times.erase(std::ranges::lower_bound(times, time_[at(parent)]));
    update_length(sibling);
}

Genealogy::Landing Genealogy::float_up(std::int64_t population, double start) {
    double time = start;
    while (true) {
        auto const& times = meetings_[at(population)];
        auto next = std::ranges::upper_bound(times, time);
        auto const met = next - times.begin();
        std::int64_t lineages = per_group_ - 1 - met;
        if (population == ancestral()) {
            lineages = founders_ - 1 - met;
            for (std::int64_t g = 0; g < groups_; ++g) lineages -= std::ssize(meetings_[at(g)]);
        }
        double left = stream_.exponential();
        double const end = population == ancestral() ? forever : divergence_;
        while (time < end) {
            double const until = std::min(end, next == times.end() ? forever : *next);
            auto const rate = static_cast<double>(lineages);
            if (rate > 0 && left < rate * (until - time)) {
                return {time + left / rate, population, lineages};
            }
            if (rate > 0) left -= rate * (until - time);
            time = until;
            if (next != times.end() && time == *next) {
                ++next;
                --lineages;
            }
        }
        population = ancestral();
    }
}

Genealogy::Node Genealogy::pick_lineage(Landing const& landing, Node floating,
                                        Node floating_parent) {
    auto left = stream_.below(at(landing.lineages));
    auto const nodes = static_cast<Node>(time_.size());
    bool const anywhere = landing.population == ancestral();
    for (Node node = 0; node < nodes; ++node) {
        if (time_[at(node)] > landing.time || node == floating || node == floating_parent) continue;
        if (!anywhere && population_[at(node)] != landing.population) continue;
        if (high(node) <= landing.time) continue;
        if (left-- == 0) return node;
    }
    // A landing at the very time of a node can miscount by one: the root's line is always there.
    return root_;
}

void Genealogy::attach(Node floating, Node target, Landing const& landing) {
    auto const joint = parent_[at(floating)];
    auto const above = parent_[at(target)];
    children_[at(joint)] = {floating, target};
    parent_[at(joint)] = above;
    parent_[at(target)] = joint;
    time_[at(joint)] = std::max(landing.time, time_[at(target)]);
    population_[at(joint)] = static_cast<std::int32_t>(landing.population);
    if (above == none) {
        root_ = joint;
    } else {
        auto& children = children_[at(above)];
        children[children[0] == target ? 0 : 1] = joint;
    }
    auto& times = meetings_[at(landing.population)];
    times.insert(std::ranges::upper_bound(times, time_[at(joint)]), time_[at(joint)]);
    for (Node node : {floating, target, joint}) update_length(node);
}

void Genealogy::drop_mutation(RandomStream& stream, std::vector<FounderIndex>& carriers) const {
    carriers.clear();
    std::vector<Node> open{random_point(stream).below};
    while (!open.empty()) {
        auto const node = open.back();
        open.pop_back();
        if (node < founders_) {
            carriers.emplace_back(node);
        } else {
            open.insert(open.end(), children_[at(node)].begin(), children_[at(node)].end());
        }
    }
}

double Genealogy::coalescence_time(FounderIndex a, FounderIndex b) const {
    expect(a.get() < founders_ && b.get() < founders_, "founders are leaves of the tree");
    auto x = static_cast<Node>(a.get()), y = static_cast<Node>(b.get());
    while (x != y) {
        auto& younger = time_[at(x)] < time_[at(y)] ? x : y;
        younger = parent_[at(younger)];
    }
    return time_[at(x)];
}

}  // namespace maniple
