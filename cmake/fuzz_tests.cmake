# Hostile input, a minute of it; builds the targets itself, in build/fuzz. scripts/fuzz runs them for longer.
add_test(NAME fuzz COMMAND ${MANIPLE_PYTHON} ${CMAKE_SOURCE_DIR}/tests/fuzz/campaign.py
         --total 30 --jobs 2)
set_tests_properties(fuzz PROPERTIES SKIP_RETURN_CODE 77 PROCESSORS 2 TIMEOUT 900 ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1")
