#!/usr/bin/env bash
# Installs pinned versions of the real programs that tests compare with into .tools/, which git ignores:
#
#   scripts/install-tools.sh sops age        these two
#   scripts/install-tools.sh --list          what can be asked for
#   scripts/install-tools.sh --strict sops   ends with 1 where one cannot be installed
#
# What is there in the pinned version is left alone. Everything comes from the package registries of Go, Python and Debian.
set -Eeuo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
TOOLS="${TOOLS_DIR:-$ROOT/.tools}"
BIN="$TOOLS/bin"
LOGS="$TOOLS/logs"
# shellcheck source=go-module.sh
source "$ROOT/scripts/go-module.sh"

# Every program with its version. A change here installs it anew.
declare -A VERSIONS=(
  [age]=1.3.1
  [controller-gen]=0.20.0
  [etcd]=3
  [flux]=2.9.4
  [flux-envsubst]=1.7.1
  [helm]=3.20.0
  [helm-controller]=1.6.4
  [helmfile]=1.8.0
  [jinja2]=3.1.6
  [kube-apiserver]=1.35.4
  [kubeconform]=0.8.0
  [kustomize]=5.8.1
  [kustomize-controller]=1.9.5
  [load-balancer-pools]=1.20.1
  [machine-config]=1.13.7
  [makejinja]=2.8.1
  [sops]=3.13.3
  [source-controller]=1.9.3
  [talhelper]=3.1.16
  [task]=3.54.0
)
PYYAML_VERSION=6.0.3

install_age() {
  go_install "filippo.io/age/cmd/...@v$1"
}

install_controller-gen() {
  go_install "sigs.k8s.io/controller-tools/cmd/controller-gen@v$1"
}

# Flux' library, in a program of ours that asks it.
install_flux-envsubst() {
  local work="$TOOLS/work/flux-envsubst"
  fresh "$work"
  cp "$ROOT/scripts/judges/flux-envsubst.go.txt" "$work/main.go"
  printf 'module scratch\n\ngo 1.26.0\n\nrequire github.com/fluxcd/pkg/envsubst v%s\n' "$1" > "$work/go.mod"
  (cd "$work" && GOFLAGS='-mod=mod' go build -o "$BIN/flux-envsubst" .)
}

# The package is only downloaded and unpacked: nothing of the system is changed.
install_etcd() {
  needs apt-get && needs dpkg-deb || return 1
  local work="$TOOLS/work/etcd"
  fresh "$work"
  (cd "$work" && { apt-get download etcd-server || { apt-get update && apt-get download etcd-server; }; })
  dpkg-deb --extract "$work"/etcd-server_*.deb "$work/root"
  install -m 0755 "$work/root/usr/bin/etcd" "$BIN/etcd"
}

# The program carries the manifests that it installs, which are no part of the module: only `install` and `bootstrap` want them.
install_flux() {
  local source
  source="$(flux_source "flux2/v2@v$1")"
  mkdir -p "$source/cmd/flux/manifests"
  echo '# none' > "$source/cmd/flux/manifests/install.yaml"
  (cd "$source" && GOFLAGS='-mod=mod' go build -o "$BIN/flux" -ldflags "-X main.VERSION=$1" ./cmd/flux)
}

install_helm() {
  go_install "helm.sh/helm/v3/cmd/helm@v$1"
}

install_helm-controller() {
  flux_controller helm-controller "$1"
}

# Its go.mod replaces modules, which `go install` refuses.
install_helmfile() {
  local source
  source="$(go_source "github.com/helmfile/helmfile@v$1")"
  (cd "$source" && go build -o "$BIN/helmfile" -ldflags "-X go.szostok.io/version.version=v$1" .)
}

install_jinja2() {
  python_environment jinja2 "jinja2==$1" "PyYAML==$PYYAML_VERSION"
}

