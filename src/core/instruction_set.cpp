#include "maniple/core/instruction_set.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(__x86_64__) && defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "maniple/core/error.hpp"

namespace maniple {
namespace {

#if defined(__x86_64__)
// Not every compiler's __builtin_cpu_supports knows tiles: leaf 7 has AMX-TILE and AMX-INT8.
bool has_tiles() {
    constexpr unsigned features = 7;
    constexpr unsigned both = 3U << 24;
    unsigned eax = 0;
    unsigned ebx = 0;
    unsigned ecx = 0;
    unsigned edx = 0;
    return __get_cpuid_count(features, 0, &eax, &ebx, &ecx, &edx) != 0 && (edx & both) == both;
}
#endif

// Linux lets a process use tiles only after it has asked for them.
bool may_use_tiles() {
#if defined(__x86_64__) && defined(__linux__)
    constexpr long request_permission = 0x1023;  // ARCH_REQ_XCOMP_PERM
    constexpr long tile_data = 18;               // XFEATURE_XTILEDATA
    return ::syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
#else
    return false;
#endif
}

std::vector<InstructionSet> find_runnable() {
    std::vector<InstructionSet> sets{InstructionSet::scalar};
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
        !__builtin_cpu_supports("popcnt") || !__builtin_cpu_supports("bmi") ||
        !__builtin_cpu_supports("bmi2")) {
        return sets;
    }
    sets.push_back(InstructionSet::avx2);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512vpopcntdq")) {
        sets.push_back(InstructionSet::avx512);
        if (has_tiles() && may_use_tiles()) {
            sets.push_back(InstructionSet::amx);
        }
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
        case InstructionSet::amx:
            return "amx";
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
