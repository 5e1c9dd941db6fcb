#include "genotype_value_forms.hpp"

namespace maniple {

void add_values_scalar(ValueTask const& task) {
    for (std::int64_t w = 0; w < task.words; ++w) {
        double* const sums = task.sums + w * 32;
        for (std::int64_t i = 0; i < task.variants; ++i) {
            auto genotypes = task.rows[i][w];
            double const* const values = task.values + 4 * i;
            for (int s = 0; s < 32; ++s, genotypes >>= 2) sums[s] += values[genotypes & 3U];
        }
    }
}

}  // namespace maniple
