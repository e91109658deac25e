import type { RunResult } from '@ctrkit/testing';

/** What security engineers look at first, one fact a line. */
export const probe: string = `
grep -E '^(Cap|NoNewPrivs)' /proc/self/status
echo "fds $(ls /proc/self/fd | wc -l)"
echo "processes $(ls /proc | grep -c '^[0-9]')"
echo "interfaces $(ls /sys/class/net)"
echo "dev $(ls /dev | sort | tr '\\n' ' ')"
echo "hostname $(hostname)"
for path in /proc/sys/kernel/hostname /proc/sysrq-trigger /sys/x /sys/fs/cgroup/x; do
  (echo x > $path) 2>/dev/null && echo "writable $path"
done
for path in /proc/kcore /proc/keys /proc/interrupts /proc/timer_list; do
  [ -e $path ] && [ -s $path ] && echo "visible $path"
  [ -e $path ] && [ "$(wc -c < $path)" != 0 ] && echo "readable $path"
done
ls /sys/firmware /proc/scsi /proc/acpi 2>/dev/null | grep -v ':$' | grep .
mknod /tmp/disk b 8 0 2>/dev/null && echo "mknod"
mount -t tmpfs x /mnt 2>/dev/null && echo "mount"
mount | grep -E ' / .*nodev' > /dev/null && echo "root nodev"
echo "umask $(umask)"
echo "env $(env | grep -v -E '^(PATH|HOME|SHLVL|PWD|_)=' | wc -l)"
`;

export const facts = ({ stdout }: RunResult): string[] =>
  stdout.split('\n').filter((line) => line !== '');

/** What a program finds in the default sandbox, but for how many processes there are. */
export const expected: readonly string[] = [
  'CapInh:\t0000000000000000',
  'CapPrm:\t00000000800405fb',
  'CapEff:\t00000000800405fb',
  'CapBnd:\t00000000800405fb',
  'CapAmb:\t0000000000000000',
  'NoNewPrivs:\t0',
  'fds 4', // the three, and the one that ls reads the directory with
  'interfaces lo',
  'dev fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero ',
  'hostname container',
  'root nodev',
  'umask 0022',
  'env 0',
];
