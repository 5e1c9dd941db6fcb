#include "maniple/genotype/kernels.hpp"

#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "kernel_forms.hpp"
#include "maniple/core/error.hpp"

namespace maniple {
namespace {

std::vector<Kernels const*> find_runnable() {
    std::vector<Kernels const*> forms{&scalar_kernels};
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt")) {
        forms.push_back(&avx2_kernels);
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
            __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vpopcntdq")) {
            forms.push_back(&avx512_kernels);
        }
    }
#endif
    return forms;
}

Kernels const& choose() {
    auto const forms = runnable_kernels();
    char const* const asked = std::getenv("MANIPLE_ISA");
    if (asked == nullptr || *asked == '\0') return *forms.back();
    std::string names;
    for (auto const* form : forms) {
        if (form->name == asked) return *form;
        names += fmt::format("{}{}", names.empty() ? "" : ", ", form->name);
    }
    throw UserError{fmt::format(
        "MANIPLE_ISA = '{}' cannot be used (this processor runs: {}); unset it or choose "
        "one of these",
        asked, names)};
}

}  // namespace

std::span<Kernels const* const> runnable_kernels() {
    static std::vector<Kernels const*> const forms = find_runnable();
    return forms;
}

Kernels const& kernels() {
    static Kernels const& chosen = choose();
    return chosen;
}

}  // namespace maniple
