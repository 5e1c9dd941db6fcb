#include "maniple/run/fit_screen.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "maniple/core/contract.hpp"
#include "maniple/genotype/kernels.hpp"
#include "maniple/linalg/fixed_point.hpp"
#include "maniple/model/penalised_screen.hpp"
#include "maniple/run/agreement.hpp"

namespace maniple {
namespace {

/// Residuals of all problems as columns, and the sets of samples that they are of.
struct ResidualColumns {
    explicit ResidualColumns(std::span<ScreenedProblem const> problems)
        : anybody{problems.front().samples->samples()} {
        std::vector<std::span<double const>> columns;
        for (auto const& problem : problems) {
            auto const set = find_set(*problem.samples);
            for (auto const& column : problem.residuals) {
                columns.push_back(column);
                set_of_column.push_back(set);
            }
        }
        values = FixedPointMatrix{anybody.samples(), std::ssize(columns)};
        values.fit_columns(0, columns);
    }

    StandardisedColumns view() const { return {values, set_of_column, anybody}; }

    FixedPointMatrix values;
    std::vector<SampleMask> sets;
    std::vector<std::size_t> set_of_column;
    SampleMask anybody;  ///< Samples of any set.

private:
    // Traits without missing values share theirs.
    std::size_t find_set(SampleMask const& mask) {
        for (std::size_t set = 0; set < sets.size(); ++set) {
            if (sets[set] == mask) return set;
        }
        SampleMask copy{mask.samples()};
        mask.for_each([&](SampleIndex s) {
            copy.insert(s);
            anybody.insert(s);
        });
        sets.push_back(std::move(copy));
        return sets.size() - 1;
    }
};

// What one thread keeps over its blocks.
struct ThreadScreen {
    std::optional<ScreenWorkspace> work;
    std::vector<double> gradients;
    std::vector<TopVariants> top;
    std::int64_t filtered = 0;
};

class Screen {
public:
    Screen(GenotypePasses& passes, std::span<ScreenedProblem const> problems,
           ScreenFilter const& filter, std::int64_t most)
        : passes_{passes},
          problems_{problems},
          filter_{filter},
          residuals_{problems},
          threads_(static_cast<std::size_t>(passes.threads())) {
        for (auto& thread : threads_) {
            thread.top.assign(static_cast<std::size_t>(columns()), TopVariants{most});
        }
    }

    Screening run(std::int64_t most) {
        passes_.each_block([&](int thread, GlobalVariantIndex first, PackedView genotypes) {
            look_at(threads_[static_cast<std::size_t>(thread)], first, genotypes);
        });
        std::int64_t filtered = 0;
        std::vector<TopVariants> own(static_cast<std::size_t>(columns()), TopVariants{most});
        for (auto const& thread : threads_) {
            filtered += thread.filtered;
            for (std::size_t c = 0; c < own.size(); ++c) own[c].add(thread.top[c].sorted());
        }
        passes_.comm().sum(std::span{&filtered, 1});
        auto screening = gather(own, most);
        screening.filtered = filtered;
        return screening;
    }

private:
    std::int64_t columns() const { return residuals_.values.columns(); }

    void look_at(ThreadScreen& mine, GlobalVariantIndex first, PackedView genotypes) const {
        if (!mine.work) {
            mine.work.emplace(genotypes.samples(), columns(), passes_.most_block_variants());
        }
        auto const variants = genotypes.variants();
        mine.gradients.resize(static_cast<std::size_t>(columns() * variants));
        MatrixView<double> const gradients{mine.gradients.data(), columns(), variants};
        screen_block(genotypes, residuals_.view(), residuals_.sets, *mine.work, gradients);
        auto const passing = passing_variants(filter_, genotypes);
        for (auto pass : passing) mine.filtered += pass ? 0 : 1;
        std::int64_t column = 0;
        for (auto const& problem : problems_) {
            auto known = std::ranges::lower_bound(problem.known, first.get());
            std::vector<bool> open = passing;
            for (; known != problem.known.end() && *known < first.get() + variants; ++known) {
                open[static_cast<std::size_t>(*known - first.get())] = false;
            }
            for (std::size_t r = 0; r < problem.residuals.size(); ++r, ++column) {
                auto& top = mine.top[static_cast<std::size_t>(column)];
                auto const row = gradients.row(column);
                for (std::int64_t v = 0; v < variants; ++v) {
                    if (!open[static_cast<std::size_t>(v)]) continue;
                    top.add({std::abs(row[static_cast<std::size_t>(v)]), first.get() + v});
                }
            }
        }
    }

    Screening gather(std::vector<TopVariants> const& own, std::int64_t most) const {
        mpi::Bytes message;
        for (auto const& column : own) {
            auto const list = column.sorted();
            auto const count = std::ssize(list);
            auto const add = [&](std::span<std::byte const> bytes) {
                message.insert(message.end(), bytes.begin(), bytes.end());
            };
            add(std::as_bytes(std::span{&count, 1}));
            add(std::as_bytes(std::span{list}));
        }
        Screening screening;
        auto const ranks = passes_.comm().gather(message);
        if (ranks.empty()) return screening;
        std::vector<TopVariants> all(own.size(), TopVariants{most});
        for (auto const& bytes : ranks) {
            auto const* next = bytes.data();
            for (auto& column : all) {
                std::int64_t count = 0;
                std::memcpy(&count, next, sizeof count);
                next += sizeof count;
                std::vector<RankedVariant> list(static_cast<std::size_t>(count));
                auto const size = list.size() * sizeof(RankedVariant);
                if (size > 0) std::memcpy(list.data(), next, size);
                next += size;
                column.add(list);
            }
        }
        for (auto const& column : all) screening.top.push_back(column.sorted());
        return screening;
    }

    GenotypePasses& passes_;
    std::span<ScreenedProblem const> problems_;
    ScreenFilter const& filter_;
    ResidualColumns residuals_;
    std::vector<ThreadScreen> threads_;
};

}  // namespace

std::vector<bool> passing_variants(ScreenFilter const& filter, PackedView genotypes) {
    std::vector<bool> passing(static_cast<std::size_t>(genotypes.variants()), true);
    if (filter.limits == VariantFilter{}) return passing;
    auto const count = kernels().count;
    for (LocalVariantIndex v{0}; v.get() < genotypes.variants(); ++v) {
        auto const counts = count(genotypes.row(v).data(), filter.samples->words().data(),
                                  genotypes.words_per_row());
        passing[v.at()] = apply_filter(filter.limits, counts) == TestStatus::ok;
    }
    return passing;
}

Screening screen(GenotypePasses& passes, std::span<ScreenedProblem const> problems,
                 ScreenFilter const& filter, std::int64_t most) {
    expect(!problems.empty(), "there are problems to screen for");
    expect(most > 0, "a list has variants");

    std::optional<Screen> work;
    together(passes.comm(), [&] { work.emplace(passes, problems, filter, most); });
    return work->run(most);
}

}  // namespace maniple
