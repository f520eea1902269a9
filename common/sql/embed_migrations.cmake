# Writes OUTPUT.h and OUTPUT.cc from the SQL files FILES: see migrations.cmake.
set(entries "")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} sql)
  string(APPEND entries "    {\"${name}\", R\"zhiping_sql(${sql})zhiping_sql\"},\n")
endforeach()
file(WRITE ${OUTPUT}.h "#pragma once

#include \"absl/types/span.h\"
#include \"common/sql/migrations.h\"

namespace zhiping::${NAMESPACE} {

absl::Span<const sql::Migration> Migrations();

}  // namespace zhiping::${NAMESPACE}
")
file(WRITE ${OUTPUT}.cc "#include \"zhiping/${NAMESPACE}/migrations.h\"

namespace zhiping::${NAMESPACE} {

absl::Span<const sql::Migration> Migrations() {
  static constexpr sql::Migration kMigrations[] = {
${entries}  };
  return kMigrations;
}

}  // namespace zhiping::${NAMESPACE}
")
