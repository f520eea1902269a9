# zhiping_migrations(TARGET NAMESPACE FOLDER): compiles FOLDER/NNNN_name.sql into TARGET, as
#   absl::Span<const sql::Migration> zhiping::NAMESPACE::Migrations();
# declared in the generated header zhiping/NAMESPACE/migrations.h. Numbers begin with 0001 and have no
# gaps, or the configuration fails.
function(zhiping_migrations target namespace folder)
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/generated)
  set(output ${generated}/zhiping/${namespace}/migrations)
  file(GLOB files CONFIGURE_DEPENDS ${folder}/*.sql)
  list(SORT files)
  set(number 0)
  foreach(file IN LISTS files)
    math(EXPR number "${number} + 1")
    get_filename_component(name ${file} NAME)
    string(LENGTH ${number} digits)
    math(EXPR zeros "4 - ${digits}")
    string(REPEAT 0 ${zeros} padding)
    if(NOT name MATCHES "^${padding}${number}_[a-z0-9_]+\\.sql$")
      message(FATAL_ERROR "${file}: should be ${padding}${number}_name.sql")
    endif()
  endforeach()
  add_custom_command(
    OUTPUT ${output}.h ${output}.cc
    COMMAND ${CMAKE_COMMAND} -D NAMESPACE=${namespace} -D OUTPUT=${output} "-D FILES=${files}"
            -P ${CMAKE_SOURCE_DIR}/common/sql/embed_migrations.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/common/sql/embed_migrations.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${output}.cc ${output}.h)
  target_include_directories(${target} PUBLIC ${generated})
endfunction()
