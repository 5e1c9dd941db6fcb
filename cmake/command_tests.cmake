# Whole commands as a person types them: bad input, odd cohorts, every option, exports. Every
# tests/commands/test_*.py is one test.
include(${CMAKE_CURRENT_LIST_DIR}/python.cmake)
file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/commands/test_*.py)
foreach(script ${scripts})
  string(REGEX REPLACE ".*/test_(.*)\\.py$" "\\1" name ${script})
  add_test(NAME commands/${name} COMMAND ${MANIPLE_PYTHON} ${script})
  set_tests_properties(commands/${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600 PROCESSORS 2
    ENVIRONMENT "MANIPLE=$<TARGET_FILE:maniple>;MANIPLE_MPIRUN=${MPIEXEC_EXECUTABLE};PYTHONDONTWRITEBYTECODE=1")
endforeach()
