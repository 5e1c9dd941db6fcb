# The job scripts: as text, and on a real Slurm where there is one.
add_test(NAME slurm/scripts-agree
         COMMAND ${CMAKE_SOURCE_DIR}/tests/slurm/scripts_agree.sh ${CMAKE_SOURCE_DIR} $<TARGET_FILE:maniple>)
add_test(NAME slurm/same-bytes
         COMMAND ${CMAKE_SOURCE_DIR}/tests/slurm/run_in_slurm.sh ${CMAKE_SOURCE_DIR} $<TARGET_FILE:maniple>)
set_tests_properties(slurm/same-bytes PROPERTIES SKIP_RETURN_CODE 77 PROCESSORS 2 TIMEOUT 600)
add_test(NAME slurm/requeue
         COMMAND ${CMAKE_SOURCE_DIR}/tests/slurm/requeue.sh ${CMAKE_SOURCE_DIR} $<TARGET_FILE:maniple>)
set_tests_properties(slurm/requeue PROPERTIES SKIP_RETURN_CODE 77 COST 100 TIMEOUT 600)
add_test(NAME slurm/array
         COMMAND ${CMAKE_SOURCE_DIR}/tests/slurm/array.sh ${CMAKE_SOURCE_DIR} $<TARGET_FILE:maniple>)
set_tests_properties(slurm/array PROPERTIES SKIP_RETURN_CODE 77 COST 100 TIMEOUT 900)  # These two wait, most of the time.
