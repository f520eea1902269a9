# shellcheck shell=bash
# What makes the local suite trusted, for trying only: keys, certificates, an issuer and its tokens.
# Sourced by up.

# What up knows.
: "${ctl:?}" "${programme:?}" "${enterprise:?}" "${state:?}" "${state_name:?}" "${host:?}"

make_key() { # make_key NAME PURPOSES
  (umask 077 && "$ctl" key generate --out "$state/$1.key" --trust-file "$state/trust.txtpb" --purposes "$2")
}

# The databases go with the key: what they hold is signed by it. Heads of audit logs, and receipts, are
# signed by keys of their own.
make_keys_once() {
  if [[ ! -f $state/dev.key || ! -f $state/trust.txtpb ]]; then
    say "生成开发用密钥（仅供本机，$state_name/dev.key）" "Making a development key (for this machine only, $state_name/dev.key)"
    stop_services || true
    rm -rf "$state"/{dev,audit,receipt}.key "$state/trust.txtpb" "$state"/{catalogue,assessment}.db* \
      "$state"/{scoring-1,scoring-2,assessment,bundle,receipts} "$state"/scoring-[12]-audit.db*
    make_key dev release,notes,activation
  fi
  if [[ ! -f $state/audit.key ]]; then make_key audit audit; fi
  if [[ ! -f $state/receipt.key ]]; then make_key receipt receipt; fi
}

# By which names and addresses the services are reached, as openssl writes them.
certificate_names() {
  local address addresses=127.0.0.1
  if [[ $host == 0.0.0.0 ]]; then
    addresses+=" $(hostname -I)"
  elif [[ $host != 127.0.0.1 ]]; then
    addresses+=" $host"
  fi
  printf 'DNS:localhost,DNS:%s' "$(hostname)"
  for address in $addresses; do printf ',IP:%s' "$address"; done
}

# Signs itself, unless the arguments name an authority.
new_certificate() { # new_certificate NAME ARGUMENT…
  if ! openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 365 \
    -config <(printf '[req]\ndistinguished_name=name\n[name]\n') -subj "/CN=Zhiping development $1" \
    -keyout "$state/tls/$1.key" -out "$state/tls/$1.crt" "${@:2}" 2>"$state/tls/openssl.log"; then
    cat "$state/tls/openssl.log" >&2
    fail "生成证书没有成功，原因见上" "making the certificates did not succeed, see above"
  fi
}

# They are made anew for other addresses, and in the last week before they expire; then the services
# are restarted with them. The authority's key is not kept: nobody signs more by it.
make_certificates_once() {
  local names name valid=true
  names=$(certificate_names)
  if [[ $(cat "$state/tls/names" 2>/dev/null) != "$names" ]]; then valid=false; fi
  for name in ca catalogue scoring assessment; do
    if ! openssl x509 -in "$state/tls/$name.crt" -noout -checkend 604800 >/dev/null 2>&1; then valid=false; fi
  done
  if $valid; then return; fi
  say "生成开发用证书（一年有效，仅供试用，$state_name/tls/）" \
    "Making development certificates (valid for a year, for trying only, $state_name/tls/)"
  rm -rf "$state/tls"
  (
    umask 077
    mkdir "$state/tls"
    new_certificate ca -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
    for name in catalogue scoring assessment; do
      new_certificate "$name" -CA "$state/tls/ca.crt" -CAkey "$state/tls/ca.key" \
        -addext "subjectAltName=$names,URI:spiffe://zhiping/$name" -addext basicConstraints=critical,CA:FALSE
    done
    rm "$state/tls/ca.key" "$state/tls/openssl.log"
    printf '%s\n' "$names" >"$state/tls/names"
  )
}

make_issuer_once() {
  if [[ -f $state/issuer/identity.txtpb ]]; then return; fi
  say "建立开发用令牌签发者（仅供试用，$state_name/issuer/）" \
    "Making a development issuer of tokens (for trying only, $state_name/issuer/)"
  rm -rf "$state/issuer"
  "$ctl" token issuer "$state/issuer" --issuer zhiping-local >/dev/null
}

# One for each of the roles that are tried here; new ones at each run, so that they do not expire
# under whoever comes back.
mint_tokens() {
  local role arguments
  for role in editor operator auditor officer platform enterprise county city province; do
    case $role in
      editor) arguments=(--roles criteria-editor --programmes "$programme" --name 试用标准编辑) ;;
      operator) arguments=(--roles operator --name 试用运维) ;;
      auditor) arguments=(--roles auditor --name 试用审计) ;;
      officer) arguments=(--roles campaign-officer --programmes "$programme" --name 试用批次管理员) ;;
      platform) arguments=(--roles platform --name 试用平台) ;;
      enterprise) arguments=(--roles enterprise --name 样例企业 --uscc "$enterprise") ;;
      county) arguments=(--roles reviewer --name 试用县级审核员 --review-unit wuxi-jiangyin) ;;
      city) arguments=(--roles reviewer --name 试用市级审核员 --review-unit wuxi) ;;
      province) arguments=(--roles reviewer --name 试用省级审核员 --review-unit jiangsu) ;;
    esac
    "$ctl" token mint --issuer-folder "$state/issuer" --subject "$role" \
      --valid-for 720h --out "$state/tokens/$role.jwt" "${arguments[@]}" >/dev/null
  done
}
