#include "lacking_solver.hpp"

#include <algorithm>
#include <vector>

#include "maniple/linalg/dense_matrix.hpp"
#include "ridge_forms.hpp"

namespace maniple {
namespace {

// The last correction leaves as much of the error at least, whatever the steps say.
constexpr double least_left = 0.1;
constexpr int most_steps = 2000;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

// One column per penalty and trait; all numbers of a column are its own.
class Systems {
public:
    Systems(std::span<MatrixView<double const> const> factors, LackedGenotypes& lacked,
            std::int64_t variants, LackingWorkspace& work, double tolerance)
        : factors_{factors},
          lacked_{lacked},
          variants_{variants},
          stride_{lacked.stride()},
          width_{std::ssize(factors) * stride_},
          work_{work},
          tolerance_{tolerance} {
        auto const size = at(variants * width_);
        for (auto* const matrix :
             {&work.solution, &work.residual, &work.direction, &work.image, &work.corrected}) {
            matrix->resize(size);
        }
    }

    void start(MatrixView<double const> products, MatrixView<double const> solutions) {
        for (auto* const matrix : {&work_.solution, &work_.residual, &work_.direction})
            std::ranges::fill(*matrix, 0.0);
        for (std::int64_t v = 0; v < variants_; ++v) {
            auto const row = at(v * width_);
            for_each_column([&](std::size_t own, std::int64_t trait, std::int64_t penalty) {
                work_.residual[row + own] = products(v, trait);
                work_.direction[row + own] = solutions(v, penalty * products.columns() + trait);
            });
        }
        work_.image = work_.residual;
        work_.corrected = work_.direction;
        norms_.resize(at(width_));
        ridge_forms().multiply(task(), norms_.data());
        first_norms_ = norms_;
        longest_.assign(norms_.size(), 1.0);
        active_.resize(norms_.size());
        for (std::size_t c = 0; c < norms_.size(); ++c) active_[c] = norms_[c] > 0 ? 1 : 0;
    }

    void run() {
        auto const matrix = [&](std::vector<double>& values) {
            return MatrixView<double>{values.data(), variants_, width_};
        };
        for (int step = 0; step < most_steps; ++step) {
            if (std::ranges::none_of(active_, [](auto is_active) { return is_active != 0; }))
                return;
            lacked_.multiply(matrix(work_.direction), matrix(work_.corrected));
            move();
            precondition();
            turn();
        }
    }

    void finish(MatrixView<double> solutions, std::int64_t traits) const {
        for (std::int64_t v = 0; v < variants_; ++v) {
            auto const row = at(v * width_);
            for_each_column([&](std::size_t own, std::int64_t trait, std::int64_t penalty) {
                solutions(v, penalty * traits + trait) = work_.solution[row + own];
            });
        }
    }

private:
    template <class Visit>
    void for_each_column(Visit visit) const {
        for (std::int64_t h = 0; h < std::ssize(factors_); ++h) {
            auto own = at(h * stride_);
            for (auto trait : lacked_.traits()) visit(own++, trait, h);
        }
    }

    GradientTask task() {
        return {.rows = variants_,
                .width = width_,
                .solution = work_.solution.data(),
                .residual = work_.residual.data(),
                .direction = work_.direction.data(),
                .image = work_.image.data(),
                .corrected = work_.corrected.data()};
    }

    // A step along the directions. What is to be corrected next is the residual.
    void move() {
        std::vector<double> curvatures(at(width_));
        ridge_forms().find_curvatures(task(), curvatures.data());
        std::vector<double> steps(at(width_));
        for (std::size_t c = 0; c < steps.size(); ++c) {
            if (!(curvatures[c] > 0)) active_[c] = 0;
            if (active_[c] != 0) steps[c] = norms_[c] / curvatures[c];
            longest_[c] = std::max(longest_[c], steps[c]);
        }
        ridge_forms().move(task(), steps.data());
    }

    void precondition() {
        for (std::int64_t h = 0; h < std::ssize(factors_); ++h) {
            MatrixView<double> const own{work_.corrected.data() + h * stride_, variants_, stride_,
                                         width_};
            solve_lower(factors_[at(h)], own);
            solve_lower_transposed(factors_[at(h)], own);
        }
    }

    // The next directions and their images, which need no product.
    void turn() {
        std::vector<double> norms(at(width_));
        ridge_forms().multiply(task(), norms.data());
        std::vector<double> keep(at(width_));
        std::vector<double> last(at(width_));  // 1 where this is added to the solution.
        for (std::size_t c = 0; c < keep.size(); ++c) {
            // With K = inverse(L L') R'R the error is inverse(1 - K) inverse(L L') r. The longest
            // step tells of the largest 1 / (1 - K); the correction leaves K of the error.
            auto const left = tolerance_ / std::max(least_left, 2 * (longest_[c] - 1));
            bool const ends = active_[c] != 0 && !(norms[c] > left * left * first_norms_[c]);
            if (ends) active_[c] = 0;
            last[c] = ends ? 1 : 0;
            if (active_[c] != 0) keep[c] = norms[c] / norms_[c];
        }
        norms_ = norms;
        ridge_forms().turn(task(), keep.data(), last.data());
    }

    std::span<MatrixView<double const> const> factors_;
    LackedGenotypes& lacked_;
    std::int64_t variants_;
    std::int64_t stride_;  // From penalty to penalty.
    std::int64_t width_;
    LackingWorkspace& work_;
    double tolerance_;  // Of the solution, in the norm of A + penalty.
    std::vector<double> norms_;
    std::vector<double> first_norms_;
    std::vector<double> longest_;  // Step so far.
    std::vector<std::uint8_t> active_;
};

}  // namespace

void solve_lacking(std::span<MatrixView<double const> const> factors,
                   MatrixView<double const> products, LackedGenotypes& lacked,
                   LackingWorkspace& workspace, double tolerance, MatrixView<double> solutions) {
    Systems systems{factors, lacked, products.rows(), workspace, tolerance};
    systems.start(products, solutions);
    systems.run();
    systems.finish(solutions, products.columns());
}

}  // namespace maniple
