# zhiping_embed(TARGET FOLDER NAME...): compiles FOLDER/NAME.tsv into TARGET, as
#   absl::string_view zhiping::reference::embedded::NAME();
# declared in the generated header zhiping/reference/embedded.h.
function(zhiping_embed target folder)
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/generated)
  set(output ${generated}/zhiping/reference/embedded)
  set(files)
  foreach(name IN LISTS ARGN)
    list(APPEND files ${folder}/${name}.tsv)
  endforeach()
  add_custom_command(
    OUTPUT ${output}.h ${output}.cc
    COMMAND ${CMAKE_COMMAND} -D OUTPUT=${output} "-D FILES=${files}"
            -P ${CMAKE_SOURCE_DIR}/common/reference/write_embedded.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/common/reference/write_embedded.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${output}.cc ${output}.h)
  target_include_directories(${target} PRIVATE ${generated})
endfunction()
