# Runs a cluster for as long as standard input is open, then leaves nothing behind.
# Arguments: the folder of PostgreSQL's programs, the cluster's own folder, the server's settings,
# and the ports to try. Says `ready PORT`, or nothing when it could not start.
binaries=$1 directory=$2 settings=$3
shift 3
trap '' HUP INT TERM
export LC_ALL=C
exec 2>>"$directory/log"

# --no-sync: it concerns the making of the empty cluster only, not what tests commit.
if "$binaries/initdb" --no-sync --auth=trust --username=postgres --encoding=UTF8 --no-locale \
    --pgdata="$directory/data" >>"$directory/log"; then
    for port in "$@"; do
        if "$binaries/pg_ctl" start --wait --silent --pgdata="$directory/data" --log="$directory/log" \
            --options="$settings -p $port" >>"$directory/log" </dev/null; then
            echo "ready $port"
            started=yes
            break
        fi
    done
fi
# Closes the pipe: without an answer its reader goes on at once, and reads the log before it hangs up.
exec >/dev/null
cat >/dev/null
if [ "${started:-}" = yes ]; then
    "$binaries/pg_ctl" stop --mode=immediate --wait --silent --pgdata="$directory/data" >/dev/null
fi
rm -rf "$directory"
