// A job file.
#include "maniple/cli/job_file.hpp"
#include "scratch.hpp"

using namespace maniple;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const file = fuzz::write_scratch("job.ini", fuzz::input_of(data, size));
    fuzz::meet_input([&] { cli::read_job_file(file); });
    return 0;
}
