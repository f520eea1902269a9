# shellcheck shell=bash
# What up and down know about the local scoring service: its folder, its process, its port. Sourced
# after messages.sh, with `root` set.

state=${root:?}/build/local
programs=$root/build/bin

# The program that the recorded process runs, if it is still our scoring service.
running_pid() {
  local pid executable
  pid=$(cat "$state/scoring.pid" 2>/dev/null) || return 1
  executable=$(readlink "/proc/$pid/exe" 2>/dev/null) || return 1
  # After a rebuild the kernel calls the old file "… (deleted)".
  [[ ${executable% (deleted)} == "$programs/zhiping-scoring" ]] || return 1
  printf '%s\n' "$pid"
}

# Asks the service to drain and stop; after 20 seconds it is ended.
stop_service() {
  local pid waited=0
  if ! pid=$(running_pid); then
    rm -f "$state/scoring.pid"
    return 1
  fi
  kill -TERM "$pid"
  while running_pid >/dev/null; do
    if ((++waited > 200)); then
      say "20 秒内没有停下，强制结束（进程 $pid）" "did not stop within 20 seconds: ending it (process $pid)"
      kill -KILL "$pid" 2>/dev/null || true
    fi
    sleep 0.1
  done
  rm -f "$state/scoring.pid"
}

# Whether anything listens there.
port_answers() { # port_answers HOST PORT
  (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null
}
