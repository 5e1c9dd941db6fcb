/// \file  Order statistics of uniform numbers: where sorted p-values lie by chance.
#pragma once

#include <cstdint>

namespace maniple {

/// The quantile of the rank-th smallest of `count` independent uniform numbers. It has a beta
/// distribution with parameters rank and count - rank + 1. Relative accuracy 1e-9.
/// \pre 1 <= rank <= count; 0 < probability < 1
/// Threads: re-entrant. Source: H. A. David and H. N. Nagaraja, Order Statistics (2003), 2.1.6.
double uniform_order_quantile(std::int64_t rank, std::int64_t count, double probability);

}  // namespace maniple
