# Runs a cluster for as long as standard input is open, then leaves nothing behind.
# Arguments: the folder of PostgreSQL's programs, the cluster's own folder, the server's settings, the primary that
# it is a standby of (`directory:port`, or nothing), and the ports to try.
# Says `ready PORT`, or nothing when it could not start. Then each line of standard input is an order, which it
# answers with `done` or `failed`:
#   start      start it, if it does not run           stop      end it at once, as a crash would
#   kill       SIGKILL of the postmaster              promote   make a standby the primary
#   slay PID   SIGKILL of one of its processes        fill, drain   take and give back all space of its disk
binaries=$1 directory=$2 settings=$3 source=$4
shift 4
trap '' HUP INT TERM
export LC_ALL=C
exec 2>>"$directory/log"
data=$directory/data

# --no-sync: it concerns the making of the empty cluster only, not what tests commit.
make() {
    if [ -n "$source" ]; then
        "$binaries/pg_basebackup" --no-sync --checkpoint=fast --write-recovery-conf --wal-method=stream \
            --username=postgres --host="${source%:*}" --port="${source##*:}" --pgdata="$data"
    else
        "$binaries/initdb" --no-sync --auth=trust --username=postgres --encoding=UTF8 --no-locale --pgdata="$data"
    fi
}

start() {
    "$binaries/pg_ctl" status --pgdata="$data" && return
    "$binaries/pg_ctl" start --wait --silent --pgdata="$data" --log="$directory/log" \
        --options="$settings -p $1" </dev/null
}

stop() {
    "$binaries/pg_ctl" stop --mode=immediate --wait --silent --pgdata="$data"
}

slay() {
    # Only a process of this cluster: its server is the parent of all of them, or it is the server itself.
    server=$(head -n 1 "$data/postmaster.pid")
    if [ "$1" = "$server" ] || [ "$(ps -o ppid= -p "$1" | tr -d ' ')" = "$server" ]; then
        kill -KILL "$1"
    else
        return 1
    fi
}

obey() {
    case $1 in
    start) start "$port" ;;
    stop) stop ;;
    kill) slay "$(head -n 1 "$data/postmaster.pid")" ;;
    slay) slay "$2" ;;
    promote) "$binaries/pg_ctl" promote --wait --silent --pgdata="$data" ;;
    # dd ends by the error that is wanted: no space is left. First quickly, then to the last page.
    fill)
        dd if=/dev/zero of="$data/ballast" bs=1M || true
        dd if=/dev/zero of="$data/ballast" bs=4k oflag=append conv=notrunc || true
        ;;
    drain) rm -f "$data/ballast" ;;
    *) return 1 ;;
    esac >>"$directory/log"
}

if make >>"$directory/log"; then
    for port in "$@"; do
        if start "$port" >>"$directory/log"; then
            echo "ready $port"
            started=yes
            break
        fi
    done
fi
if [ "${started:-}" = yes ]; then
    while read -r order argument; do
        if obey "$order" "$argument"; then echo "done"; else echo "failed"; fi
    done
    stop >/dev/null
else
    # Closes the pipe: without an answer its reader goes on at once, and reads the log before it hangs up.
    exec >/dev/null
    cat >/dev/null
fi
rm -rf "$directory"
