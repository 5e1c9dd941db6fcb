#include "maniple/core/instruction_set.hpp"

#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "maniple/core/error.hpp"

namespace maniple {
namespace {

std::vector<InstructionSet> find_runnable() {
    std::vector<InstructionSet> sets{InstructionSet::scalar};
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("popcnt")) return sets;
    sets.push_back(InstructionSet::avx2);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vpopcntdq")) {
        sets.push_back(InstructionSet::avx512);
    }
#endif
    return sets;
}

InstructionSet choose() {
    auto const sets = runnable_instruction_sets();
    char const* const asked = std::getenv("MANIPLE_ISA");
    if (asked == nullptr || *asked == '\0') return sets.back();
    std::string names;
    for (auto set : sets) {
        if (to_string(set) == asked) return set;
        names += fmt::format("{}{}", names.empty() ? "" : ", ", to_string(set));
    }
    throw UserError{fmt::format(
        "MANIPLE_ISA = '{}' cannot be used (this processor runs: {}); unset it or choose "
        "one of these",
        asked, names)};
}

}  // namespace

std::string_view to_string(InstructionSet set) {
    switch (set) {
        case InstructionSet::scalar:
            return "scalar";
        case InstructionSet::avx2:
            return "avx2";
        case InstructionSet::avx512:
            return "avx512";
    }
    return "unknown";
}

std::span<InstructionSet const> runnable_instruction_sets() {
    static std::vector<InstructionSet> const sets = find_runnable();
    return sets;
}

InstructionSet instruction_set() {
    static InstructionSet const chosen = choose();
    return chosen;
}

}  // namespace maniple
