#!/usr/bin/env bash
# Helpers for shell scripts of this repository. Source it after `set -Eeuo pipefail`.

ROOT_DIR="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
export ROOT_DIR
export LOG_LEVEL="${LOG_LEVEL:-info}"

# Writes a line with time, level, message and key=value pairs: log info "Done" "files=3"
# Errors go to standard error; nothing here ends the script: that is for the caller to say, by `die` or `exit`.
log() {
    local level="${1:-info}" message="${2:-}"
    shift 2 || shift $#
    local weight wanted
    weight="$(log_weight "${level}")"
    wanted="$(log_weight "${LOG_LEVEL}")"
    if ((weight < wanted)); then
        return 0
    fi
    local pairs="" pair
    for pair in "$@"; do
        pairs+=" ${pair%%=*}=\"${pair#*=}\""
    done
    local line
    line="$(date -u +"%Y-%m-%dT%H:%M:%SZ") $(tr '[:lower:]' '[:upper:]' <<<"${level}") ${message}${pairs}"
    if ((weight >= 4)); then
        printf '%s\n' "${line}" >&2
    else
        printf '%s\n' "${line}"
    fi
}

# A level that is not known weighs as much as an error, so that no mistake in a script hides one.
log_weight() {
    case "$1" in
        debug) echo 1 ;;
        info) echo 2 ;;
        warn) echo 3 ;;
        *) echo 4 ;;
    esac
}

# Writes an error and ends the script with the exit code 1.
die() {
    log error "$@"
    exit 1
}

# Ends the script with the exit code 3 where a program is missing; all that are missing are named.
require_commands() {
    local missing=() name
    for name in "$@"; do
        command -v "${name}" >/dev/null 2>&1 || missing+=("${name}")
    done
    if ((${#missing[@]} > 0)); then
        log error "Programs are missing: run 'mise install'" "programs=${missing[*]}"
        exit 3
    fi
}

# Runs a command of this repository.
cluster_template() {
    node "${ROOT_DIR}/bin/cluster-template.mjs" "$@"
}
