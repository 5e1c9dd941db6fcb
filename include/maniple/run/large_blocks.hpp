/// \file  How the allocator treats memory that comes and goes in large blocks.
#pragma once

namespace maniple {

/// Give blocks of `bytes` and more back to the system when they are freed, from now on. Left alone,
/// glibc keeps them in its heaps, which then grow by fragmentation for as long as a command lasts.
void return_large_blocks(int bytes);

}  // namespace maniple
