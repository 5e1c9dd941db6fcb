#include "ridge_loops.hpp"

namespace maniple {

constinit RidgeForms const scalar_ridge = forms;

}  // namespace maniple
