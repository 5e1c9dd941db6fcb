#include "maniple/run/doctor.hpp"

#include <cstring>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "maniple/mpi/session.hpp"
#include "maniple/run/doctor_findings.hpp"
#include "maniple/run/library_versions.hpp"

namespace maniple {
namespace {

std::vector<RankFacts> gather_facts(std::filesystem::path const& folder,
                                    mpi::Communicator const& comm) {
    auto const own = probe_rank(folder, comm);
    std::vector<RankFacts> all;
    for (auto const& bytes : comm.gather(std::as_bytes(std::span{&own, 1}))) {
        RankFacts facts;
        std::memcpy(static_cast<void*>(&facts), bytes.data(), sizeof facts);
        all.push_back(facts);
    }
    return all;
}

Finding examine_libraries() {
    std::string state;
    for (auto const& library : library_versions()) {
        state += fmt::format("{}{} {}", state.empty() ? "" : ", ", library.name, library.version);
    }
    return {Health::ok, "libraries", state, ""};
}

}  // namespace

Findings examine(DoctorPlan const& plan, mpi::Communicator const& comm) {
    auto const ranks = gather_facts(plan.folder, comm);
    if (!comm.is_root()) return {};
    auto const lost = mpi::find_lost_ranks(mpi::process_environment, comm.size(),
                                           mpi::Session::linked_implementation());
    Findings findings{examine_mpi(plan.mpi, lost, ranks), examine_program(ranks)};
    auto const add = [&](Findings more) {
        std::move(more.begin(), more.end(), std::back_inserter(findings));
    };
    add(examine_threads(ranks));
    add({examine_binding(ranks), examine_processor(ranks), examine_libraries()});
    add(examine_folder(plan.folder, ranks));
    add({examine_locks(plan.folder, ranks)});
    add(examine_memory(ranks));
    add(examine_clocks(ranks));
    add({examine_slurm(slurm_facts(mpi::process_environment), ranks)});
    return findings;
}

char const* to_string(Health health) {
    switch (health) {
        case Health::ok:
            return "ok";
        case Health::warning:
            return "warn";
        case Health::failure:
            return "fail";
    }
    return "";
}

std::string describe_json(Findings const& findings) {
    using Json = nlohmann::ordered_json;
    auto all = Json::array();
    for (auto const& finding : findings) {
        all.push_back({{"health", to_string(finding.health)},
                       {"subject", finding.subject},
                       {"state", finding.state},
                       {"advice", finding.advice}});
    }
    // Paths need not be UTF-8; JSON must be.
    return Json{{"findings", std::move(all)}}.dump(2, ' ', false, Json::error_handler_t::replace) +
           '\n';
}

}  // namespace maniple
