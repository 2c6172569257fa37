#!/bin/sh
# Prints the home of a JDK 25 or newer: JAVA_HOME, the path, then the usual folders.
# Reads each JDK's `release` file and starts no Java.

is_jdk_25() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  while IFS='=' read -r key value; do
    [ "$key" = JAVA_VERSION ] || continue
    major=${value#\"}
    major=${major%%[!0-9]*}
    [ "${major:-0}" -ge 25 ]
    return
  done <"$1/release"
  return 1
}

on_path=$(command -v javac) && on_path=$(readlink -f "$on_path") && on_path=${on_path%/bin/javac}

for home in "${JAVA_HOME-}" "$on_path" \
  /usr/lib/jvm/* /opt/* /opt/*/* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
  /Library/Java/JavaVirtualMachines/*/Contents/Home; do
  if is_jdk_25 "$home"; then
    printf '%s\n' "$home"
    exit
  fi
done

echo "adjoint: no JDK 25 or newer found: install one (for example Temurin 25) or set JAVA_HOME to it" >&2
exit 1
