#!/usr/bin/env bash
# What kbtriage costs, against what a user would run instead, in one run. Needs ripgrep, hyperfine and GNU time:
#   apt-get install ripgrep hyperfine time
# Corpora are made once, in target/bench. With --quick they have a sixteenth of the size: the ratios hold, the times do not.
# Exit code 1: a bound is not kept.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

part=1
if [[ ${1:-} == --quick ]]; then part=16; fi
for tool in rg hyperfine /usr/bin/time; do
  command -v "$tool" >/dev/null || { echo "$tool is missing: apt-get install ripgrep hyperfine time" >&2; exit 2; }
done

cargo build --quiet --release --bin kbtriage --example corpus
kbtriage=$PWD/target/release/kbtriage
corpus=$PWD/target/release/examples/corpus
work=$PWD/target/bench/$part
mkdir -p "$work"
cd "$work"

# once NAME COMMAND...: makes a corpus unless it is there and made by the same generator.
once() {
  local name=$1
  shift
  if [[ $name -nt $corpus && -e $name.done ]]; then return; fi
  rm -rf "$name" "$name.done"
  "$@"
  touch "$name" "$name.done"
}
echo "making corpora" >&2
"$corpus" names >names.txt
"$corpus" ticket >ticket.txt
: >empty.txt
once logs "$corpus" logs logs $((1024 / part)) 16
once evidence.txt "$corpus" evidence evidence.txt $((200 / part))
once tickets "$corpus" tickets tickets $((20000 / part))
once signatures "$corpus" signatures signatures $((100000 / part))
once one.log sh -c "cat logs/*.log >one.log"
once four.log sh -c "cat one.log one.log one.log one.log >four.log"
"$kbtriage" kb compile -q --no-embedded --signatures signatures -o signatures.pack
# Or writing them to the disk takes time from what is measured first.
sync

# seconds RUNS COMMAND: the mean wall time of a command whose output goes to a file, page cache warm, less that of the shell.
seconds() {
  hyperfine --warmup 1 --runs "$1" --export-csv times.csv "$2 >out.txt" >/dev/null 2>&1
  [[ -s out.txt ]] || { echo "no output: $2" >&2; exit 2; }
  awk -F, 'NR == 2 { printf "%.4f", $2 }' times.csv
}

kept=0
# row WORK OURS THEIRS BOUND: a row of the table; OURS against THEIRS where there is one, else OURS against BOUND.
row() {
  local figure
  figure=$(awk -v ours="$2" -v theirs="$3" 'BEGIN { printf "%.3f", theirs == "" ? ours : ours / theirs }')
  local answer=yes
  if awk -v figure="$figure" -v bound="$4" 'BEGIN { exit !(figure > bound) }'; then
    answer=no
    kept=1
  fi
  printf '| %s | %s | %s | %s | %s | %s |\n' "$1" "$2" "${3:--}" "$figure" "$4" "$answer"
}

scan="$kbtriage scan -q --format jsonl"
printf '%s, %s cores, %s, %s, %s\n\n' \
  "$(sed -n '/^model name/{s/.*: //p;q}' /proc/cpuinfo)" "$(nproc)" \
  "$("$kbtriage" --version)" "$(rg --version | sed -n 1p)" "$(date -u +%F)"
echo '| work | kbtriage | against | figure | bound | kept |'
echo '|---|---|---|---|---|---|'

logs=$(seconds 10 "$scan logs")
row "ordinary logs, seconds, against rg for the names" "$logs" "$(seconds 10 "rg -a -c -F -f names.txt logs")" 1.0
$scan logs >one-run.txt
$scan --threads 1 logs | cmp - one-run.txt

row "nothing but evidence, seconds, against rg for its marks" "$(seconds 5 "$scan evidence.txt")" \
  "$(seconds 5 "rg -a -N -i -e \"[a-z0-9_]![?a-z_~@]\" -e \"event id\" -e stop: -e \"caused an\" -e c0000005 evidence.txt")" 2.0

big="$scan --signatures signatures.pack"
loading=$(seconds 10 "$big empty.txt")
loading_own=$(seconds 10 "$scan empty.txt")
big_logs=$(seconds 10 "$big logs")
row "the logs with 100,000 signatures more, seconds after loading, against without" \
  "$(awk -v all="$big_logs" -v loading="$loading" 'BEGIN { print all - loading }')" \
  "$(awk -v all="$logs" -v loading="$loading_own" 'BEGIN { print all - loading }')" 1.1

row "kb list of 100,000 signatures from TOML, seconds" \
  "$(seconds 3 "$kbtriage kb list -q --no-embedded --signatures signatures")" "" 2
row "kb list of 100,000 signatures from a pack, seconds" \
  "$(seconds 10 "$kbtriage kb list -q --no-embedded --signatures signatures.pack")" "" 0.1

# peak FILE: the most memory of a scan, in MiB.
peak() {
  /usr/bin/time -f %M -o memory.txt "$kbtriage" scan -q --format jsonl "$1" >/dev/null
  awk '{ printf "%.1f", $1 / 1024 }' memory.txt
}
four=$(peak four.log)
row "one file of 4 GiB, peak MiB" "$four" "" 100
row "one file of 4 GiB, peak MiB, against 1 GiB" "$four" "$(peak one.log)" 1.15

row "a ticket of 2 KiB on stdin, milliseconds" \
  "$(awk -v ticket="$(seconds 100 "$kbtriage scan -q - <ticket.txt")" 'BEGIN { print 1000 * ticket }')" "" 10
row "small tickets in one folder, seconds, against rg for the names" "$(seconds 5 "$scan tickets")" \
  "$(seconds 5 "rg -a -c -F -f names.txt tickets")" 3.0
exit "$kept"
