# To be sourced by jobs that need packages which are no dependency of the project.
cache=${PORTCULLIS_CI_CACHE:-$HOME/.cache/portcullis-ci}

# Packages of npm at one version each, in a folder of their own, unless an earlier run has put them there.
#   fetch FOLDER PACKAGE@VERSION …
fetch() {
  folder=$cache/$1
  shift
  [ -e "$folder/installed" ] && return
  mkdir -p "$folder"
  npm install --prefix "$folder" --no-audit --no-fund --loglevel error "$@"
  touch "$folder/installed"
}
