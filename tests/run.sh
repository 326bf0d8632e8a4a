#!/bin/sh
# Passes all tests. Some push over ssh and http through real servers: what is missing for that is
# installed first, and said. Arguments go to the test runner; --setup only installs.
set -eu
cd "$(dirname "$0")/.."

missing=''
needs() { # PACKAGE PROGRAM...
    package=$1
    shift
    for program; do
        if PATH="$PATH:/usr/sbin:/sbin" command -v "$program" >/dev/null; then return; fi
    done
    missing="$missing $package"
}
needs openssh-server sshd
needs openssh-client ssh
needs nginx nginx
needs fcgiwrap fcgiwrap
needs gitolite3 gitolite gitolite3 /usr/share/gitolite3/gitolite
needs shellcheck shellcheck
needs chromium chromium chromium-browser google-chrome
needs python3 python3
needs parallel parallel

if [ -n "$missing" ]; then
    if ! command -v apt-get >/dev/null; then
        echo "please install what the tests need:$missing" >&2
        exit 1
    fi
    echo "installing what the tests need:$missing"
    as_root=''
    if [ "$(id -u)" != 0 ]; then as_root=sudo; fi
    policy=/usr/sbin/policy-rc.d
    if [ -e "$policy" ]; then
        policy=''
    else
        # The tests start their own servers: 101 is "start no service".
        printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
        $as_root chmod 755 "$policy"
    fi
    $as_root apt-get update -qq
    # shellcheck disable=SC2086 # one word for each package
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
    if [ -n "$policy" ]; then $as_root rm "$policy"; fi
fi
if [ "${1:-}" = --setup ]; then exit; fi

command -v cargo >/dev/null || { echo "the tests need Rust: https://rustup.rs" >&2; exit 1; }
if cargo nextest --version >/dev/null 2>&1; then
    exec cargo nextest run --locked "$@"
fi
exec cargo test --locked "$@"