# A main of our own, as the module replaces the libraries that it shares a repository with.
install_kube-apiserver() {
  local work="$TOOLS/work/kube-apiserver" source minor="${1#*.}"
  source="$(go_source "k8s.io/kubernetes@v$1")"
  fresh "$work"
  cp "$ROOT/scripts/judges/kube-apiserver.go.txt" "$work/main.go"
  {
    printf 'module kube-apiserver\n\ngo 1.25.0\n\nrequire k8s.io/kubernetes v%s\n\nreplace (\n' "$1"
    sed -nE 's|^\s*(k8s\.io/\S+) => \./staging/.*|\t\1 => \1 v0.'"$minor"'|p' "$source/go.mod"
    printf ')\n'
  } > "$work/go.mod"
  (cd "$work" && GOFLAGS='-mod=mod' go build -o "$BIN/kube-apiserver" -ldflags "$(kubernetes_version "$1")" .)
}

# What the server says of itself; without it it takes itself for version 0.0.
kubernetes_version() {
  local package=k8s.io/component-base/version minor="${1#*.}"
  printf -- '-X %s.gitVersion=v%s -X %s.gitMajor=%s -X %s.gitMinor=%s' \
    "$package" "$1" "$package" "${1%%.*}" "$package" "${minor%%.*}"
}

install_kubeconform() {
  go_install "github.com/yannh/kubeconform/cmd/kubeconform@v$1"
}

install_kustomize() {
  go_install "sigs.k8s.io/kustomize/kustomize/v5@v$1"
}

install_kustomize-controller() {
  flux_controller kustomize-controller "$1"
}

# Cilium's allocator has private parts: what asks it is built as a test of its package. Its own tests want what the proxy has not.
install_load-balancer-pools() {
  local source package
  source="$(go_source "github.com/cilium/cilium@v$1")"
  package="$source/operator/pkg/lbipam"
  rm "$package/lbipam_test.go"
  cp "$ROOT/scripts/judges/load-balancer-pools.go.txt" "$package/pools_test.go"
  (cd "$source" && GOFLAGS='-mod=mod' go test -c -o "$BIN/load-balancer-pools" ./operator/pkg/lbipam)
}

# Talos' loader of machine configurations is a module of its own; the library of the link's settings is a fork of theirs.
install_machine-config() {
  local work="$TOOLS/work/machine-config" module=github.com/siderolabs/talos/pkg/machinery source
  source="$(module_folder "$module@v$1" "$TOOLS/work/unpacked")"
  fresh "$work"
  cp "$ROOT/scripts/judges/machine-config.go.txt" "$work/main.go"
  {
    printf 'module machine-config\n\ngo 1.26\n\nrequire %s v%s\n\n' "$module" "$1"
    sed -nE 's/^(replace .* => [^.].*)$/\1/p' "$source/go.mod"
  } > "$work/go.mod"
  (cd "$work" && GOFLAGS='-mod=mod' go build -o "$BIN/machine-config" .)
}

install_makejinja() {
  python_environment makejinja "makejinja==$1"
}

install_sops() {
  go_install "github.com/getsops/sops/v3/cmd/sops@v$1"
}

install_source-controller() {
  flux_controller source-controller "$1"
}

# `go install` asks for the list of versions, which the proxy may refuse; a module that requires it does not.
install_talhelper() {
  local work="$TOOLS/work/talhelper"
  fresh "$work"
  printf 'module scratch\n\ngo 1.25.0\n\nrequire github.com/budimanjojo/talhelper/v3 v%s\n' "$1" > "$work/go.mod"
  (cd "$work" && GOFLAGS='-mod=mod' go build -o "$BIN/talhelper" \
    -ldflags "-X github.com/budimanjojo/talhelper/v3/cmd.version=v$1" github.com/budimanjojo/talhelper/v3)
}

