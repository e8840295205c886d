# Batches, and options anywhere.
fake_devlink kernel
device=pci/0000:00:05.0
dl() { vmcoredd devlink --netlink-socket kernel "$@"; }
cat > batch <<END
# a comment
region show $device/cr-space   # and another

region read "$device/cr-space" snapshot 1 \\
  address 0 length 4
region fly
dev show '$device'
END
expect 1 dl -b batch
expect 1 dl -f -j --batch=- < batch
expect 1 dl -b missing
printf 'region "show' | expect 1 dl --bat -
printf 'region \\\n' | expect 1 dl -b-
dl region -v show -n -ijs $device/cr-space -N ''"x" 2>&1 || true
rm kernel
