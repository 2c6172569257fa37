#!/bin/sh
# Builds libadjoint into <output>/dev/adjoint/native/<os>-<arch>/, on x86-64 beside it libadjoint-avx2
# and -avx512 for processors that have these. CC and CFLAGS are respected.
set -eu
[ $# -eq 1 ] || { echo "usage: sh build.sh <output directory>" >&2; exit 2; }
mkdir -p "$1"
output=$(cd "$1" && pwd)
cd "$(dirname "$0")"

find_compiler() {
  for compiler in ${CC:-cc gcc clang}; do
    if command -v "$compiler" >/dev/null 2>&1; then echo "$compiler"; return; fi
  done
}
cc=$(find_compiler)
if [ -z "$cc" ]; then
  echo "adjoint: no C compiler found: install gcc or clang (for example: apt-get install gcc)" >&2
  exit 1
fi

os=$(uname -s | tr '[:upper:]' '[:lower:]')
arch=$(uname -m)
library=libadjoint.so
case $os in darwin) os=macos; library=libadjoint.dylib ;; esac
case $arch in amd64) arch=x86_64 ;; arm64) arch=aarch64 ;; esac
target=$output/dev/adjoint/native/$os-$arch

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# No -ffast-math: NaN, infinity and rounding must be those of every other device.
flags="-std=gnu11 -O3 -fPIC -fvisibility=hidden -fno-math-errno -fno-trapping-math
  -ffp-contract=off -fwrapv -fno-strict-aliasing -Wall -Wextra -Werror ${CFLAGS:-}"
libraries=-lm

# Whether a program of these lines compiles and links with these options.
links() {
  cat >"$work/probe.c"
  # shellcheck disable=SC2086
  $cc $flags "$@" -shared -o "$work/probe.so" "$work/probe.c" $libraries >/dev/null 2>&1
}
use() { flags="$flags $*"; }

echo 'int none;' | links -fopenmp-simd && use -fopenmp-simd
echo 'int none;' | links -Wno-type-limits && use -Wno-type-limits
# Peeled iterations would be a remainder loop, which rounds differently from a vector.
peel=--param=vect-max-peeling-for-alignment=0
gcc_only='#ifdef __clang__
#error
#endif'
echo "$gcc_only" | links $peel && use $peel
echo 'int none;' | links -Wno-pass-failed && use -Wno-pass-failed # clang: a loop stayed scalar
# glibc's vector mathematics: all functions since 2.35, too few of them before.
libraries="-lmvec -lm"
links -Wl,--no-undefined <<'PROBE' && use -DADJOINT_LIBMVEC=1 || libraries=-lm
__attribute__((simd("notinbranch"))) double tanh(double);
double _ZGVbN2v_log(double), _ZGVbN2v_tanh(double), _ZGVbN2v_erf(double);
double f(double x) { return _ZGVbN2v_log(x) + _ZGVbN2v_tanh(x) + _ZGVbN2v_erf(x); }
PROBE

# The instruction sets that get a library each. What all processors have is -, and comes last, since
# its library is the one that is looked at.
# They are named one by one: the psABI's levels want LZCNT too, which hypervisors hide on some AMD processors.
avx2='-mavx2 -mfma -mf16c'
avx512='-mavx512f -mavx512bw -mavx512cd -mavx512dq -mavx512vl -mprefer-vector-width=512'
for_level() {
  case $1 in
    -) ;;
    avx2) echo "$avx2" ;;
    avx512) echo "$avx2 $avx512" ;;
  esac
}
levels=''
for level in avx2 avx512; do
  # shellcheck disable=SC2046
  [ "$arch" = x86_64 ] && echo 'int none;' | links $(for_level $level) && levels="$levels $level"
done
levels="$levels -"

# The library carries a checksum of all that it was made from: a build that would change nothing
# ends here.
ingredients() {
  echo "$flags $libraries $levels"
  $cc --version
  find . -name '*.[ch]' -o -name '*.def' -o -name build.sh | LC_ALL=C sort | xargs cat
}
stamp=adjoint-made-from-$(ingredients | cksum | tr ' ' -)
if grep -q "$stamp" "$target/$library" 2>/dev/null; then exit 0; fi

running=0
wait_all() {
  for job in $jobs; do wait "$job" || failed=1; done
  jobs='' running=0
}
jobs='' failed=0 parallel=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
# compile <object> <source> [options]
compile() {
  object=$1; shift
  # shellcheck disable=SC2086
  $cc $flags -c -o "$work/$object.o" "$@" &
  jobs="$jobs $!"
  running=$((running + 1))
  if [ $running -ge "$parallel" ]; then wait_all; fi
}
compile_level() {
  level=$1
  options=$(for_level "$level")
  for type in f64 f32 f16 bf16 i64 i32 u8 u1; do
    for source in elementwise/rows cpu/reducers structured/kernels; do
      # shellcheck disable=SC2086
      compile "$level$(basename $source)_$type" $options -include types/$type.h $source.c
    done
  done
  for source in cpu/walk cpu/tile cpu/elementwise cpu/fold cpu/memory; do
    # shellcheck disable=SC2086
    compile "$level$(basename $source)" $options $source.c
  done
}
cat >"$work/stamp.c" <<STAMP
__attribute__((visibility("default"))) const char adjoint_made_from[] = "$stamp";
STAMP
compile stamp "$work/stamp.c"
for level in $levels; do compile_level "$level"; done
wait_all
[ $failed -eq 0 ] || exit 1

mkdir -p "$target"
for level in $levels; do
  name=$library
  [ "$level" = - ] || name=${library%.*}-$level.${library##*.}
  # shellcheck disable=SC2086
  $cc $flags -shared -o "$target/.$name.$$" "$work/$level"*.o "$work/stamp.o" $libraries
  mv -f "$target/.$name.$$" "$target/$name"
done
