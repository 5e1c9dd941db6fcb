# A path of penalised fits on a text file, for the comparison with other programs in golden/.
add_executable(elastic_net_path tests/model/elastic_net_path.cpp)
target_link_libraries(elastic_net_path PRIVATE maniple_model)
# Level 1 of the whole-genome regression on predictors in a file, likewise.
add_executable(stacked_level tests/model/stacked_level.cpp)
target_link_libraries(stacked_level PRIVATE maniple_model)
# Null model and effects of a time-to-event trait in a file, likewise.
add_executable(hazard_effects tests/model/hazard_effects.cpp)
target_link_libraries(hazard_effects PRIVATE maniple_model)

# predictors.h5 from text, for tests of scans that read it.
add_executable(write_predictors tests/store/write_predictors.cpp)
target_link_libraries(write_predictors PRIVATE maniple_store)

# The folder of a scan of any size, for tests and measurements of reports.
add_executable(write_scan tests/report/write_scan.cpp)
target_link_libraries(write_scan PRIVATE maniple_model maniple_store)

# What tests in Python know of the build.
set(program_environment
  "MANIPLE=$<TARGET_FILE:maniple>"
  "MANIPLE_ELASTIC_NET_PATH=$<TARGET_FILE:elastic_net_path>"
  "MANIPLE_WRITE_PREDICTORS=$<TARGET_FILE:write_predictors>"
  "MANIPLE_WRITE_SCAN=$<TARGET_FILE:write_scan>"
  "MANIPLE_TEST_MODEL=$<TARGET_FILE:test_model>"
  "MANIPLE_STACKED_LEVEL=$<TARGET_FILE:stacked_level>"
  "MANIPLE_HAZARD_EFFECTS=$<TARGET_FILE:hazard_effects>"
  "MANIPLE_MPIRUN=${MPIEXEC_EXECUTABLE}"
  "PYTHONDONTWRITEBYTECODE=1"
)

# The whole program from outside: every test_*.py in these folders is one test, against peers (golden), in its
# bytes over ranks and threads (invariance), as a person types it (commands).
foreach(area golden invariance commands)
  file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${area}/test_*.py)
  foreach(script ${scripts})
    string(REGEX REPLACE ".*/test_(.*)\\.py$" "\\1" name ${script})
    add_test(NAME ${area}/${name} COMMAND ${MANIPLE_PYTHON} ${script})
    set_tests_properties(${area}/${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 900 ENVIRONMENT "${program_environment}")
  endforeach()
endforeach()
