#!/bin/sh
# Makes a machine ready: `setup.sh run` for what runs, `test` for what tests and checks as well, `bench` for the peers.
# Installs Debian packages where it may (root, or sudo without a password), else names them in one line and goes on.
set -eu
cd "$(dirname "$0")/.."
what=${1:-run}

say() { printf '%s\n' "$*" >&2; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
    command -v apt-get >/dev/null || return 1
    [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null
}

install() {
    export DEBIAN_FRONTEND=noninteractive
    say "Installing $*"
    as_root apt-get install -qq -y --no-install-recommends "$@" >/dev/null 2>&1 && return
    as_root apt-get update -qq && as_root apt-get install -qq -y --no-install-recommends "$@" >/dev/null
}

# --- Python ---------------------------------------------------------------------------------------------------------

find_python() { # prints a Python of 3.11 or newer that can make virtual environments
    for name in python3.11 python3 python3.12 python3.13 /usr/bin/python3; do
        if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    return 1
}

make_environment() { # in a folder; a broken one is made anew
    if [ -x "$1/bin/python" ] && "$1/bin/python" -c 'import pip' 2>/dev/null; then return; fi
    python=$(find_python) || {
        if may_install; then install python3 python3-venv; fi
        python=$(find_python) || {
            say "Python 3.11 or newer with venv is needed. On Debian 12: apt-get install python3 python3-venv"
            exit 1
        }
    }
    say "Making $1 with $python"
    rm -rf "$1"
    "$python" -m venv "$1"
}

install_requirements() { # a file into a folder, once for each content of the requirements files
    stamp=$1/.installed-$(basename "$2")
    wanted=$(cat requirements.txt "$2" | sha256sum)
    if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then return; fi
    say "Installing $2"
    "$1/bin/python" -m pip install -q --disable-pip-version-check --root-user-action=ignore --use-pep517 -r "$2"
    printf '%s\n' "$wanted" >"$stamp"
}

# --- Debian packages ------------------------------------------------------------------------------------------------

missing() { # prints the packages of a list that are not there; probed, so that other ways of installing count
    for package in "$@"; do
        case $package in
            ca-certificates) test -e /etc/ssl/certs/ca-certificates.crt ;;
            sip-tester) command -v sipp ;;
            fonts-dejavu-core) ls /usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf /usr/share/fonts/TTF/DejaVuSansMono.ttf 2>/dev/null | grep . ;;
            tesseract-ocr) command -v tesseract ;;
            nftables) command -v nft || test -x /usr/sbin/nft ;;
            asterisk-core-sounds-en-wav) ls /usr/share/asterisk/sounds/en_US_f_Allison ;; # a person who speaks
            postgresql) command -v postgres || ls /usr/lib/postgresql/*/bin/postgres ;;
            *) command -v "$package" ;;
        esac >/dev/null 2>&1 || printf '%s ' "$package"
    done
}

install_packages() {
    packages="espeak-ng ca-certificates fonts-dejavu-core"
    if [ "$what" != run ]; then
        packages="$packages sip-tester sox postgresql nftables chromium asterisk-core-sounds-en-wav"
    fi
    if [ "$what" = bench ]; then packages="$packages tesseract-ocr"; fi
    # shellcheck disable=SC2086 # words are wanted
    absent=$(missing $packages)
    if [ -z "$absent" ]; then return; fi
    # shellcheck disable=SC2086
    if may_install && install $absent; then return; fi
    absent=${absent% }
    say "Not installed: $absent (what needs it is left out). As root: apt-get install $absent"
}

install_model() { # what the tests hear with; they say so and are skipped where it cannot be had
    folder=${SOUFFLEUR_MODELS_DIR:-$HOME/.cache/souffleur/models}
    .venv/bin/python -m speech models install en --folder "$folder" >/dev/null || say "Tests of speech are skipped."
}

install_packages
make_environment .venv
case $what in
    run) install_requirements .venv requirements.txt ;;
    test)
        install_requirements .venv requirements-dev.txt
        install_model
        ;;
    bench)
        install_requirements .venv requirements-dev.txt
        install_model
        make_environment .venv-bench
        install_requirements .venv-bench bench/requirements.txt
        ;;
esac
scripts/front_end.sh build
