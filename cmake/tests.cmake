# One test program per module: every tests/<module>/*_test.cpp, at the path of what it tests.
include(Catch)
include(cmake/python.cmake)
# What the runner itself is made of is compiled once. Oracles are small: compiling takes longer than running them.
add_library(test_main OBJECT tests/main.cpp)
target_link_libraries(test_main PUBLIC maniple_options fmt::fmt OpenMP::OpenMP_CXX Catch2::Catch2)
target_compile_options(test_main PUBLIC -O1)
set(modules core stats linalg mpi hdf5 genotype trait simulation model store run report cli)
foreach(module ${modules})
  file(GLOB sources CONFIGURE_DEPENDS tests/${module}/*_test.cpp)
  if(sources)
    add_executable(test_${module} ${sources})
    target_include_directories(test_${module} PRIVATE tests)
    target_link_libraries(test_${module} PRIVATE test_main maniple_${module})
    if(module STREQUAL core)
      target_precompile_headers(test_core PRIVATE
        <algorithm> <cmath> <filesystem> <functional> <map> <random> <string> <utility> <vector> <catch2/catch.hpp>
        <fmt/format.h>)
    else()
      target_precompile_headers(test_${module} REUSE_FROM test_core)
    endif()
    catch_discover_tests(test_${module} TEST_PREFIX "${module}/")
  endif()
endforeach()

add_test(NAME layers COMMAND ${MANIPLE_PYTHON} ${CMAKE_SOURCE_DIR}/scripts/check_layers.py ${CMAKE_SOURCE_DIR})
add_test(NAME format COMMAND ${CMAKE_SOURCE_DIR}/scripts/check_format)
set_tests_properties(format PROPERTIES SKIP_RETURN_CODE 77)

foreach(area mpi cli store program slurm readme bench fuzz page)
  include(cmake/${area}_tests.cmake)
endforeach()
