# MANIPLE_PYTHON: an interpreter with numpy and h5py for the tests. The one that CMake finds first need not
# have them; where none has, the tests still run with it and say what they miss (exit code 77, skipped).
if(NOT MANIPLE_PYTHON)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  set(found "")
  foreach(candidate python3 ${Python3_EXECUTABLE} /usr/bin/python3 /usr/local/bin/python3)
    if(NOT found)
      execute_process(COMMAND ${candidate} -c "import h5py, numpy, sys; print(sys.executable)"
                      OUTPUT_VARIABLE path ERROR_QUIET RESULT_VARIABLE outcome
                      OUTPUT_STRIP_TRAILING_WHITESPACE)
      if(outcome STREQUAL "0")
        set(found ${path})
      endif()
    endif()
  endforeach()
  if(found)
    set(MANIPLE_PYTHON ${found} CACHE FILEPATH "Python with numpy and h5py, for the tests")
  else()
    message(STATUS "no Python here has numpy and h5py: tests that need them will be skipped")
    set(MANIPLE_PYTHON ${Python3_EXECUTABLE})
  endif()
endif()
