# Whatever runs under mpirun in a test: as root, on fewer cores than ranks, never for ever.
function(maniple_mpi_properties)
  set_tests_properties(${ARGN} PROPERTIES TIMEOUT 300 ENVIRONMENT
    "OMPI_ALLOW_RUN_AS_ROOT=1;OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1;OMPI_MCA_rmaps_base_oversubscribe=1;OMP_NUM_THREADS=1")
endfunction()

# The same test program without a launcher (registered with the other modules) and on 2 and 3 ranks.
if(TARGET test_mpi)
  foreach(ranks 2 3)
    add_test(NAME mpi/on-${ranks}-ranks
             COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks} $<TARGET_FILE:test_mpi>)
    set_tests_properties(mpi/on-${ranks}-ranks PROPERTIES PROCESSORS ${ranks})
    maniple_mpi_properties(mpi/on-${ranks}-ranks)
  endforeach()
endif()
