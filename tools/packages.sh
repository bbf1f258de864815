#!/usr/bin/env bash
# The Debian packages that Cumulet needs, and their installation where one is missing.
#   tools/packages.sh build    what it takes to build the program and its unit tests
#   tools/packages.sh test     what the test suites need besides
#   tools/packages.sh bench    what the benchmarks need besides
#   tools/packages.sh package  what it takes besides to make a Debian package
set -euo pipefail

build=(clang-19 lld-19 libclang-rt-19-dev cmake ninja-build ccache
       libboost1.81-dev libssl-dev librocksdb-dev libpugixml-dev libfmt-dev libspdlog-dev libcli11-dev libtomlplusplus-dev
       libxxhash-dev libisal-dev libjemalloc-dev libprotozero-dev libgtest-dev libgmock-dev)
test=(python3 python3-pytest python3-boto3 fuse3 libfuse3-dev)
bench=(python3 nginx-light openssl)
package=(file dpkg-dev)

case "${1:-}" in
  build) wanted=("${build[@]}") ;;
  test) wanted=("${test[@]}") ;;
  bench) wanted=("${bench[@]}") ;;
  package) wanted=("${package[@]}") ;;
  *) echo "usage: tools/packages.sh build|test|bench|package" >&2; exit 2 ;;
esac

missing=()
for name in "${wanted[@]}"; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "These packages are missing, and installing them needs root: ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
echo "Installing ${#missing[@]} packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
