# shellcheck shell=bash
# What up and down know about the local suite: its folder, its processes, their programs. Sourced
# after messages.sh, with `root` set.

# Keys, data, logs and process ids; as messages call it, and where it is. Another folder, absolute or
# of the project, makes a suite of its own.
state_name=${ZHIPING_LOCAL_STATE:-build/local}
case $state_name in
  /*) state=$state_name ;;
  *) state=${root:?}/$state_name ;;
esac
# What stops this suite, as it can be typed, and what starts it: for the scripts that source this.
# shellcheck disable=SC2034
down_command=deploy/local/down
# shellcheck disable=SC2034
up_command=deploy/local/up
if [[ -n ${ZHIPING_LOCAL_STATE:-} ]]; then
  # shellcheck disable=SC2034
  printf -v down_command 'ZHIPING_LOCAL_STATE=%q deploy/local/down' "$state_name"
  # shellcheck disable=SC2034
  printf -v up_command 'ZHIPING_LOCAL_STATE=%q deploy/local/up' "$state_name"
fi
programs=$root/build/bin
# In the order in which they are started; stopped the other way round.
services=(redis catalogue scoring-1 scoring-2 assessment)

# How messages call a service.
service_title() { # service_title zh|en SERVICE
  case $1:$2 in
    zh:redis) printf 'Redis 缓存' ;;
    en:redis) printf 'Redis cache' ;;
    zh:catalogue) printf '标准目录服务' ;;
    en:catalogue) printf 'catalogue service' ;;
    zh:scoring-*) printf '评分服务 %s' "${2#scoring-}" ;;
    en:scoring-*) printf 'scoring service %s' "${2#scoring-}" ;;
    zh:assessment) printf '自评测服务' ;;
    en:assessment) printf 'assessment service' ;;
  esac
}

service_program() { # service_program SERVICE
  case $1 in
    redis) readlink -f "$(command -v redis-server)" ;;
    scoring-*) printf '%s\n' "$programs/zhiping-scoring" ;;
    *) printf '%s\n' "$programs/zhiping-$1" ;;
  esac
}

# The recorded process, if it still runs the service's program.
running_pid() { # running_pid SERVICE
  local pid executable
  pid=$(cat "$state/$1.pid" 2>/dev/null) || return 1
  executable=$(readlink "/proc/$pid/exe" 2>/dev/null) || return 1
  # After a rebuild the kernel calls the old file "… (deleted)".
  [[ ${executable% (deleted)} == "$(service_program "$1")" ]] || return 1
  printf '%s\n' "$pid"
}

# Asks a service to drain and stop; after 20 seconds it is ended. Returns 1 if it did not run.
stop_service() { # stop_service SERVICE
  local pid waited=0
  if ! pid=$(running_pid "$1"); then
    rm -f "$state/$1.pid"
    return 1
  fi
  kill -TERM "$pid"
  while running_pid "$1" >/dev/null; do
    if ((++waited > 200)); then
      say "$(service_title zh "$1")：20 秒内没有停下，强制结束（进程 $pid）" \
        "$(service_title en "$1"): did not stop within 20 seconds, ending it (process $pid)"
      kill -KILL "$pid" 2>/dev/null || true
    fi
    sleep 0.1
  done
  rm -f "$state/$1.pid"
}

# Scoring and assessment services drain at the same time. Returns 1 if nothing ran.
stop_services() {
  local i stopped=1 pid
  for i in assessment scoring-1 scoring-2; do
    if pid=$(running_pid "$i"); then kill -TERM "$pid"; fi
  done
  for ((i = ${#services[@]} - 1; i >= 0; i--)); do
    if stop_service "${services[i]}"; then stopped=0; fi
  done
  return "$stopped"
}

# Whether anything listens there.
port_answers() { # port_answers HOST PORT
  (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null
}
