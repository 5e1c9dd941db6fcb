# Makes a C++ source with functions that return the text of files: maniple_embed_text(OUTPUT FUNCTION FILE ...).
# As a script, it writes that source: cmake -D OUTPUT=... -D PAIRS="name|file;..." -P embed_text.cmake
function(maniple_embed_text output)
  set(pairs "")
  set(files "")
  set(rest ${ARGN})
  while(rest)
    list(POP_FRONT rest name file)
    list(APPEND pairs "${name}|${file}")
    list(APPEND files ${file})
  endwhile()
  string(REPLACE ";" "$<SEMICOLON>" pairs "${pairs}")
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} "-DOUTPUT=${output}" "-DPAIRS=${pairs}" -P ${CMAKE_SOURCE_DIR}/cmake/embed_text.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/embed_text.cmake
    VERBATIM)
endfunction()

if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  set(source "#include \"page_assets.hpp\"\n\nnamespace maniple {\n")
  foreach(pair IN LISTS PAIRS)
    string(REPLACE "|" ";" pair "${pair}")
    list(GET pair 0 name)
    list(GET pair 1 file)
    file(READ ${file} bytes HEX)
    string(LENGTH "${bytes}" digits)
    math(EXPR size "${digits} / 2")
    # As numbers: a text literal may be no longer than 64 kB, and its escapes would need care.
    string(REGEX REPLACE "(..)" "'\\\\x\\1'," numbers "${bytes}")
    string(APPEND source "\nnamespace {\nconstexpr char ${name}_text[] = {${numbers}'\\0'};\n}  // namespace\n"
      "std::string_view ${name}() { return {${name}_text, ${size}}; }\n")
  endforeach()
  string(APPEND source "\n}  // namespace maniple\n")
  file(WRITE ${OUTPUT} "${source}")
endif()
