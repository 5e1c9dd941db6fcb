# One test program per module: every tests/<module>/*_test.cpp, at the path of what it tests.
include(Catch)
include(cmake/python.cmake)
set(modules core stats linalg mpi hdf5 genotype trait simulation model store run cli)
foreach(module ${modules})
  file(GLOB sources CONFIGURE_DEPENDS tests/${module}/*_test.cpp)
  if(sources)
    add_executable(test_${module} tests/main.cpp ${sources})
    target_include_directories(test_${module} PRIVATE tests)
    target_link_libraries(test_${module} PRIVATE maniple_${module} Catch2::Catch2)
    catch_discover_tests(test_${module} TEST_PREFIX "${module}/")
  endif()
endforeach()

add_test(NAME layers COMMAND ${MANIPLE_PYTHON} ${CMAKE_SOURCE_DIR}/scripts/check_layers.py ${CMAKE_SOURCE_DIR})

foreach(area mpi cli store program slurm readme)
  include(cmake/${area}_tests.cmake)
endforeach()
