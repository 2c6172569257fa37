#!/bin/sh
# Compiles the catalogue of kernels to PTX into <output>/dev/adjoint/backend/cuda/ptx, where nvcc is
# found: on the path, in CUDA_HOME, CUDA_PATH or /usr/local/cuda. <classes> has the api and the
# kernels' sources.
set -eu
[ $# -eq 2 ] || { echo "usage: sh catalogue.sh <output> <classes>" >&2; exit 2; }
mkdir -p "$1"
output=$(cd "$1" && pwd)/dev/adjoint/backend/cuda/ptx
here=$(cd "$(dirname "$0")" && pwd)

nvcc=
for folder in $(echo "$PATH" | tr ':' ' ') "${CUDA_HOME-}/bin" "${CUDA_PATH-}/bin" /usr/local/cuda/bin; do
  if [ -x "$folder/nvcc" ]; then nvcc=$folder/nvcc; break; fi
done
if [ -z "$nvcc" ]; then
  echo "adjoint: no nvcc, so this build has no catalogue of CUDA kernels: GPUs will need NVRTC"
  exit 0
fi
# The least that this nvcc compiles for, unless it is older than all that we support.
architecture=$("$nvcc" --list-gpu-arch | sed -n 's/^compute_\([0-9]*\)$/\1/p' | sort -n |
  awk '$1 >= 50 { print "compute_" $1; exit }')

java=$(sh "$here/../.mvn/find-jdk.sh")/bin/java
maker=$here/src/build/java/MakeCatalogue.java
stamp=$({
  "$nvcc" --version
  cat "$maker" "$0"
  "$java" -cp "$2" "$maker"
} | cksum)
[ "$(cat "$output/stamp" 2>/dev/null)" = "$stamp" ] && exit 0
rm -rf "$output"
"$java" -cp "$2" "$maker" "$nvcc" "$architecture" "$output"
echo "$stamp" >"$output/stamp"
