# Runs a programme until standard input says `stop`, which asks it to end, or closes, which kills it.
# The shell is the programme's parent and has not waited for it, so that its id is nobody else's.
"$@" </dev/null &
child=$!
exec 2>/dev/null
read -r word
if [ "$word" = stop ]; then
    kill -TERM "$child"
else
    kill -KILL "$child"
fi
wait "$child"
