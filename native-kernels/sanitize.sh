#!/bin/sh
# Builds the library and its exercise with AddressSanitizer and UBSan and runs it; any report fails.
set -eu
cd "$(dirname "$0")"
cc=${CC:-cc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Signed overflow wraps by -fwrapv, so UBSan does not report it.
flags="-std=gnu11 -O1 -g -fPIC -fsanitize=address,undefined -fno-sanitize-recover=all
  -fno-omit-frame-pointer -fno-math-errno -ffp-contract=off -fwrapv -fno-strict-aliasing
  -Wall -Wextra -Werror -Wno-type-limits -Wno-unknown-pragmas"
objects=''
add() {
  object=$work/$1.o
  shift
  # shellcheck disable=SC2086
  $cc $flags -c -o "$object" "$@"
  objects="$objects $object"
}
for type in f64 f32 f16 bf16 i64 i32 u8 u1; do
  for source in elementwise/rows cpu/reducers structured/kernels test/rows; do
    add "$(echo $source | tr / -)-$type" -include types/$type.h $source.c
  done
done
for source in cpu/walk cpu/tile cpu/elementwise cpu/fold cpu/memory test/exercise test/layers test/tuned; do
  add "$(basename $source)" $source.c
done
# shellcheck disable=SC2086
$cc $flags -o "$work/exercise" $objects -lm
"$work/exercise"
