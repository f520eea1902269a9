# shellcheck shell=bash
# How the scripts of this folder and of tests/ speak: Chinese first, English second. Sourced.

say() { # say ZH EN
  printf '%s\n  %s\n' "$1" "$2"
}

fail() { # fail ZH EN: says it on standard error and ends the script.
  printf '错误：%s\n  Error: %s\n' "$1" "$2" >&2
  exit 1
}

# The compiler cache finds a file again in another clone of the project. ccache's own settings win.
use_compiler_cache() { # use_compiler_cache SOURCE_FOLDER
  export CCACHE_DIR="${CCACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/ccache}"
  export CCACHE_BASEDIR="${CCACHE_BASEDIR:-$1}"
  export CCACHE_NOHASHDIR="${CCACHE_NOHASHDIR:-1}"
}
