# Whole commands against peers and double precision (golden), and their bytes over ranks, threads and
# companions (invariance). Every tests/golden/test_*.py and tests/invariance/test_*.py is one test.
include(${CMAKE_CURRENT_LIST_DIR}/python.cmake)
foreach(area golden invariance)
  file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${area}/test_*.py)
  foreach(script ${scripts})
    string(REGEX REPLACE ".*/test_(.*)\\.py$" "\\1" name ${script})
    add_test(NAME ${area}/${name}
             COMMAND ${MANIPLE_PYTHON} ${script} --maniple $<TARGET_FILE:maniple>)
    set_tests_properties(${area}/${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600 PROCESSORS 2
      ENVIRONMENT "MANIPLE_MPIRUN=${MPIEXEC_EXECUTABLE};PYTHONDONTWRITEBYTECODE=1")
  endforeach()
endforeach()
