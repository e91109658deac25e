import type { CaseGroup, ContextFiles } from '../dockerfile-case.ts';
import { lines } from './lines.ts';

const files: ContextFiles = {
  'a.txt': 'a\n',
  to_file: { link: 'a.txt' },
  to_dir: { link: 'dir' },
  'dir/one': 'one\n',
  'dir/up': { link: '../a.txt' },
  'dir/absolute': { link: '/etc/passwd' },
  'dir/dangling': { link: 'nowhere' },
  outside: { link: '/etc/passwd' },
  dangling: { link: 'nowhere' },
  looping: { link: 'looping' },
  twin: { sameAs: 'a.txt' },
};

const context = (name: string, ...all: readonly string[]): CaseGroup['cases'][number] => ({
  name,
  dockerfile: lines('FROM busybox', ...all),
  files,
});
const target = (name: string, ...all: readonly string[]): CaseGroup['cases'][number] => ({
  name,
  dockerfile: lines('FROM furnished', ...all),
  files,
});

export const copyLinks: CaseGroup = {
  name: 'copy-links',
  about: 'COPY: links in the context and on the way to the destination; owners and permissions',
  cases: [
    context('link to a file', 'COPY to_file /x'),
    context('link to a directory', 'COPY to_dir /x'),
    context('link to a directory, with a slash', 'COPY to_dir/ /x/'),
    context('link on the way', 'COPY to_dir/one /x'),
    context('links in a directory stay links', 'COPY dir /x'),
    context('link out of the context', 'COPY outside /x'),
    context('link to nothing', 'COPY dangling /x'),
    context('link to itself', 'COPY looping /x'),
    context('two names of one file', 'COPY a.txt twin /x/'),
    context('link matched by a star', 'COPY to_* /x/'),
    context('link in a stage to an absolute path', 'RUN mkdir /s && echo x > /real && ln -s /real /s/abs', 'FROM busybox', 'COPY --from=0 /s/abs /y'), // prettier-ignore
    target('destination is a link to a directory', 'COPY a.txt /srv/relative/'),
    target('destination is a link to a directory, without a slash', 'COPY a.txt /srv/relative'),
    target('destination is an absolute link', 'COPY a.txt /srv/absolute/'),
    target('destination is a link that leads above the root', 'COPY a.txt /srv/upwards/x'),
    target('destination is a link to a file', 'COPY a.txt /srv/to-file'),
    target('destination is a link to nothing', 'COPY a.txt /srv/dangling'),
    target('destination is a link to nothing, with a slash', 'COPY a.txt /srv/dangling/'),
    target('destination is below a link to nothing', 'COPY a.txt /srv/dangling/x'),
    target('destination is below a link to itself', 'COPY a.txt /srv/looping/x'),
    target('destination is below a file', 'COPY a.txt /srv/file/x'),
    target('directory onto a link to a directory', 'COPY dir /srv/relative'),
    target('directory with a directory that is a link there', 'RUN mkdir /t && ln -s /srv/real /t/dir', 'COPY . /t'), // prettier-ignore
    target('link over a file', 'COPY dir/up /srv/file'),
    target('file over a link in a directory', 'RUN mkdir /t && ln -s /srv/file /t/one', 'COPY dir /t'), // prettier-ignore
    target('directory keeps the permissions of one that is there', 'COPY dir /srv/sticky'),
    target('directory keeps the owner of one that is there', 'COPY dir /srv/private'),
    target('file keeps nothing of the one that was there', 'COPY a.txt /srv/suid'),
    {
      name: 'permissions of files',
      dockerfile: lines('FROM busybox', 'COPY . /x/'),
      files: {
        run: { content: '#!/bin/sh\n', mode: 0o755 },
        secret: { content: 's\n', mode: 0o600 },
        suid: { content: 's\n', mode: 0o6755 },
        nothing: { content: 'n\n', mode: 0o000 },
        'sticky/': { mode: 0o1777 },
        'closed/': { mode: 0o700 },
        'closed/x': 'x\n',
      },
    },
    { name: 'pipe', dockerfile: lines('FROM busybox', 'COPY . /x/'), files: { p: { type: 'fifo' }, a: 'a\n' } }, // prettier-ignore
    context('owner by name', 'COPY --chown=app a.txt /x'),
    context('owner and group by name', 'COPY --chown=app:users a.txt /x'),
    context('owner by number', 'COPY --chown=4321 a.txt /x'),
    context('owner and group by number', 'COPY --chown=4321:8765 a.txt /x'),
    context('only a group', 'COPY --chown=:users a.txt /x'),
    context('owner that is not there', 'COPY --chown=nosuch a.txt /x'),
    context('group that is not there', 'COPY --chown=app:nosuch a.txt /x'),
    context('owner of a directory and of what is made on the way', 'COPY --chown=app:app dir /x/y'),
    context('owner of a directory that is there', 'RUN mkdir /x', 'COPY --chown=app:app dir /x'),
    context('owner in a variable', 'ARG WHO=app', 'COPY --chown=$WHO:${WHO} a.txt /x'),
    context('owner without a list of users', 'RUN rm /etc/passwd /etc/group', 'COPY --chown=5:6 a.txt /x'), // prettier-ignore
    context('user of the image does not own', 'USER app', 'COPY a.txt /x/y'),
    { ...context('permissions in octal', 'COPY --chmod=0640 a.txt /x', 'COPY --chmod=755 dir /y/z'), modern: true }, // prettier-ignore
    { ...context('permissions with special bits', 'COPY --chmod=4711 a.txt /x', 'COPY --chmod=1777 dir /y'), modern: true }, // prettier-ignore
    { ...context('permissions in words', 'COPY --chmod=u=rwX,go=rX dir /y', 'COPY --chmod=a+x a.txt /x'), modern: true }, // prettier-ignore
    { ...context('permissions of links', 'COPY --chmod=600 dir /x'), modern: true },
    { ...context('permissions that are none', 'COPY --chmod=999 a.txt /x'), modern: true },
    {
      ...context('permissions and owner', 'COPY --chown=app:app --chmod=400 dir /x'),
      modern: true,
    },
    { ...context('permissions in a variable', 'ARG M=711', 'COPY --chmod=$M a.txt /x'), modern: true }, // prettier-ignore
  ],
};
