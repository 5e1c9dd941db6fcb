/// \file  A table as text, for other programs.
#pragma once

#include <filesystem>

#include "maniple/trait/samples.hpp"
#include "maniple/trait/table.hpp"

namespace maniple {

/// Write a tab-separated file in one step: header `FID IID` and the columns' names, one line per
/// sample. NA = missing; numbers have the digits that give the same double when they are read;
/// categorical values are their levels' names.
/// \pre    every column has one value per sample
/// \throws EnvironmentError, for instance when the disk is full.
void write_text_table(std::filesystem::path const& path, Samples const& samples,
                      Table const& table);

}  // namespace maniple
