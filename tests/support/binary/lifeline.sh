# Runs a programme and passes on what standard input says: `pause`, `resume`, `interrupt` and `stop` are signals,
# and its end kills. Ends with the programme, and as it did.
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
exec 2>/dev/null
# It is told to go as soon as the programme was waited for, while nobody else can have got its id.
(
    while read -r word; do
        case $word in
        pause) kill -STOP "$child" ;;
        resume) kill -CONT "$child" ;;
        interrupt) kill -INT "$child" ;;
        stop) kill -TERM "$child" ;;
        esac
    done
    kill -KILL "$child"
) <&3 3<&- &
reader=$!
exec 3<&-
wait "$child"
status=$?
kill -KILL "$reader"
exit "$status"
