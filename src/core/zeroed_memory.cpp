#include "maniple/core/zeroed_memory.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <new>

namespace maniple {
namespace {

constexpr std::size_t large_page = std::size_t{2} << 20;

constexpr std::size_t whole_pages(std::size_t bytes) {
    return (bytes + large_page - 1) / large_page * large_page;
}

}  // namespace

void* allocate_zeroed(std::size_t bytes) {
    auto const size = whole_pages(bytes);
    auto* const space = ::mmap(nullptr, size + large_page, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (space == MAP_FAILED) throw std::bad_alloc{};
    // Only whole large pages can be mapped as such: cut off what lies before the first.
    auto* const first = static_cast<char*>(space);
    auto const before = whole_pages(reinterpret_cast<std::uintptr_t>(first)) -
                        reinterpret_cast<std::uintptr_t>(first);
    if (before > 0) ::munmap(first, before);
    ::munmap(first + before + size, large_page - before);
#if defined(MADV_HUGEPAGE)
    ::madvise(first + before, size, MADV_HUGEPAGE);  // a wish: small pages serve as well
#endif
    return first + before;
}

void release_zeroed(void* memory, std::size_t bytes) noexcept {
    ::munmap(memory, whole_pages(bytes));
}

}  // namespace maniple
