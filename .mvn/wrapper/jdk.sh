# find_jdk FEATURE: prints the home of a JDK of that feature release, or says what to install and fails.

jdk_feature_of() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

find_jdk() {
  local feature=$1 candidate java
  java=$(command -v java || true)
  for candidate in \
    "${JAVA_HOME:-}" \
    "${java:+$(dirname "$(dirname "$(readlink -f "$java" 2>/dev/null || echo "$java")")")}" \
    /usr/lib/jvm/*"$feature"* \
    /opt/*jdk*"$feature"* \
    "$HOME"/.sdkman/candidates/java/"$feature"* \
    "$HOME"/.jdks/*"$feature"* \
    /Library/Java/JavaVirtualMachines/*"$feature"*/Contents/Home \
    /opt/homebrew/opt/openjdk@"$feature"/libexec/openjdk.jdk/Contents/Home; do
    if [ -n "$candidate" ] && [ "$(jdk_feature_of "$candidate")" = "$feature" ]; then
      echo "$candidate"
      return 0
    fi
  done
  {
    echo "mooring needs a JDK $feature and found none."
    echo "  looked at: JAVA_HOME (${JAVA_HOME:-not set}), java on PATH (${java:-none}), the usual JVM folders"
    echo "  do this:   install a JDK $feature (for example Temurin $feature), or set JAVA_HOME to one"
  } >&2
  return 1
}
