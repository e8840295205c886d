# SPDX-License-Identifier: LGPL-2.1-or-later
# The file goes into an image of each kind, replaces what an earlier run put there, and
# nothing else of the image changes.
need cpio
need zstd
machine m
mkdir tree
echo init > tree/init
(cd tree && find . | LC_ALL=C sort | cpio -o -H newc --quiet --reproducible) > plain
cat plain <(gzip -nc plain) > early-and-main
gzip -nc plain > gzipped
xz -c --check=crc32 plain > xzipped
zstd -qc plain > zstdipped
for image in plain early-and-main gzipped xzipped zstdipped; do
  cp --preserve $image image
  chmod 640 image
  size=$(stat -c %s image)
  vmcoredd prepare --sysroot m --image image
  cmp -n "$size" $image image
  # Again: in place of the first, and only if it differs.
  cp image first
  vmcoredd prepare --sysroot m --image image --if-changed
  same first image
  echo '[early]
enabled = false' > off.conf
  vmcoredd prepare --sysroot m --config off.conf --image image --if-changed
  cmp -n "$size" $image image
  grep -ac 070701 image | sed 's/.*/appended/'
  grep -a -o '^early=.' image
  vmcoredd prepare --sysroot m --config off.conf --image image
  stat -c '%a' image
  # What follows the image is a cpio archive at a multiple of 4.
  start=$(tail -c +$((size + 1)) image | grep -abo 070701 | head -n 1 | cut -d: -f1)
  echo "offset modulo 4: $(((size + start) % 4)), at least 4 zeros: $((start >= 4))"
  tail -c +$((size + start + 1)) image | cpio -t --quiet
done
# An image that has the same file of its own is left alone; another file is overridden.
mkdir -p tree/etc/vmcoredd
vmcoredd prepare --sysroot m --output tree/etc/vmcoredd/collect.conf
(cd tree && find . | LC_ALL=C sort | cpio -o -H newc --quiet) | gzip -c > own
cp own image
vmcoredd prepare --sysroot m --image image --if-changed
same own image
vmcoredd prepare --sysroot m --image image --config off.conf --if-changed
cmp -s own image || echo "the segment is there"
# A link stays a link.
ln -s image link
vmcoredd prepare --sysroot m --image link
readlink link
# What is no image is refused and stays as it is.
echo "just text" > text
expect 3 vmcoredd prepare --sysroot m --image text
: > empty
expect 3 vmcoredd prepare --sysroot m --image empty
expect 3 vmcoredd prepare --sysroot m --image missing
expect 3 vmcoredd prepare --sysroot m --image tree
expect 2 vmcoredd prepare --sysroot m --if-changed
cat text
ls m/var/lib/vmcoredd
