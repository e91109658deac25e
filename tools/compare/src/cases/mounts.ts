import type { CaseGroup, DockerfileCase } from '../dockerfile-case.ts';
import { lines } from './lines.ts';

const of = (name: string, line: string, more: Partial<DockerfileCase> = {}): DockerfileCase => ({
  name,
  dockerfile: lines('FROM busybox', ...line.split('\n')),
  files: { 'a.txt': 'a\n', 'dir/b': 'b\n', to_a: { link: 'a.txt' } },
  modern: true,
  ...more,
});

export const mounts: CaseGroup = {
  name: 'mounts',
  about: 'RUN --mount',
  cases: [
    of('bind of the context', 'RUN --mount=type=bind,target=/m ls -A /m > /seen'),
    of('bind is the kind where none is said', 'RUN --mount=target=/m cat /m/a.txt > /seen'),
    of('bind of a file', 'RUN --mount=type=bind,source=a.txt,target=/m cat /m > /seen'),
    of('bind of a directory', 'RUN --mount=src=dir,dst=/m ls /m > /seen'),
    of('bind of a link', 'RUN --mount=source=to_a,target=/m cat /m > /seen'),
    of('bind of what is not there', 'RUN --mount=source=nosuch,target=/m true'),
    of('bind of what lies outside', 'RUN --mount=source=../..,target=/m ls -A /m > /seen'),
    of('bind cannot be written', 'RUN --mount=target=/m echo x > /m/x'),
    of('bind that can be written keeps nothing', 'RUN --mount=target=/m,rw echo x > /m/x && cat /m/x > /seen\nRUN --mount=target=/m ls -A /m >> /seen'), // prettier-ignore
    of('bind from an image', 'RUN --mount=from=furnished,source=/srv/real,target=/m cat /m/old.txt > /seen'), // prettier-ignore
    of('bind from a stage', 'RUN mkdir /d && echo x > /d/x\nFROM busybox\nRUN --mount=from=0,source=/d,target=/m cat /m/x > /seen'), // prettier-ignore
    of('bind to a path that is relative', 'WORKDIR /w\nRUN --mount=target=m cat m/a.txt > /seen'),
    of('bind without a target', 'RUN --mount=type=bind,source=a.txt true'),
    of('bind with a variable', 'ARG T=/m\nRUN --mount=target=$T,source=dir ls /m > /seen'),
    of(
      'place of a mount stays empty',
      'RUN --mount=target=/deep/er/m true\nRUN ls /deep/er/m > /seen',
    ),
    of('cache is there the next time', 'RUN --mount=type=cache,target=/c,id=mounts-1 echo x >> /c/x\nRUN --mount=type=cache,target=/c,id=mounts-1 cat /c/x > /seen; ls -ld /c | cut -c1-10 >> /seen'), // prettier-ignore
    of('cache of another id', 'RUN --mount=type=cache,target=/c,id=mounts-2 echo x > /c/x\nRUN --mount=type=cache,target=/c,id=mounts-3 ls -A /c > /seen'), // prettier-ignore
    of('cache with an owner', 'RUN --mount=type=cache,target=/c,id=mounts-4,uid=5,gid=6,mode=0700 ls -ldn /c | cut -c1-28 > /seen'), // prettier-ignore
    of('cache from an image', 'RUN --mount=type=cache,target=/c,id=mounts-5,from=furnished,source=/srv/real ls -A /c > /seen'), // prettier-ignore
    of(
      'cache that cannot be written',
      'RUN --mount=type=cache,target=/c,id=mounts-6,ro echo x > /c/x',
    ),
    of('cache with a way of sharing that is none', 'RUN --mount=type=cache,target=/c,sharing=nosuch true'), // prettier-ignore
    of('tmpfs', 'RUN --mount=type=tmpfs,target=/t echo x > /t/x; grep " /t " /proc/mounts | cut -d" " -f2,3 > /seen'), // prettier-ignore
    of('tmpfs hides what is there', 'RUN --mount=type=tmpfs,target=/etc ls -A /etc > /seen'),
    of('secret', 'RUN --mount=type=secret,id=s cat /run/secrets/s > /seen; ls -ln /run/secrets/s | cut -c1-10 >> /seen', { secrets: { s: 'it is\n' } }), // prettier-ignore
    of('secret at a path', 'RUN --mount=type=secret,id=s,target=/k,mode=0444,uid=5,gid=6 ls -ln /k | cut -c1-24 > /seen', { secrets: { s: 'it is\n' } }), // prettier-ignore
    of('secret in the environment', 'RUN --mount=type=secret,id=s,env=S echo "$S" > /seen; ls -A /run >> /seen 2>&1 || true', { secrets: { s: 'it is' } }), // prettier-ignore
    of(
      'secret that is not given',
      'RUN --mount=type=secret,id=s ls /run/secrets > /seen 2>&1 || true',
    ),
    of('secret that is not given and required', 'RUN --mount=type=secret,id=s,required true'),
    of('secret without an id', 'RUN --mount=type=secret,target=/k cat /k > /seen', { secrets: { k: 'by its name\n' } }), // prettier-ignore
    of('kind that is none', 'RUN --mount=type=nosuch,target=/m true'),
    of('option that is none', 'RUN --mount=type=bind,target=/m,nosuch=1 true'),
    of('two mounts', 'RUN --mount=source=a.txt,target=/a --mount=type=tmpfs,target=/t cp /a /t/x && cat /t/x > /seen'), // prettier-ignore
  ],
};
