# bench_kernels: microbenchmarks, where Google Benchmark is; and the small forms of
# scripts/bench-peers, bench-calibration, bench-diseases, bench-kills, bench-damage,
# bench-full-disk and bench-faults.
find_package(benchmark QUIET)
if(benchmark_FOUND)
  file(GLOB sources CONFIGURE_DEPENDS tests/bench/*.cpp)
  maniple_set_instructions(${sources})
  add_executable(bench_kernels ${sources})
  target_include_directories(bench_kernels PRIVATE tests)
  target_link_libraries(bench_kernels PRIVATE maniple_model maniple_store benchmark::benchmark)
else()
  message(STATUS "Google Benchmark is not here: bench_kernels is not built")
endif()

add_test(NAME bench/peers COMMAND ${MANIPLE_PYTHON} ${CMAKE_SOURCE_DIR}/tests/bench/test_bench_peers.py)
set(environment "MANIPLE=$<TARGET_FILE:maniple>" "PYTHONDONTWRITEBYTECODE=1")
if(TARGET bench_kernels)
  list(APPEND environment "MANIPLE_BENCH_KERNELS=$<TARGET_FILE:bench_kernels>")
endif()
set_tests_properties(bench/peers PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300 PROCESSORS 2 ENVIRONMENT "${environment}")

# Loaded before the C library by tests alone.
add_library(maniple_faults MODULE tests/fault/faults.cpp)
target_link_libraries(maniple_faults PRIVATE ${CMAKE_DL_LIBS})

foreach(campaign calibration diseases kills damage full_disk faults)
  add_test(NAME bench/${campaign} COMMAND ${MANIPLE_PYTHON} ${CMAKE_SOURCE_DIR}/tests/bench/test_${campaign}.py)
  set_tests_properties(bench/${campaign} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600 ENVIRONMENT
    "MANIPLE=$<TARGET_FILE:maniple>;MANIPLE_FAULTS=$<TARGET_FILE:maniple_faults>;MANIPLE_MPIRUN=${MPIEXEC_EXECUTABLE};PYTHONDONTWRITEBYTECODE=1")
endforeach()

add_test(NAME bench/report COMMAND ${CMAKE_SOURCE_DIR}/scripts/bench-report --variants 30000 --traits 3 --loci 20)
add_test(NAME bench/report_linkage COMMAND ${CMAKE_SOURCE_DIR}/scripts/bench-report --variants 20000 --samples 300)
set_tests_properties(bench/report bench/report_linkage PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300 ENVIRONMENT
  "MANIPLE=$<TARGET_FILE:maniple>;MANIPLE_WRITE_SCAN=$<TARGET_FILE:write_scan>")
set_tests_properties(bench/faults PROPERTIES COST 150)  # Begins early.
