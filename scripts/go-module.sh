# Sourced by scripts that work on the source of Go modules.

# Prints the folder of a module's source. Where Go has no folder for it, because it wants a newer Go than is installed, its
# archive is unpacked below the second argument: source that is only read does not care.
module_folder() {
  local answer folder archive
  command -v go > /dev/null || { echo 'go is not installed' >&2; return 1; }
  answer="$(cd / && go mod download -json "$1")" || true
  folder="$(module_field Dir <<< "$answer")"
  archive="$(module_field Zip <<< "$answer")"
  if [[ -z "$folder" && -f "$archive" ]]; then
    remove_modules "$2"
    mkdir -p "$2"
    python3 -m zipfile -e "$archive" "$2"
    folder="$2/$1"
  fi
  [[ -d "$folder" ]] || { echo "$1 cannot be downloaded: $(module_field Error <<< "$answer")" >&2; return 1; }
  printf '%s\n' "$folder"
}

module_field() {
  sed -nE 's/^\s*"'"$1"'": "(.*)",?$/\1/p'
}

# Modules that Go has downloaded are write-protected.
remove_modules() {
  if [[ -e "$1" ]]; then chmod -R u+w "$1" && rm -rf "$1"; fi
}
