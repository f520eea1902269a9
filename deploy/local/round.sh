# shellcheck shell=bash
# The yearly round of the sample enterprise, by the people whose tokens `up` makes: from registering it
# to the confirmed submission and its receipts. What was done already is not done again, and what was
# broken off goes on. Sourced by up.

# What up knows.
: "${ctl:?}" "${programme:?}" "${enterprise:?}" "${sample:?}" "${state:?}" "${state_name:?}"

# With a window and reviews, and one without an end or reviews.
campaign=jiangsu-ai-2026
open_campaign=jiangsu-ai-open

# A command of zhipingctl that asks the assessment service.
ask_assessment() { # ask_assessment ROLE COMMAND…
  local arguments
  mapfile -t arguments < <(assessment_arguments "$1")
  "$ctl" "${@:2}" "${arguments[@]}"
}

# The same by the sample enterprise, about its assessment.
ask_about_sample() { # ask_about_sample COMMAND…
  ask_assessment enterprise "$@" --enterprise "$enterprise" --campaign "$campaign"
}

# Whether it answers at all: what it would say is not wanted.
assessment_has() { # assessment_has ROLE COMMAND…
  ask_assessment "$@" >/dev/null 2>&1
}

create_campaign() { # create_campaign ID TITLE ARGUMENT…
  if assessment_has officer campaign show "$1"; then return; fi
  say "批次管理员创建批次：$2（$1）" "The campaign officer creates the campaign $1"
  # Days begin and end in Beijing.
  ask_assessment officer campaign create "$1" --programme "$programme" --year 2026 --title "$2" \
    --opens "$(TZ=CST-8 date +%F)" --commitment-version 2026-1 --commitment-file "$sample/commitment.txt" \
    "${@:3}" --json >/dev/null
}

# By the platform, which may act for the enterprise from then on.
register_sample() {
  if assessment_has platform enterprise show "$enterprise" --acting-for 张三; then return; fi
  say "平台登记样例企业（$sample/enterprise.csv）" "The platform registers the sample enterprise ($sample/enterprise.csv)"
  ask_assessment platform enterprise import "$sample/enterprise.csv" --acting-for 张三 --json >/dev/null
}

fill_and_submit() {
  say "企业填报（$sample/answers.csv、facts.txt），试算：" "The enterprise answers ($sample/answers.csv, facts.txt) and previews:"
  if ! assessment_has enterprise assessment show --enterprise "$enterprise" --campaign "$campaign"; then
    ask_about_sample assessment open --json >/dev/null
  fi
  ask_about_sample assessment import "$sample/answers.csv" --yes --json >/dev/null
  ask_about_sample assessment facts --set "$(cat "$sample/facts.txt")" --json >/dev/null
  ask_about_sample assessment preview | sed -n 1,5p
  ask_about_sample assessment submit --given-by 张三 --accept-commitment --json >/dev/null
}

# The sample's latest submission: sets submission to its name, status, stage and receipt_no; all are
# empty if there is none.
find_submission() {
  local found
  found=$(ask_about_sample submission list --limit 1 --json | python3 -c '
import json, sys
for one in json.load(sys.stdin)["submissions"]:
    name = "{enterprise}/{plant}/{campaign}#{number}".format(**one["key"])
    print(name, one["state"], one["stage"], one["receiptNo"])')
  read -r submission status stage receipt_no <<<"$found"
}

# By whoever's turn it is.
decide_on_submission() {
  local role=${stage,,}
  case $role in
    county) say "县级审核员领取，审核通过" "The county's reviewer takes it and approves" ;;
    city) say "市级审核员领取，审核通过" "The city's reviewer takes it and approves" ;;
    province) say "省级审核员领取，确认" "The province's reviewer takes it and confirms" ;;
  esac
  ask_assessment "$role" review take "$submission" --json >/dev/null
  ask_assessment "$role" review approve "$submission" --json >/dev/null
}

# Of the submission and of the last decision, verified without any service: by the release, as a file,
# and the published keys.
verify_receipts() {
  local receipt=$state_name/receipts/$receipt_no bundle=$state_name/bundle file call
  mkdir -p "$state/receipts"
  # Of an earlier decision, perhaps.
  rm -f "$receipt-decision.json"
  if [[ ! -d $bundle ]]; then
    ask_catalogue release bundle --out "$bundle" --trust-file "$state_name/trust.txtpb" --json >/dev/null
  fi
  say "取提交回执和审核回执，不用任何服务即可验证：" "The receipts of submission and decision, verified without any service:"
  ask_assessment enterprise submission receipt "$submission" "$receipt.json" --json >/dev/null
  ask_assessment enterprise submission receipt "$submission" "$receipt-decision.json" --decision --json >/dev/null
  for file in "$receipt.json" "$receipt-decision.json"; do
    call=("$ctl" verify "$file" --release "$(echo "$bundle"/*.release.json)" --trust-file "$state_name/trust.txtpb")
    print_call "${call[@]}"
    "${call[@]}" | sed -n 1,3p
  done
}

run_round() {
  local submission='' status='' stage='' receipt_no=''
  printf '\n'
  say "一轮自评测：登记、填报、提交，县、市、省三级审核，回执" \
    "A round: registered, answered, submitted, reviewed by county, city and province, receipts"
  register_sample
  create_campaign "$campaign" "2026 年自评测" --release "$(digest_in_force)" \
    --closes "$(TZ=CST-8 date -d '+90 days' +%F)" --review all --appeal-days 10
  create_campaign "$open_campaign" "常态化自评测" --review none
  find_submission
  if [[ -z $submission ]]; then
    fill_and_submit
    find_submission
    say "企业提交，回执编号 $receipt_no" "The enterprise submits; receipt number $receipt_no"
  else
    say "样例企业已经提交，回执编号 $receipt_no" "The sample enterprise has submitted already; receipt number $receipt_no"
  fi
  while [[ $status == UNDER_REVIEW ]]; do
    decide_on_submission
    find_submission
  done
  if [[ $status == CONFIRMED ]]; then verify_receipts; fi
  printf '\n'
  ask_assessment enterprise submission show "$submission"
}
