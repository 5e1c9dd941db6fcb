#include "fit_record.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/checksum.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/version.hpp"
#include "maniple/run/json_file.hpp"
#include "maniple/run/text_file.hpp"

namespace maniple {

using Json = nlohmann::ordered_json;

std::string problem_name(FitProblem const& problem) {
    switch (problem.kind) {
        case FitProblem::Kind::path:
            return "path";
        case FitProblem::Kind::fold:
            return fmt::format("fold_{}", problem.fold + 1);
        case FitProblem::Kind::final:
            break;
    }
    return "final";
}

char const* performance_name(Outcome outcome) {
    switch (outcome) {
        case Outcome::binary:
            return "AUC";
        case Outcome::time_to_event:
            return "C-index";
        case Outcome::quantitative:
        case Outcome::unknown:
            break;
    }
    return "R^2";
}

std::string number_or_na(double value) {
    return std::isnan(value) ? "NA" : fmt::format("{}", value);
}

Json number_or_null(double value) { return std::isnan(value) ? Json{} : Json(value); }

namespace {

void remove_tables_but(std::vector<std::string_view> const& written,
                       std::filesystem::path const& folder) {
    for (auto table : report_tables) {
        if (std::ranges::find(written, table) != written.end()) continue;
        std::error_code error;
        std::filesystem::remove(folder / table, error);
        if (!error) continue;
        throw EnvironmentError{fmt::format(
            "'{}' of an earlier fit cannot be removed ({}); check permissions of the folder",
            (folder / table).string(), error.message())};
    }
}

Json facts_of(FitPlan const& plan) {
    auto facts = Json::object();
    for (auto const& [name, value] : plan.facts()) facts[name] = value;
    return facts;
}

}  // namespace

bool is_fit_record_of(std::filesystem::path const& folder, FitPlan const& plan) {
    auto const text = read_whole_text(folder / "fit.json");
    if (!text) return false;
    try {
        auto const json = parse_json(*text);
        return json.is_object() && json.value("model", Json{}) == Json(plan.request().name) &&
               json.value("plan", Json{}) == facts_of(plan);
    } catch (std::invalid_argument const&) {
        return false;
    }
}

void write_fit_record(std::filesystem::path const& folder, FitPlan const& plan, FitWork work,
                      RunRecord const& record) {
    remove_tables_but(work.tables, folder);
    auto ranks = Json::array();
    for (auto const& rank : record.ranks) ranks.push_back(Json::parse(rank));
    Json const json{{"program", "maniple"},
                    {"version", program_version},
                    {"command", "fit"},
                    {"model", plan.request().name},
                    {"plan", facts_of(plan)},
                    {"split_fingerprint", to_hex(plan.split_fingerprint())},
                    {"variants", plan.variants() - work.filtered},
                    {"passes", work.passes},
                    {"traits", std::move(work.traits)},
                    {"started", record.started},
                    {"finished", record.finished},
                    {"seconds", record.seconds},
                    {"mpi", record.mpi},
                    {"ranks", ranks}};
    replace_text(folder / "fit.json",
                 json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n');
}

}  // namespace maniple
