/// \file  Work that an interrupted command left, and the plan that it belongs to.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "maniple/mpi/communicator.hpp"

namespace maniple {

/// What decides an outcome, as names and values to compare two plans by. Names that begin with --
/// are options, whose values people understand; others are checksums.
using PlanFacts = std::vector<std::pair<std::string, std::string>>;

/// How people are told of work that another plan, or damage, makes useless.
struct KeptWork {
    std::string name;         ///< "fit of this model"
    std::string alternative;  ///< "choose another --name"
};

/// Some state on disk, in one step, with the plan that it belongs to.
/// \throws EnvironmentError.
void keep_state(std::filesystem::path const& file, PlanFacts const& facts,
                std::span<std::byte const> state);
/// The same for a state in several parts, which are written one after the other.
void keep_parts(std::filesystem::path const& file, PlanFacts const& facts,
                std::vector<std::span<std::byte const>> const& state);

/// What `keep_state` kept for this plan; nothing where there is no file.
/// \throws UserError where the plan was another one, naming what differs; CorruptInput;
/// EnvironmentError.
std::optional<mpi::Bytes> find_state(std::filesystem::path const& file, PlanFacts const& facts,
                                     KeptWork const& work);

/// What `keep_state` kept, of whatever plan. \throws CorruptInput; EnvironmentError.
struct KeptState {
    PlanFacts facts;
    mpi::Bytes state;
};
KeptState read_state(std::filesystem::path const& file, KeptWork const& work);

/// What differs between two plans, for people: "--trait was 'a' and is 'b'"; names of facts alone
/// where their values say nothing. Empty: the plans are the same.
std::vector<std::string> differences(PlanFacts const& then, PlanFacts const& now);

/// The message of a file whose bytes are not what was kept.
[[noreturn]] void throw_damaged(std::filesystem::path const& file, KeptWork const& work);

}  // namespace maniple
