/// \file  One-dimensional datasets of numbers and texts of any size. Private to store.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "maniple/hdf5/file.hpp"

namespace maniple {

/// Write a compressed dataset of numbers.
template <class T>
void write_numbers(hdf5::File& file, std::string const& name, std::span<T const> values);

/// Read all numbers of a dataset that must have `rows` of them. \throws CorruptInput.
template <class T>
std::vector<T> read_numbers(hdf5::File const& file, std::string const& name, std::int64_t rows);

/// Every NaN becomes the same one: there are many, and equal contents must have equal bytes.
std::vector<double> with_one_nan(std::vector<double> values);

/// Write texts as a compressed dataset of fixed length (that of the longest), a few at a time: one
/// long text costs time, not memory.
/// \param columns  0: one dimension. \param text_at  of element row * columns + column.
void write_texts(hdf5::File& file, std::string const& name, std::int64_t rows, std::int64_t columns,
                 std::function<std::string_view(std::int64_t)> const& text_at);
void write_texts(hdf5::File& file, std::string const& name, std::span<std::string const> texts);

/// Hand each text of a dataset that must be rows x columns to `take`, with its element.
void read_texts(hdf5::File const& file, std::string const& name, std::int64_t rows,
                std::int64_t columns, std::function<void(std::int64_t, std::string&&)> const& take);
std::vector<std::string> read_texts(hdf5::File const& file, std::string const& name,
                                    std::int64_t rows);

}  // namespace maniple
