#include "maniple/run/kept_state.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "cbor.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/durable_file.hpp"
#include "maniple/core/error.hpp"

namespace maniple {
namespace {

using Json = nlohmann::json;

constexpr int kept_version = 2;

/// What a file begins with; then come the plan and the state, as they are.
struct KeptHead {
    std::uint64_t checksum;  // Of all that follows it.
    std::uint64_t plan_bytes;
};

std::uint64_t checksum_of(std::uint64_t plan_bytes, std::span<std::byte const> plan,
                          std::vector<std::span<std::byte const>> const& state) {
    Checksum sum;
    sum.add_values(std::span<std::uint64_t const>{&plan_bytes, 1});
    sum.add(plan);
    for (auto part : state) sum.add(part);
    return sum.value();
}

mpi::Bytes read_whole(std::filesystem::path const& file) {
    std::ifstream in{file, std::ios::binary};
    std::error_code error;
    auto const size = std::filesystem::file_size(file, error);
    mpi::Bytes bytes(error ? 0 : size);
    in.read(reinterpret_cast<char*>(bytes.data()), std::ssize(bytes));
    if (!in || error) {
        throw EnvironmentError{fmt::format(
            "checkpoint '{}' cannot be read (permission or disk); check it", file.string())};
    }
    return bytes;
}

// As to_hex has it; it says nothing to people.
bool is_checksum(std::string const& value) {
    return value.size() == 2 * sizeof(std::uint64_t) &&
           value.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

void throw_damaged(std::filesystem::path const& file, KeptWork const& work) {
    throw CorruptInput{
        fmt::format("checkpoint '{}' is damaged (its checksum or structure is wrong); remove it, "
                    "and the {} starts again",
                    file.string(), work.name)};
}

void keep_state(std::filesystem::path const& file, PlanFacts const& facts,
                std::span<std::byte const> state) {
    keep_parts(file, facts, {state});
}

void keep_parts(std::filesystem::path const& file, PlanFacts const& facts,
                std::vector<std::span<std::byte const>> const& state) {
    Json plan = Json::object();
    for (auto const& [name, value] : facts) plan[name] = value;
    auto const text = Json::to_cbor(Json{{"version", kept_version}, {"plan", std::move(plan)}});
    auto const described = std::as_bytes(std::span{text});
    KeptHead const head{checksum_of(described.size(), described, state), described.size()};
    DurableFile written{file};
    std::ofstream out{written.temporary(), std::ios::binary | std::ios::trunc};
    std::size_t bytes = 0;
    auto const write = [&](std::span<std::byte const> part) {
        out.write(reinterpret_cast<char const*>(part.data()), std::ssize(part));
        bytes += part.size();
    };
    write(std::as_bytes(std::span{&head, 1}));
    write(described);
    for (auto part : state) write(part);
    out.close();
    if (!out) {
        throw EnvironmentError{
            fmt::format("checkpoint '{}' of {} bytes cannot be written (permission or disk space); "
                        "make room",
                        file.string(), bytes)};
    }
    written.commit(ExistingFile::replace);
}

KeptState read_state(std::filesystem::path const& file, KeptWork const& work) {
    KeptState kept{.facts = {}, .state = read_whole(file)};
    auto& bytes = kept.state;
    KeptHead head{};
    if (bytes.size() < sizeof head) throw_damaged(file, work);
    std::memcpy(&head, bytes.data(), sizeof head);
    auto const rest = std::span<std::byte const>{bytes}.subspan(sizeof head);
    if (head.plan_bytes > rest.size()) throw_damaged(file, work);
    auto const described = rest.first(head.plan_bytes);
    if (checksum_of(head.plan_bytes, described, {rest.subspan(head.plan_bytes)}) != head.checksum) {
        throw_damaged(file, work);
    }
    try {
        auto const json = read_cbor(described);
        if (json.at("version") != kept_version) throw_damaged(file, work);
        for (auto const& [name, value] : json.at("plan").items()) {
            kept.facts.emplace_back(name, value.get<std::string>());
        }
    } catch (Json::exception const&) {
        throw_damaged(file, work);
    }
    bytes.erase(bytes.begin(),
                bytes.begin() + static_cast<std::ptrdiff_t>(sizeof head + head.plan_bytes));
    return kept;
}

std::vector<std::string> differences(PlanFacts const& then, PlanFacts const& now) {
    auto const value_of = [](PlanFacts const& facts, std::string const& name) {
        auto const fact = std::ranges::find(facts, name, &PlanFacts::value_type::first);
        return fact == facts.end() ? std::string{"nothing"} : fact->second;
    };
    std::vector<std::string> names;
    for (auto const* facts : {&now, &then}) {
        for (auto const& [name, value] : *facts) {
            if (std::ranges::count(names, name) == 0) names.push_back(name);
        }
    }
    std::vector<std::string> found;
    for (auto const& name : names) {
        auto const before = value_of(then, name);
        auto const value = value_of(now, name);
        if (before == value) continue;
        bool const readable = !is_checksum(before) && !is_checksum(value);
        found.push_back(readable ? fmt::format("{} was '{}' and is '{}'", name, before, value)
                                 : name);
    }
    return found;
}

std::optional<mpi::Bytes> find_state(std::filesystem::path const& file, PlanFacts const& facts,
                                     KeptWork const& work) {
    if (!std::filesystem::exists(file)) return {};
    auto kept = read_state(file, work);
    auto const differ = differences(kept.facts, facts);
    if (differ.empty()) return std::move(kept.state);
    throw UserError{fmt::format(
        "an interrupted {} had another plan ({}); repeat that command, {}, or remove '{}' to start "
        "again",
        work.name, fmt::join(differ, "; "), work.alternative, file.string())};
}

}  // namespace maniple
