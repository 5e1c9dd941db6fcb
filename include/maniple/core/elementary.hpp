/// \file  Logarithm and exponential with the same bits everywhere.
///
/// A C library may choose another code path for another processor, and then the last bit of a
/// p-value moves from one machine to the next. These use additions, multiplications and divisions
/// alone, which IEEE 754 fixes, and are accurate to about two units in the last place.
#pragma once

namespace maniple {

/// Natural logarithm. Zero gives -infinity; negative numbers and NaN give NaN.
/// Threads: re-entrant.
double portable_log(double x);

/// log(1 + x), with full relative accuracy near zero. -1 gives -infinity; below it, NaN.
/// Threads: re-entrant.
double portable_log1p(double x);

/// e to the power `x`: infinity where that is too large for a double, 0 where too small.
/// Threads: re-entrant.
double portable_exp(double x);

}  // namespace maniple
