#!/usr/bin/env bash
# Fetches the CustomResourceDefinitions of everything that the templates make objects of into .tools/crds/, a folder for
# each source, at pinned versions and from the Go module proxy. They are under the Apache Licence 2.0, which the API of VolSync may be
# taken under as well, but those of Tailscale (BSD 3-Clause) and of the Flux Operator (AGPL 3.0); nothing of them is kept in git.
#
#   scripts/fetch-crds.sh             all of them
#   scripts/fetch-crds.sh cilium      only these
#   scripts/fetch-crds.sh --strict    ends with 1 where one cannot be had
set -Eeuo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
TOOLS="${TOOLS_DIR:-$ROOT/.tools}"
CRDS="$TOOLS/crds"
# shellcheck source=go-module.sh
source "$ROOT/scripts/go-module.sh"

# NAME MODULE@VERSION KIND PATH...: `files` copies the CRDs of folders, `types` makes them from Go packages.
SOURCES="
cert-manager       github.com/cert-manager/cert-manager@v1.21.2                        files deploy/crds
barman-cloud       github.com/cloudnative-pg/plugin-barman-cloud@v0.15.0               files config/crd/bases
cilium             github.com/cilium/cilium@v1.20.2                                    files pkg/k8s/apis/cilium.io/client/crds/v2 pkg/k8s/apis/cilium.io/client/crds/v2alpha1
cloudnative-pg     github.com/cloudnative-pg/cloudnative-pg@v1.28.0                    files config/crd/bases
envoy-gateway      github.com/envoyproxy/gateway@v1.9.0                                files charts/gateway-helm/charts/crds/crds
external-dns       sigs.k8s.io/external-dns@v0.23.0                                    files config/crd/standard
external-secrets   github.com/external-secrets/external-secrets@v0.20.4                files config/crds/bases
flux-helm          github.com/fluxcd/helm-controller/api@v1.6.4                        types v2
flux-kustomize     github.com/fluxcd/kustomize-controller/api@v1.9.5                   types v1
flux-notification  github.com/fluxcd/notification-controller/api@v1.9.4                types v1 v1beta3
flux-operator      github.com/controlplaneio-fluxcd/flux-operator@v0.59.0              files config/crd/bases
flux-source        github.com/fluxcd/source-controller/api@v1.9.5                      types v1
kgateway           github.com/kgateway-dev/kgateway/v2@v2.2.0                          files install/helm/agentgateway-crds/templates install/helm/kgateway-crds/templates
prometheus         github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring@v0.92.0  types v1
rook               github.com/rook/rook@v1.20.6                                        files deploy/examples/crds.yaml
snapshots          github.com/kubernetes-csi/external-snapshotter/client/v8@v8.6.0     files config/crd
tailscale          tailscale.com@v1.104.7                                              files cmd/k8s-operator/deploy/crds
volsync            github.com/backube/volsync@v0.14.0                                  files config/crd/bases
"

# Into a folder of its own that takes the place of the old one at the end: a fetch that stops leaves no half of it.
fetch() {
  local name="$1" module="$2" kind="$3" folder part made="$CRDS/.$1.new"
  shift 3
  folder="$(module_folder "$module" "$TOOLS/work/crds-$name-source")"
  rm -rf "$made"
  mkdir -p "$made"
  for part in "$@"; do "take_$kind" "$folder" "$part" "$made" "$name"; done
  [[ -n "$(ls -A "$made")" ]] || { echo "$module holds no CRD" >&2; return 1; }
  echo "$module" > "$made/.source"
  chmod -R u+w "$made"
  rm -rf "${CRDS:?}/$name"
  mv "$made" "$CRDS/$name"
}

take_files() {
  local file
  while IFS= read -r file; do
    cp "$file" "$3/$(basename "$2")-$(basename "$file")"
  done < <(grep -rlE '^kind: "?CustomResourceDefinition' "$1/$2" --include='*.yaml')
}

# The generator wants a module that it may write to.
take_types() {
  local work="$TOOLS/work/crds-$4"
  remove_modules "$work"
  mkdir -p "$work"
  cp -R "$1/." "$work"
  chmod -R u+w "$work"
  (cd "$work" && "$TOOLS/bin/controller-gen" crd:crdVersions=v1 "paths=./$2" "output:crd:dir=$work/.made")
  cp "$work"/.made/*.yaml "$3"
}

# A fetch in a shell of its own, so that a step that fails ends it and nothing else.
fetch_one() {
  local name="$1" module="$2" log="$TOOLS/logs/crds-$1.log" status
  if [[ -f "$CRDS/$name/.source" && "$(< "$CRDS/$name/.source")" == "$module" ]]; then
    echo "CRDs of $module are there"
    return 0
  fi
  (set -Eeuo pipefail; fetch "$@") > "$log" 2>&1
  status=$?
  if ((status == 0)); then
    echo "CRDs of $module were fetched: $(find "$CRDS/$name" -name '*.yaml' | wc -l)"
  else
    echo "CRDs of $module could not be fetched: $(grep -v '^\s*$' "$log" | tail -n 1) (${log#"$ROOT/"})" >&2
  fi
  return "$status"
}

main() {
  local strict=false failed=0 wanted=' ' argument line fields
  for argument in "$@"; do
    case "$argument" in
      --strict) strict=true ;;
      --help | -h) sed -nE '2,/^set /s/^# ?//p' "${BASH_SOURCE[0]}"; return 0 ;;
      *) grep -qE "^$argument " <<< "$SOURCES" || { echo "unknown: $argument" >&2; return 64; }
        wanted+="$argument " ;;
    esac
  done
  command -v go > /dev/null || { echo 'go is not installed' >&2; return "$([[ $strict == true ]] && echo 1 || echo 0)"; }
  mkdir -p "$CRDS" "$TOOLS/logs"
  "$ROOT/scripts/install-tools.sh" controller-gen > /dev/null
  exec 8> "$TOOLS/crds.lock"
  if command -v flock > /dev/null; then flock 8; fi
  # Behind `||` or `if` a shell would run on after a step that fails, even where it was told not to.
  set +e
  while IFS= read -r line; do
    read -ra fields <<< "$line"
    if ((${#fields[@]} == 0)) || [[ "$wanted" != ' ' && "$wanted" != *" ${fields[0]} "* ]]; then continue; fi
    fetch_one "${fields[@]}" < /dev/null
    failed=$((failed + $?))
  done <<< "$SOURCES"
  [[ "$strict" == true && "$failed" -gt 0 ]] && return 1
  return 0
}

main "$@"
