#!/bin/sh
# Installs the client programs that tests/clients drives: Debian's packages (as root), and in build/clients the newest boto3
# and the JavaScript clients. May be called again at any time; what is there is left alone. Who is not root is told
# what to install, and still gets the rest. Ends with 1 if something is missing then.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
build=$(CDPATH='' cd -- "$here/../.." && pwd)/build/clients
status=0

# One line a purpose: the tests' own needs, then the clients.
packages="python3 python3-pytest python3-venv ca-certificates openssl diffutils
python3-boto python3-boto3 awscli s3cmd rclone restic duplicity davix python3-libcloud curl
s3fs fuse3"

# Debian 12's node is version 18. It will do: the newest SDK warns (it declares 20) and works. Another source's is used if it is there.
command -v node >/dev/null || packages="$packages nodejs"
command -v npm >/dev/null || packages="$packages npm"

missing() {
    for package in $packages; do
        dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
    done
}

install_packages() {
    # shellcheck disable=SC2046  # one word a package
    set -- $(missing)
    [ $# -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ]; then
        echo "missing, and only root can install it: apt-get install --no-install-recommends $*" >&2
        status=1
        return 0
    fi
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}

# same FILE STAMP: whether what FILE asks for is installed already.
same() { cmp -s "$1" "$2"; }

install_python() {
    same "$here/requirements.txt" "$build/python/requirements.txt" && return 0
    rm -rf "$build/python"
    /usr/bin/python3 -m venv "$build/python" || return 1
    "$build/python/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt" || return 1
    cp "$here/requirements.txt" "$build/python/requirements.txt"
}

install_javascript() {
    same "$here/js/package.json" "$build/js/installed.json" && return 0
    command -v npm >/dev/null || return 1
    rm -rf "$build/js"
    mkdir -p "$build/js"
    cp "$here/js/package.json" "$build/js/package.json"
    (cd "$build/js" && npm install --no-package-lock --no-audit --no-fund --loglevel=error) || return 1
    cp "$here/js/package.json" "$build/js/installed.json"
}

mkdir -p "$build"
install_packages
install_python || { echo "the newest boto3 could not be installed; its tests will be skipped" >&2; status=1; }
install_javascript || { echo "the JavaScript clients could not be installed; their tests will be skipped" >&2; status=1; }
exit $status
