/** A line of bash that makes every kind of entry that GNU tar stores, with names and times that are hard to keep. */
export const everyKindOfEntry: string = String.raw`
set -e
mkdir -p d/sub 'sp ace' set; echo hello > d/file; ln d/file d/hard; ln -s ../d/file d/soft; ln d/soft d/hard-soft
chown 1000:1001 d/file; chown -h 7:8 d/soft; chmod 4755 d/file; chmod 2770 d/sub; chmod 1777 'sp ace'
mkfifo p; mknod c c 1 3; mknod b b 8 70000; chmod 600 c
echo x > "$(printf 'n\377me\n')"; : > empty
long=$(printf 'l%.0s' $(seq 240)); mkdir -p $long/$long; echo long > $long/$long/$long; ln -s $long/$long/$long longlink; ln $long/$long/$long longhard
truncate -s 5M sparse; printf a | dd of=sparse bs=1 seek=1000000 conv=notrunc status=none; truncate -s 6M sparse
truncate -s 3M allhole; head -c 300000 /dev/urandom > large; head -c 70000 /dev/zero > zeros
printf b > many; for i in 1 2 3 4 5 6 7 8 9; do printf b | dd of=many bs=1 seek=$((i * 200000)) conv=notrunc status=none; done
setfattr -n user.text -v value d/file; setfattr -n user.bin -v 0x00ff0a3d00 d; setfattr -n user.empty empty
setfattr -n security.capability -v 0x0100000200200000000000000000000000000000 large
touch -d '1969-12-31 23:59:58.25' old; touch -d '2001-01-01 00:00:00.123456789' d/file; touch -h -d '2002-02-02 02:02:02.5' d/soft
touch -d '2040-01-01 00:00:00.000000001' new; find . -type d -exec touch -d '2020-05-05 05:05:05.987654321' {} +
`;
