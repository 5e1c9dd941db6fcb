#include "maniple/report/frequency_class.hpp"

#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

TEST_CASE("frequency_class: by the rarer allele, each class from its lower bound on", "[report]") {
    CHECK(frequency_class(0) == 0);
    CHECK(frequency_class(0.0009) == 0);
    CHECK(frequency_class(0.0011) == 1);
    CHECK(frequency_class(0.0099) == 1);
    CHECK(frequency_class(0.0101) == 2);
    CHECK(frequency_class(0.0499) == 2);
    CHECK(frequency_class(0.0501) == 3);
    CHECK(frequency_class(0.5) == 3);
    CHECK(frequency_class(0.9499) == 3);
    CHECK(frequency_class(0.9501) == 2);
    CHECK(frequency_class(0.9901) == 1);
    CHECK(frequency_class(0.9991) == 0);
    CHECK(frequency_class(1) == 0);
}

TEST_CASE("frequency_class: a bound as results.h5 holds it is of the class above", "[report]") {
    CHECK(frequency_class(static_cast<double>(0.001F)) == 1);
    CHECK(frequency_class(static_cast<double>(0.999F)) == 1);
    CHECK(frequency_class(static_cast<double>(0.01F)) == 2);
    CHECK(frequency_class(static_cast<double>(0.99F)) == 2);
    CHECK(frequency_class(static_cast<double>(0.05F)) == 3);
    CHECK(frequency_class(static_cast<double>(0.95F)) == 3);
    // One allele fewer in a million people.
    CHECK(frequency_class(static_cast<double>(static_cast<float>(1999.0 / 2e6))) == 0);
    CHECK(frequency_class(static_cast<double>(static_cast<float>(19'999.0 / 2e6))) == 1);
    CHECK(frequency_class(static_cast<double>(static_cast<float>(1 - 99'999.0 / 2e6))) == 2);
}

TEST_CASE("frequency_class: what has no frequency is with the common", "[report]") {
    CHECK(frequency_class(std::numeric_limits<double>::quiet_NaN()) == 3);
}

TEST_CASE("frequency_class_name: bounds are those of the classes", "[report]") {
    CHECK(frequency_class_name(frequency_class(0.0005)) == "MAF under 0.001");
    CHECK(frequency_class_name(frequency_class(0.005)) == "MAF 0.001 to 0.01");
    CHECK(frequency_class_name(frequency_class(0.03)) == "MAF 0.01 to 0.05");
    CHECK(frequency_class_name(frequency_class(0.3)) == "MAF 0.05 and above");
    CHECK_THROWS_AS(frequency_class_name(frequency_classes), ContractViolation);
}

}  // namespace
}  // namespace maniple
