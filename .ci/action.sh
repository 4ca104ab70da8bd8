#!/usr/bin/env bash
# The shell of the GitHub Action (../action.yml): `find`, `install` and `check`, a step each.
#
# Inputs come as INPUT_* variables and never as part of a script, so that nothing in them is run. An input that takes
# several values has one on each line.
set -euo pipefail

fail() {
  printf '::error title=kbtriage::%s\n' "$*"
  exit 2
}

# What a step hands on: NAME VALUE, in one line each.
output() {
  [[ $2 != *$'\n'* ]] || fail "$1 has more than one line"
  printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
}

# Where a program that the action builds stands.
root() { printf '%s/kbtriage' "$RUNNER_TEMP"; }

# Whether the program on the path will do, and otherwise the key under which a built one is kept.
find_program() {
  local version
  if command -v kbtriage >/dev/null; then
    version=$(kbtriage --version)
    if [[ -z ${INPUT_VERSION:-} || $version == "kbtriage $INPUT_VERSION" ]]; then
      echo "$version is on the path"
      output installed true
      return
    fi
    echo "on the path is $version, asked for is $INPUT_VERSION"
  fi
  cd "$GITHUB_ACTION_PATH"
  output installed false
  output key "$(find Cargo.toml Cargo.lock build.rs src signatures -type f -print0 |
    LC_ALL=C sort -z | xargs -0 cksum | git hash-object --stdin)"
}

# Builds the action's own program, unless the cache had it, and puts it onto the path of the steps that follow.
install_program() {
  local version
  if [[ ! -x $(root)/bin/kbtriage && ! -x $(root)/bin/kbtriage.exe ]]; then
    cargo install --locked --path "$GITHUB_ACTION_PATH" --root "$(root)"
  fi
  version=$("$(root)/bin/kbtriage" --version)
  if [[ -n ${INPUT_VERSION:-} && $version != "kbtriage $INPUT_VERSION" ]]; then
    fail "asked for is version $INPUT_VERSION, this action brings $version: use the action of that version"
  fi
  printf '%s/bin\n' "$(root)" >>"$GITHUB_PATH"
}

# Appends to `arguments` the lines of VALUES that are not empty, with OPTION before each where there is one.
add() {
  local option=$1 line
  while IFS= read -r line; do
    line=${line%$'\r'}
    if [[ -n $line ]]; then
      arguments+=(${option:+"$option"} "$line")
    fi
  done <<<"$2"
}

check() {
  local arguments=(check --format github) format path before status=0
  add --fail-on "${INPUT_FAIL_ON:-}"
  add --min-confidence "${INPUT_MIN_CONFIDENCE:-}"
  add --baseline "${INPUT_BASELINE:-}"
  add --signatures "${INPUT_SIGNATURES:-}"
  for format in sarif junit html; do
    path=INPUT_$(tr '[:lower:]' '[:upper:]' <<<"$format")
    path=${!path:-}
    output "$format" "$path"
    if [[ -n $path ]]; then
      mkdir -p -- "$(dirname -- "$path")"
      arguments+=(--output "$format=$path")
    fi
  done
  add "" "${INPUT_ARGS:-}"
  arguments+=(--)
  before=${#arguments[@]}
  add "" "${INPUT_PATHS:-}"
  ((${#arguments[@]} > before)) || fail "the input paths names no file and no folder"
  kbtriage "${arguments[@]}" || status=$?
  output exit-code "$status"
  return "$status"
}

case ${1:-} in
  find) find_program ;;
  install) install_program ;;
  check) check ;;
  *) fail "action.sh find|install|check" ;;
esac
