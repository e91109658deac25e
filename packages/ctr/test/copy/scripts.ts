/** What is copied, on the host below `h` and in the container below `/c`: every kind of file, and links of every kind. */
const tree = (absolute: string): string => `
mkdir -p dir/sub empty other/sub bits
echo one > file; echo two > dir/a; echo three > dir/sub/b; echo four > other/a; echo five > second
ln -s a dir/link; ln dir/a dir/twin; mkfifo dir/fifo
ln -s file flink; ln -s dir dlink; ln -s nowhere dang; ln -s other/new newlink; ln -s loop loop
ln -s ${absolute}/dir abs; ln -s ../../../../../..${absolute}/file up; ln -s dlink twice
echo run > bits/suid; chmod 4755 bits/suid; echo own > bits/own; chown 1000:1001 bits/own; chmod 640 bits/own
mkdir bits/sticky; chmod 1777 bits/sticky; mkdir bits/mine; chown 1000:1001 bits/mine
mkfifo fifo; echo odd > 'c:olon'; echo white > '.wh.file'
find . -exec touch -h -d @1000000000 {} +
`;

// A few programs for all files: one for each of them takes most of a minute.
const list = `find . | sort | tr '\\n' '\\0' | xargs -0 stat -c '%n|%A %u:%g|%Y'; echo =
find . -type l; echo =; find . -type l -exec readlink {} ';'; echo =
find . -type f | tr '\\n' '\\0' | xargs -0 awk 'FNR == 1 { print FILENAME "|" $0 }'`;

/** Makes the files of the container; busybox's tools are enough. */
export const makeInside = `rm -rf /c; mkdir /c; cd /c; (${tree('/c')})`;
/** Makes those of the host in the working directory, and archives of all kinds beside them. */
export const makeOutside = `set -e
rm -rf h o *.tar; mkdir h o
(cd h; ${tree('/h')})
(cd o; mkdir dir dir/sub empty; echo old > file; echo old > dir/a; ln -s file flink; ln -s dir dlink; ln -s new dang; mkfifo fifo
 find . -exec touch -h -d @1000000000 {} +)
tar -cf plain.tar --mtime=@1000000000 -C h dir file
tar -cf through.tar --mtime=@1000000000 -C h --transform 's,^file$,dlink/new,' file
tar -cf onto.tar --mtime=@1000000000 -C h --transform 's,^file$,dir,' file
tar -cf under.tar --mtime=@1000000000 -C h --transform 's,^empty$,file,' empty
tar -cPf above.tar --mtime=@1000000000 -C h --transform 's,^file$,../../escaped,' file
tar -cPf absolute.tar --mtime=@1000000000 -C h --transform 's,^file$,/c/dir/absolute,' file
tar -cf owned.tar --mtime=@1000000000 -C h bits
gzip -k plain.tar
head -c 1536 plain.tar > short.tar; echo nonsense > junk.tar; : > none.tar
`;
/** List a tree; `linesOf` makes lines of that. */
export const listInside = `cd /c; ${list}`;
export const listOutside = `cd o; ${list}`;

/** A line a name, with what it is and the first line of what is in it; times only as old or new. */
export function linesOf(listed: string): string[] {
  const [files = [], links = [], targets = [], firsts = []] = listed
    .split(/^=\n/m)
    .map((part) => part.split('\n').filter(Boolean));
  const rest = new Map(links.map((link, at) => [link, targets[at] ?? '']));
  for (const first of firsts) {
    const at = first.indexOf('|');
    rest.set(first.slice(0, at), first.slice(at + 1));
  }
  return files.map((file) => {
    const [name = '', what = '', time = ''] = file.split('|');
    return `${name} ${what} ${/^10000000..$/.test(time) ? 'old' : 'now'} ${rest.get(name) ?? ''}`;
  });
}
