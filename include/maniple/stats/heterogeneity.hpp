/// \file  Do groups of people differ in a statistic?
#pragma once

#include <cstdint>
#include <span>

namespace maniple {

/// A number with the uncertainty of sampling.
struct Estimate {
    double value = 0;
    double standard_error = 0;
};

struct Heterogeneity {
    double statistic = 0;  ///< Q; NaN with fewer than two groups.
    std::int64_t degrees_of_freedom = 0;
    double neg_log10_p = 0;  ///< That groups with one true value differ so much.
};

/// Cochran's Q: squared distances of independent groups from their mean, each weighed by the
/// inverse of its variance; chi-squared with groups - 1 degrees of freedom where all have the same
/// true value. Groups whose estimate or standard error is not finite, or that have none, are left
/// out. Threads: re-entrant. Source: W. G. Cochran (1954), Biometrics 10, section 4.
Heterogeneity cochran_q(std::span<Estimate const> groups);

/// The mean of the true values of groups that may differ, and how much they differ.
struct RandomEffects {
    std::int64_t groups = 0;    ///< That have an estimate.
    double mean = 0;            ///< NaN without groups.
    double standard_error = 0;  ///< With that of one group, its own.
    double lower = 0;           ///< 95% interval of the mean.
    double upper = 0;
    double tau_squared = 0;  ///< Variance of the true values; NaN with fewer than two groups.
    double i_squared = 0;    ///< Share of the groups' variance that is not chance; NaN likewise.
    double prediction_lower = 0;  ///< 95% interval for the true value of a new group; NaN with
    double prediction_upper = 0;  ///< fewer than three.
};

/// Random effects: each group is weighed by the inverse of its variance and of that of true values
/// together. Groups are left out as in cochran_q; one group alone has the interval of a normal
/// estimate.
///
/// tau^2 by moments: R. DerSimonian and N. Laird (1986), Control. Clin. Trials 7. The
/// interval of the mean is Student's with the variance of J. Hartung and G. Knapp (2001), Stat.
/// Med. 20 (K. Sidik and J. N. Jonkman 2002), never taken to be below that of the
/// weights alone: few groups that agree by chance would else seem surer than they are (C. Roever,
/// G. Knapp and T. Friede 2015, BMC Med. Res. Methodol. 15). I^2: J. P. T. Higgins and S. G.
/// Thompson (2002), Stat. Med. 21. The interval for a new group: J. P. T. Higgins, S. G. Thompson
/// and D. J. Spiegelhalter (2009), J. R. Stat. Soc. A 172, around that interval's mean.
/// Threads: re-entrant.
RandomEffects pool_random_effects(std::span<Estimate const> groups);

/// Shares of independent people, with Wilson's interval.
struct Proportion {
    double value = 0;  ///< NaN of nobody.
    double lower = 0;
    double upper = 0;
};

/// 95% interval that also holds for few people and for shares near 0 and 1.
/// \pre   0 <= count <= total
/// Source: E. B. Wilson (1927), J. Am. Stat. Assoc. 22.
Proportion wilson_interval(std::int64_t count, std::int64_t total);

/// What a 95% interval is made of: 1.96.
double normal_95();

}  // namespace maniple
