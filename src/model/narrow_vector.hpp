// Vectors of floats and of as many doubles, for the loops that are compiled once per instruction
// set. All names are local to the including source.
#pragma once

namespace maniple {
namespace {

// GCC 12 knows no conversion between vectors whose width is a template's parameter.
template <int count>
struct NarrowVector;
template <>
struct NarrowVector<2> {
    using Floats [[gnu::vector_size(8)]] = float;
    using Doubles [[gnu::vector_size(16)]] = double;
};
template <>
struct NarrowVector<4> {
    using Floats [[gnu::vector_size(16)]] = float;
    using Doubles [[gnu::vector_size(32)]] = double;
};
template <>
struct NarrowVector<8> {
    using Floats [[gnu::vector_size(32)]] = float;
    using Doubles [[gnu::vector_size(64)]] = double;
};

}  // namespace
}  // namespace maniple
