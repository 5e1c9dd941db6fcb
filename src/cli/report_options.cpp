#include "maniple/cli/report_options.hpp"

#include "maniple/cli/option_values.hpp"
#include "maniple/report/write_report.hpp"

namespace maniple::cli {

namespace po = boost::program_options;

void add_report_option(po::options_description& group) {
    group.add_options()("no-report", po::bool_switch(),
                        "leave report.html out; `maniple report` writes it later");
}

void write_last_report_of(po::variables_map const& values, mpi::Communicator const& comm,
                          Log& log) {
    if (comm.is_root() && !values["no-report"].as<bool>()) {
        write_last_report(text_of(values, "out"), log);
    }
}

}  // namespace maniple::cli