# The npm package downloads the program when it is installed; the wheel holds it.
install_task() {
  python_environment task "go-task-bin==$1"
  local program
  program="$(find "$TOOLS/python/task" -type f -name task -perm -u+x | head -n 1)"
  [[ -n "$program" ]] || { echo 'the package go-task-bin holds no program' >&2; return 1; }
  install -m 0755 "$program" "$BIN/task"
}

go_install() {
  needs go || return 1
  GOBIN="$BIN" go install "$1"
}

flux_controller() {
  local source
  source="$(flux_source "$1@v$2")"
  (cd "$source" && GOFLAGS='-mod=mod' go build -o "$BIN/$1" .)
}

# A copy of the source of a part of Flux; prints its folder. Its go.mod replaces modules by folders beside it that are modules of
# their own, and so are no part of the copy: they come from the proxy.
flux_source() {
  local source replaced
  source="$(go_source "github.com/fluxcd/$1")"
  for replaced in $(sed -nE 's|^(replace)?\s*(\S+)( \S+)? => \.\.?/.*|\2|p' "$source/go.mod"); do
    (cd "$source" && go mod edit "-dropreplace=$replaced")
  done
  printf '%s\n' "$source"
}

# A copy of a module's source that may be built in; prints its folder.
go_source() {
  local folder work
  folder="$(module_folder "$1" "$TOOLS/work/unpacked")"
  work="$TOOLS/work/$(basename "${1%@*}")-source"
  fresh "$work"
  cp -R "$folder/." "$work"
  chmod -R u+w "$work"
  printf '%s\n' "$work"
}

# A Python environment of its own with these packages: .tools/python/NAME.
python_environment() {
  needs python3 || return 1
  local folder="$TOOLS/python/$1"
  shift
  fresh "$folder"
  python3 -m venv "$folder"
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-input "$@"
}

needs() {
  command -v "$1" > /dev/null || { echo "$1 is not installed" >&2; return 1; }
}

fresh() {
  remove_modules "$1"
  mkdir -p "$1"
}

usage() {
  sed -nE '2,/^set /s/^# ?//p' "${BASH_SOURCE[0]}"
}

installed() {
  [[ -f "$TOOLS/versions/$1" && "$(< "$TOOLS/versions/$1")" == "${VERSIONS[$1]}" ]]
}

# Installs one program in a shell of its own, so that a step that fails ends it and nothing else.
install_one() {
  local name="$1" version="${VERSIONS[$1]}" log="$LOGS/$1.log" status=0
  if installed "$name"; then
    echo "$name $version is installed"
    return 0
  fi
  (set -Eeuo pipefail; "install_$name" "$version") > "$log" 2>&1
  status=$?
  if ((status == 0)); then
    echo "$version" > "$TOOLS/versions/$name"
    echo "$name $version was installed"
    return 0
  fi
  echo "$name $version could not be installed: $(grep -v '^\s*$' "$log" | tail -n 1) (${log#"$ROOT/"})" >&2
  return 1
}

main() {
  local strict=false failed=0 names=() argument
  for argument in "$@"; do
    case "$argument" in
      --strict) strict=true ;;
      --list) printf '%s\n' "${!VERSIONS[@]}" | sort; return 0 ;;
      --help | -h) usage; return 0 ;;
      *) [[ -n "${VERSIONS[$argument]:-}" ]] || { echo "unknown: $argument (--list names what there is)" >&2; return 64; }
        names+=("$argument") ;;
    esac
  done
  if ((${#names[@]} == 0)); then usage; return 64; fi
  mkdir -p "$BIN" "$LOGS" "$TOOLS/versions"
  # One run at a time: tests may ask at the same moment.
  exec 9> "$TOOLS/lock"
  if command -v flock > /dev/null; then flock 9; fi
  # Behind `||` or `if` a shell would run on after a step that fails, even where it was told not to.
  set +e
  for argument in "${names[@]}"; do
    install_one "$argument"
    failed=$((failed + $?))
  done
  [[ "$strict" == true && "$failed" -gt 0 ]] && return 1
  return 0
}

main "$@"
