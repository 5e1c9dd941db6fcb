/// \file  How far an ingest has come, on disk; private to run.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "block_assembler.hpp"
#include "maniple/run/kept_state.hpp"
#include "maniple/store/partition.hpp"

namespace maniple {

/// Partitions that are finished, and where the next one begins.
struct IngestState {
    struct Partition {
        PartitionEntry entry;
        std::size_t source = 0;  ///< That it is of.
    };
    std::vector<Partition> partitions;
    PartitionStart next;
};

/// A file beside the partitions. It holds what `keep` was given last, the plan, and the stamps of
/// the sources.
class IngestJournal {
public:
    /// \param facts  the plan, but for its sources. \param store  for messages.
    IngestJournal(std::filesystem::path file, std::filesystem::path store, PlanFacts facts,
                  std::vector<GenotypeSource*> const& sources);

    /// Can any of it be of use later? Not where a source is no file.
    bool is_of_use() const { return is_of_use_; }

    /// What an interrupted ingest kept; nothing where there was none. Sources that it had read must
    /// be what they were; the one that it was reading may have changed and begins anew then, as the
    /// log is told: its partitions are not in the state. Those behind it may be others.
    /// \throws UserError where plan or sources differ, naming what does; CorruptInput;
    /// EnvironmentError.
    std::optional<IngestState> find(Log& log) const;
    /// \pre is_of_use() \throws EnvironmentError.
    void keep(IngestState const& state) const;
    std::filesystem::path const& file() const { return file_; }

private:
    struct Sources {
        std::vector<std::string> names;
        std::vector<std::string> stamps;
    };

    void require_same_sources(Sources const& then, IngestState& state, Log& log) const;
    KeptWork work() const;

    std::filesystem::path file_;
    std::filesystem::path store_;
    PlanFacts facts_;
    Sources sources_;
    bool is_of_use_ = true;
};

}  // namespace maniple
