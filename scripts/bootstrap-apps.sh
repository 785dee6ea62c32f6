#!/usr/bin/env bash
# Installs what Flux needs, and Flux: the same as `task bootstrap:apps`, for those who know this script.
# Its arguments go to the command: scripts/bootstrap-apps.sh --dry-run
set -Eeuo pipefail

# shellcheck disable=SC1091
source "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"

main() {
    require_commands node
    log debug "Starting the bootstrap of the apps" "root=${ROOT_DIR}"
    cluster_template bootstrap apps --root "${ROOT_DIR}" "$@"
}

main "$@"
