# Notifications, each a whole; the fake kernel hangs up after some.
fake_devlink kernel
dl() { vmcoredd devlink --netlink-socket kernel "$@"; }
expect 1 dl monitor
expect 1 dl -j monitor health
expect 1 dl -J monitor region | sed 's/"time_ns":"[0-9]*"/"time_ns":""/'
rm kernel
# SIGINT is how it ends.
mkfifo out
fake_devlink kernel '' patient
exec 3<> out
vmcoredd devlink --netlink-socket kernel -j monitor port > out &
read -r -t 20 -n 40 -u 3 begin
echo "$begin"
kill -INT $!
code=0
wait $! || code=$?
echo "exit code $code"
read -r -t 20 -u 3 rest
tail -c 12 <<< "$rest"
rm kernel
