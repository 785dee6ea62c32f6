#!/usr/bin/env bash
# Fetches the real charts that can be had as source of Go modules into .tools/charts/, a folder for each, at pinned
# versions. All of these projects are under the Apache Licence 2.0, but volsync (AGPL 3.0); nothing of them is kept in git.
#
#   scripts/fetch-charts.sh             all of them
#   scripts/fetch-charts.sh --strict    ends with 1 where one cannot be had
set -Eeuo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
TOOLS="${TOOLS_DIR:-$ROOT/.tools}"
CHARTS="$TOOLS/charts"
# shellcheck source=go-module.sh
source "$ROOT/scripts/go-module.sh"

# NAME MODULE@VERSION FOLDER
SOURCES="
agentgateway       github.com/kgateway-dev/kgateway/v2@v2.2.0      install/helm/agentgateway
agentgateway-crds  github.com/kgateway-dev/kgateway/v2@v2.2.0      install/helm/agentgateway-crds
cert-manager       github.com/cert-manager/cert-manager@v1.21.2    deploy/charts/cert-manager
cilium             github.com/cilium/cilium@v1.20.2                install/kubernetes/cilium
external-dns       sigs.k8s.io/external-dns@v0.23.0                charts/external-dns
gateway-helm       github.com/envoyproxy/gateway@v1.9.0            charts/gateway-helm
volsync            github.com/backube/volsync@v0.14.0              helm/volsync
"

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
    sed -E 's/\$\{GatewayImagePullPolicy\}/IfNotPresent/; s|\$\{[A-Za-z]+\}|docker.io/envoyproxy/gateway:v1.9.0|' "$made/values.tmpl.yaml" > "$made/values.yaml"
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
  local strict=false failed=0 fields line
  case "${1:-}" in
    '') ;;
    --strict) strict=true ;;
    *) sed -nE '2,/^set /s/^# ?//p' "${BASH_SOURCE[0]}"; return 64 ;;
  esac
  while IFS= read -r line; do
    read -ra fields <<< "$line"
    if ((${#fields[@]} == 0)); then continue; fi
    if ! fetch_one "${fields[@]}"; then
      echo "the chart ${fields[0]} of ${fields[1]} could not be fetched" >&2
      failed=1
    fi
  done <<< "$SOURCES"
  if $strict; then return "$failed"; fi
}

main "$@"
