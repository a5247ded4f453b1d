#!/usr/bin/env bash
# Prints the folder that holds etcd, kube-apiserver and kubectl, and builds what is missing there.
# With KUBEBUILDER_ASSETS set it is that folder and nothing is built. The version is the one in
# binaries/go.mod; the folder lies in ${PORTCULLIS_CI_CACHE:-~/.cache/portcullis-ci}.
set -euo pipefail
sources=$(cd "$(dirname "${BASH_SOURCE[0]}")/binaries" && pwd)
programs=(etcd kube-apiserver kubectl)

if [[ -n ${KUBEBUILDER_ASSETS:-} ]]; then
  for program in "${programs[@]}"; do
    [[ -x $KUBEBUILDER_ASSETS/$program ]] || {
      echo "KUBEBUILDER_ASSETS is $KUBEBUILDER_ASSETS, which has no $program." >&2
      exit 1
    }
  done
  echo "$KUBEBUILDER_ASSETS"
  exit
fi

version=$(awk '$1 == "require" && $2 == "k8s.io/kubernetes" { print $3 }' "$sources/go.mod")
folder=${PORTCULLIS_CI_CACHE:-$HOME/.cache/portcullis-ci}/kubernetes-$version
mkdir -p "$folder"

# One build at a time; who comes second finds the programs.
exec 9>"$folder/.lock"
flock 9

missing=()
for program in "${programs[@]}"; do [[ -x $folder/$program ]] || missing+=("$program"); done
if ((${#missing[@]} > 0)) && ! command -v go >/dev/null; then
  echo "The Kubernetes tests build ${missing[*]} $version with Go 1.24 or newer, and there is no go on the PATH." >&2
  echo "Install Go, or set KUBEBUILDER_ASSETS to a folder with ${programs[*]}." >&2
  exit 1
fi

# Where a program's main package is, and how it learns its version: without the flag it says v0.0.0.
package() { if [[ $1 == etcd ]]; then echo go.etcd.io/etcd/server/v3; else echo "k8s.io/kubernetes/cmd/$1"; fi; }
minor=${version#v1.}
stamp=k8s.io/component-base/version
flags="-s -w -X $stamp.gitVersion=$version -X $stamp.gitMajor=1 -X $stamp.gitMinor=${minor%%.*} -X $stamp.gitTreeState=clean"

for program in "${missing[@]+"${missing[@]}"}"; do
  echo "building $program $version (once; minutes)" >&2
  CGO_ENABLED=0 nice go build -C "$sources" -mod=readonly -buildvcs=false -trimpath \
    -ldflags "$flags" -o "$folder/.$program" "$(package "$program")" >&2
  mv "$folder/.$program" "$folder/$program"
done
echo "$folder"
