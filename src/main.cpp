#include "maniple/cli/command.hpp"

int main(int argc, char** argv) { return maniple::cli::run_command_line(argc, argv); }
