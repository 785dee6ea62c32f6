#!/usr/bin/env bash
# Fetches the real charts that can be had as source of Go modules into .tools/charts/, a folder for each, in the versions
# that the templates name (scripts/charts.txt). All of these projects are under the Apache Licence 2.0, but volsync (AGPL 3.0);
# nothing of them is kept in git.
#
#   scripts/fetch-charts.sh             all of them
#   scripts/fetch-charts.sh --strict    ends with 1 where one cannot be had
set -Eeuo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
TOOLS="${TOOLS_DIR:-$ROOT/.tools}"
CHARTS="$TOOLS/charts"
# shellcheck source=go-module.sh
source "$ROOT/scripts/go-module.sh"

# The version of an app's chart, as its template has it.
version_of() {
  sed -nE 's/^ +tag: v?(.*)$/v\1/p' "$ROOT/templates/config/kubernetes/apps/$1/app/ocirepository.yaml.j2"
}

# Into a folder of its own that takes the place of the old one at the end: a fetch that stops leaves no half of it.
fetch() {
  local name="$1" module="$2" part="$3" folder made="$CHARTS/.$1.new"
  folder="$(module_folder "$module" "$TOOLS/work/chart-$name-source")"
  remove_modules "$made"
  mkdir -p "$CHARTS"
  cp -R "$folder/$part" "$made"
  chmod -R u+w "$made"
  # What the project fills in when it releases the chart.
  if [[ -f "$made/values.tmpl.yaml" ]]; then
    sed -E 's/\$\{GatewayImagePullPolicy\}/IfNotPresent/; s|\$\{[A-Za-z]+\}|docker.io/envoyproxy/gateway:'"${module##*@}"'|' "$made/values.tmpl.yaml" > "$made/values.yaml"
  fi
  echo "$module" > "$made/.source"
  remove_modules "${CHARTS:?}/$name"
  mv "$made" "$CHARTS/$name"
}

fetch_one() {
  local name="$1" module="$2"
  if [[ -f "$CHARTS/$name/.source" && "$(< "$CHARTS/$name/.source")" == "$module" ]]; then
    echo "the chart $name of $module is there"
    return 0
  fi
  # A shell of its own, so that a step that fails ends it and nothing else.
  (set -Eeuo pipefail; fetch "$@")
}

main() {
  local strict=false failed=0 name app module part version
  case "${1:-}" in
    '') ;;
    --strict) strict=true ;;
    *) sed -nE '2,/^set /s/^# ?//p' "${BASH_SOURCE[0]}"; return 64 ;;
  esac
  while read -r name app module part version; do
    if [[ -z "$name" || "$name" == '#'* ]]; then continue; fi
    version="${version:-$(version_of "$app")}"
    if ! fetch_one "$name" "$module@$version" "$part"; then
      echo "the chart $name of $module@$version could not be fetched" >&2
      failed=1
    fi
  done < "$ROOT/scripts/charts.txt"
  if $strict; then return "$failed"; fi
}

main "$@"
