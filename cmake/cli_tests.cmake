# The program from outside. Needs `maniple_mpi_properties` of mpi_tests.cmake.
add_test(NAME cli/command-line
         COMMAND ${CMAKE_SOURCE_DIR}/tests/cli/command_line.sh $<TARGET_FILE:maniple> ${PROJECT_VERSION}
                 ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG})
maniple_mpi_properties(cli/command-line)
