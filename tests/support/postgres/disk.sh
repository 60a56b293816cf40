# Gives a cluster a small disk of its own: a tmpfs where its data will lie, which nobody else sees.
# Arguments: the cluster's own folder, the tmpfs' options, and the command that runs the cluster upon it.
# Run by root in a mount namespace of its own. Says `refused` and why, where mounting is refused.
directory=$1 options=$2
shift 2
mkdir -p "$directory/data"
if ! said=$(mount -t tmpfs -o "$options" cashwrap "$directory/data" 2>&1); then
    echo "refused: $said"
    rm -rf "$directory"
    exit 1
fi
trap '' HUP INT TERM
"$@"
umount -l "$directory/data"
rm -rf "$directory"
