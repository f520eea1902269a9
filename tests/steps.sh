# shellcheck shell=bash
# Runs named steps, counts them and prints the summary. Sourced by tests/run.
#
# A step is a function that runs with errexit. Bash switches errexit off below every `if`, `&&` and
# `||`, so `step` must be called plainly; what came of it stands in `step_passed`.

logs=${root:?}/build/tests
passed=0
failed=0
summary=()
# shellcheck disable=SC2034  # tests/run reads it
step_passed=false

note() { # note RESULT NAME SECONDS DETAIL
  summary+=("$(printf '%-7s %-20s %5d s  %s' "$1" "$2" "$3" "$4")")
}

count() { # count NAME SECONDS PASSED FAILED DETAIL
  passed=$((passed + $3))
  failed=$((failed + $4))
  if (($4 == 0)); then
    # shellcheck disable=SC2034  # tests/run reads it
    step_passed=true
    note passed "$1" "$2" "$5"
  else
    note FAILED "$1" "$2" "$5"
  fi
}

# Runs FUNCTION; its output goes to the screen and to a log. The result counts as one, unless the
# function leaves counts of its own in $logs/NAME.counts.
step() { # step NAME FUNCTION [ARGUMENT…]
  local name=$1 start=$SECONDS code seconds own_passed own_failed
  shift
  printf '\n==== %s ====\n' "$name"
  rm -f "$logs/$name.counts"
  # shellcheck disable=SC2034  # tests/run reads it
  step_passed=false
  set +e
  (
    set -e
    "$@"
  ) 2>&1 | tee "$logs/$name.log"
  code=${PIPESTATUS[0]}
  set -e
  seconds=$((SECONDS - start))
  if [[ -s $logs/$name.counts ]]; then
    read -r own_passed own_failed <"$logs/$name.counts"
    # A runner that fails beyond its tests is a failure of its own.
    if ((code != 0 && own_failed == 0)); then own_failed=1; fi
    count "$name" "$seconds" "$own_passed" "$own_failed" "$own_passed passed, $own_failed failed"
  elif ((code == 0)); then
    count "$name" "$seconds" 1 0 ''
  else
    count "$name" "$seconds" 0 1 "${logs#"$root"/}/$name.log"
  fi
}

# The last line is what machines read.
print_summary() {
  printf '\n==== summary: %d s ====\n' "$SECONDS"
  if ((${#summary[@]} > 0)); then printf '%s\n' "${summary[@]}"; fi
  printf '%d passed, %d failed\n' "$passed" "$failed"
}
