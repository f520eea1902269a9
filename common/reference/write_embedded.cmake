# Writes OUTPUT.h and OUTPUT.cc from the text files FILES: see embed.cmake.
set(declarations "")
set(definitions "")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME_WE)
  file(READ ${file} text)
  # A list's brackets and semicolons are text here.
  string(APPEND declarations "absl::string_view ${name}();\n")
  string(APPEND definitions "absl::string_view ${name}() { return R\"zhiping_tsv(${text})zhiping_tsv\"; }\n")
endforeach()
file(WRITE ${OUTPUT}.h "#pragma once

#include \"absl/strings/string_view.h\"

namespace zhiping::reference::embedded {

${declarations}
}  // namespace zhiping::reference::embedded
")
file(WRITE ${OUTPUT}.cc "#include \"zhiping/reference/embedded.h\"

namespace zhiping::reference::embedded {

${definitions}
}  // namespace zhiping::reference::embedded
")
