#include "ridge_loops.hpp"

namespace maniple {

constinit RidgeForms const avx512_ridge = forms;

}  // namespace maniple
