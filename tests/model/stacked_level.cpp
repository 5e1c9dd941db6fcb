// Fits level 1 of the whole-genome regression to predictors in a file and prints it, so that other
// programs' fits can be compared.
//
// usage: stacked_level quantitative|binary FILE
//   FILE, in the machine's own numbers: four int64: columns, samples, folds, penalties; then int32
//   contigs of columns and folds of samples, float64 penalties, float32 predictors by column,
//   float64 traits (0 or 1 where binary) and offsets of samples
// prints lines of numbers that start with a word: "chosen POSITION"; per penalty
// "loss SQUARED_ERROR LOG_LIKELIHOOD R_SQUARED"; "fold" and the coefficients without each fold;
// "all" and those of a fit to all samples; "whole" and a prediction per sample; per contig
// "loco CONTIG" and likewise.
#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "maniple/model/stacked_ridge.hpp"

namespace maniple {
namespace {

template <class T>
std::vector<T> read(std::istream& file, std::int64_t count) {
    std::vector<T> values(static_cast<std::size_t>(count));
    file.read(reinterpret_cast<char*>(values.data()),
              static_cast<std::streamsize>(values.size() * sizeof(T)));
    return values;
}

void print(std::string const& name, std::span<double const> values) {
    std::cout << name;
    for (double value : values) std::cout << fmt::format(" {:.17g}", value);
    std::cout << '\n';
}

int run(std::string const& outcome, char const* path) {
    std::ifstream file{path, std::ios::binary};
    auto const sizes = read<std::int64_t>(file, 4);
    auto const columns = sizes[0];
    auto const samples = sizes[1];
    auto const contigs = read<std::int32_t>(file, columns);
    auto const folds = read<std::int32_t>(file, samples);
    auto const penalties = read<double>(file, sizes[3]);
    auto const predictors = read<float>(file, columns * samples);
    auto const trait = read<double>(file, samples);
    auto const offset = read<double>(file, samples);
    if (!file) {
        std::cerr << "stacked_level: " << path << " ends too early\n";
        return 2;
    }
    StackedData const data{.predictors = {predictors.data(), columns, samples},
                           .contigs = contigs,
                           .folds = folds,
                           .fold_count = sizes[2],
                           .penalties = penalties};
    std::vector<std::uint8_t> is_case;
    for (double value : trait) is_case.push_back(value == 1);
    auto const fit = outcome == "binary" ? fit_stacked_logistic(data, is_case, offset)
                                         : fit_stacked_ridge(data, trait);
    if (fit.status != FitStatus::ok) {
        std::cerr << "stacked_level: " << to_string(fit.status) << '\n';
        return 1;
    }
    std::cout << "chosen " << fit.chosen << '\n';
    for (auto const& loss : fit.losses) {
        print("loss", std::vector{loss.squared_error, loss.log_likelihood, loss.r_squared});
    }
    for (std::int64_t f = 0; f < sizes[2]; ++f) {
        print("fold",
              std::span{fit.fold_coefficients}.subspan(static_cast<std::size_t>(f * columns),
                                                       static_cast<std::size_t>(columns)));
    }
    print("all", fit.coefficients);
    print("whole", fit.whole);
    for (std::size_t c = 0; c < fit.contigs.size(); ++c) {
        print(fmt::format("loco {}", fit.contigs[c]), fit.loco_of(static_cast<std::int64_t>(c)));
    }
    return 0;
}

}  // namespace
}  // namespace maniple

int main(int count, char** words) try {
    if (count != 3) {
        std::cerr << "usage: stacked_level quantitative|binary FILE\n";
        return 2;
    }
    return maniple::run(words[1], words[2]);
} catch (std::exception const& problem) {
    std::cerr << "stacked_level: " << problem.what() << '\n';
    return 2;
}
