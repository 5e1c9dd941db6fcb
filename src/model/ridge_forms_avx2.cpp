#include "ridge_loops.hpp"

namespace maniple {

constinit RidgeForms const avx2_ridge = forms;

}  // namespace maniple
