#include "maniple/stats/uniform_order.hpp"

#include <boost/math/special_functions/beta.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {

double uniform_order_quantile(std::int64_t rank, std::int64_t count, double probability) {
    expect(rank >= 1 && rank <= count, "the rank is one of the numbers'");
    expect(probability > 0 && probability < 1, "a quantile is inside of the distribution");

    // In double alone: long double would differ between machines.
    using Policy = boost::math::policies::policy<boost::math::policies::promote_double<false>>;
    return boost::math::ibeta_inv(static_cast<double>(rank), static_cast<double>(count - rank + 1),
                                  probability, Policy{});
}

}  // namespace maniple
