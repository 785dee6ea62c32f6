#!/usr/bin/env bash
# Fetches the charts that the templates name into .tools/charts/, a folder for each, in the versions that they name: from their
# registries, as Flux does, else out of the source of Go modules (scripts/charts.txt). A chart that neither has is named; whoever has its
# source can put it there himself, it is taken where name and version are those of the template. Nothing of them is kept in git.
#
#   scripts/fetch-charts.sh             all of them
#   scripts/fetch-charts.sh --strict    ends with 1 where one of scripts/charts.txt cannot be had
set -Eeuo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
TOOLS="${TOOLS_DIR:-$ROOT/.tools}"
CHARTS="$TOOLS/charts"
APPS="$ROOT/templates/config/kubernetes/apps"
# Hosts that do not answer, so that no other chart waits for them.
SILENT=' '
# shellcheck source=go-module.sh
source "$ROOT/scripts/go-module.sh"

# URL and version of each chart, a line each: in a template a version stands before its URL.
charts() {
  awk '$1 == "tag:" { version = $2 } $1 == "url:" && $2 ~ /^oci:/ { print $2, version }' "$APPS"/*/*/app/ocirepository.yaml.j2 | sort -u
}

# Whether the folder holds the chart in that version, or what the module has in its place. `.source` says where it is from, as the
# version in the source of a chart may be a placeholder.
is_there() {
  local url="$1" version="$2" module="$3" folder="$CHARTS/${1##*/}" source=''
  [[ -f "$folder/Chart.yaml" ]] || return 1
  if [[ -f "$folder/.source" ]]; then source="$(< "$folder/.source")"; fi
  [[ "$source" == "$url $version" || (-n "$module" && "$source" == "$module") ]] && return 0
  grep -qE "^version: [\"']?v?${version#v}[\"']?\s*$" "$folder/Chart.yaml"
}

# What Flux would pull, with all that it depends on.
pull() {
  local url="$1" version="$2" name="${1##*/}" host made="$CHARTS/.pulled" answer
  host="${url#oci://}"
  host="${host%%/*}"
  if [[ -z "$HELM" || "$SILENT" == *" $host "* ]]; then return 1; fi
  remove_modules "$made"
  mkdir -p "$made"
  if ! answer="$("$HELM" pull "$url" --version "$version" --untar --untardir "$made" 2>&1)"; then
    if [[ "$answer" == *'dial tcp'* || "$answer" == *'timeout'* || "$answer" == *'proxyconnect'* ]]; then SILENT+="$host "; fi
    return 1
  fi
  remove_modules "${CHARTS:?}/$name"
  mv "$made/$name" "$CHARTS/$name"
  echo "$url $version" > "$CHARTS/$name/.source"
}

# Into a folder of its own that takes the place of the old one at the end: a fetch that stops leaves no half of it.
copy() {
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
  # A chart beside it that it depends on.
  sed -nE 's|^ +repository: "?file://\.\./([^"]+)"?$|\1|p' "$made/Chart.yaml" | while read -r beside; do
    mkdir -p "$made/charts"
    cp -R "$folder/$(dirname "$part")/$beside" "$made/charts/$beside"
  done
  chmod -R u+w "$made"
  echo "$module" > "$made/.source"
  remove_modules "${CHARTS:?}/$name"
  mv "$made" "$CHARTS/$name"
}

# Module and folder of a chart, with the version where the last column has none: of the module is that of the chart.
module_of() {
  awk -v name="$1" -v version="v${2#v}" '$1 == name { print $2 "@" ($4 == "" ? version : $4), $3 }' "$ROOT/scripts/charts.txt"
}

main() {
  local strict=false failed=0 url version name module part
  case "${1:-}" in
    '') ;;
    --strict) strict=true ;;
    *) sed -nE '2,/^set /s/^# ?//p' "${BASH_SOURCE[0]}"; return 64 ;;
  esac
  mkdir -p "$CHARTS"
  HELM="$TOOLS/bin/helm"
  if [[ ! -x "$HELM" ]]; then HELM="$(command -v helm || true)"; fi
  while read -r url version <&7; do
    name="${url##*/}"
    read -r module part <<< "$(module_of "$name" "$version")" || true
    if is_there "$url" "$version" "$module"; then
      echo "the chart $name $version is there"
    elif pull "$url" "$version"; then
      echo "the chart $name $version was pulled"
    # A shell of its own, so that a step that fails ends it and nothing else.
    elif [[ -n "$module" ]] && (set -Eeuo pipefail; copy "$name" "$module" "$part"); then
      echo "the chart $name of $module was fetched"
    else
      echo "the chart $name $version could not be fetched" >&2
      if [[ -n "$module" ]]; then failed=1; fi
    fi
  done 7< <(charts)
  if $strict; then return "$failed"; fi
}

main "$@"
