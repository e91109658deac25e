import type { CaseGroup } from '../dockerfile-case.ts';
import { lines } from './lines.ts';

export const copyFrom: CaseGroup = {
  name: 'copy-from',
  about: 'COPY --from: stages, images, named contexts; --link, --parents, --exclude',
  cases: [
    { name: 'stage by name', dockerfile: lines('FROM busybox AS a', 'RUN echo x > /x', 'FROM busybox', 'COPY --from=a /x /y') }, // prettier-ignore
    { name: 'stage by name in another case', dockerfile: lines('FROM busybox AS Aa', 'RUN echo x > /x', 'FROM busybox', 'COPY --from=aA /x /y') }, // prettier-ignore
    { name: 'stage by number', dockerfile: lines('FROM busybox', 'RUN echo x > /x', 'FROM busybox', 'COPY --from=0 /x /y') }, // prettier-ignore
    { name: 'stage by a number that is too large', dockerfile: lines('FROM busybox', 'COPY --from=7 /x /y') }, // prettier-ignore
    { name: 'stage itself', dockerfile: lines('FROM busybox AS a', 'COPY --from=a /etc/group /y') },
    { name: 'stage below', dockerfile: lines('FROM busybox', 'COPY --from=b /etc/group /y', 'FROM busybox AS b') }, // prettier-ignore
    { name: 'image', dockerfile: lines('FROM busybox', 'COPY --from=furnished /srv/real /y') },
    { name: 'image that is not there', dockerfile: lines('FROM busybox', 'COPY --from=127.0.0.1:1/nosuch /srv /y') }, // prettier-ignore
    { name: 'owners and permissions of a stage stay', dockerfile: lines('FROM busybox', 'COPY --from=furnished /srv /y') }, // prettier-ignore
    { name: 'owners of a stage are given away', dockerfile: lines('FROM busybox', 'COPY --from=furnished --chown=7:8 /srv/private /y') }, // prettier-ignore
    { name: 'path without a slash', dockerfile: lines('FROM furnished AS a', 'FROM busybox', 'COPY --from=a srv/file /y') }, // prettier-ignore
    { name: 'path is not below the stage’s directory of work', dockerfile: lines('FROM busybox AS a', 'WORKDIR /w', 'RUN echo x > x', 'FROM busybox', 'COPY --from=a x /y') }, // prettier-ignore
    { name: 'globs', dockerfile: lines('FROM busybox', 'COPY --from=furnished /srv/*i* /y/') },
    { name: 'link to a directory', dockerfile: lines('FROM busybox', 'COPY --from=furnished /srv/absolute /y') }, // prettier-ignore
    { name: 'link on the way', dockerfile: lines('FROM busybox', 'COPY --from=furnished /srv/upwards/old.txt /y') }, // prettier-ignore
    { name: 'special files', dockerfile: lines('FROM busybox AS a', 'RUN mkdir /s && mkfifo /s/p && echo x > /s/f && ln /s/f /s/g', 'FROM busybox', 'COPY --from=a /s /y') }, // prettier-ignore
    { name: 'volume of a stage', dockerfile: lines('FROM busybox AS a', 'VOLUME /v', 'RUN mkdir -p /v && echo x > /v/x', 'FROM busybox', 'COPY --from=a /v /y') }, // prettier-ignore
    { name: 'environment of a stage does not come along', dockerfile: lines('FROM busybox AS a', 'ENV A=1', 'RUN echo x > /x', 'FROM busybox', 'COPY --from=a /x /y', 'ENV B="$A"') }, // prettier-ignore
    { name: 'variable', dockerfile: lines('FROM busybox AS a', 'FROM busybox', 'ARG S=a', 'COPY --from=$S /etc/group /y') }, // prettier-ignore
    { name: 'without a name', dockerfile: lines('FROM busybox', 'COPY --from= /etc/group /y') },
    { name: 'ignore file does not matter', dockerfile: lines('FROM busybox AS a', 'COPY . /s/', 'RUN echo x > /s/x.log', 'FROM busybox', 'COPY --from=a /s /y'), files: { '.dockerignore': '*.log\n', 'a.log': 'a\n', b: 'b\n' } }, // prettier-ignore
    { name: 'named context', dockerfile: lines('FROM busybox', 'COPY --from=more a /y'), contexts: { more: { a: 'a\n' } }, modern: true }, // prettier-ignore
    { name: 'named context in place of an image', dockerfile: lines('FROM busybox', 'COPY --from=furnished / /y/'), contexts: { furnished: { a: 'a\n' } }, modern: true }, // prettier-ignore
    { name: 'named context in place of a stage', dockerfile: lines('FROM busybox AS a', 'RUN echo stage > /a', 'FROM busybox', 'COPY --from=a /a /y'), contexts: { a: { a: 'context\n' } }, modern: true }, // prettier-ignore
    { name: 'named context has an ignore file', dockerfile: lines('FROM busybox', 'COPY --from=more . /y/'), contexts: { more: { '.dockerignore': 'b\n', a: 'a\n', b: 'b\n' } }, modern: true }, // prettier-ignore
    { name: 'linked to a directory', dockerfile: lines('FROM busybox', 'COPY --link a.txt /x/y/'), files: { 'a.txt': 'a\n' }, modern: true }, // prettier-ignore
    { name: 'linked onto a link', dockerfile: lines('FROM furnished', 'COPY --link a.txt /srv/relative/'), files: { 'a.txt': 'a\n' }, modern: true }, // prettier-ignore
    { name: 'linked over a file where a directory was', dockerfile: lines('FROM busybox', 'RUN mkdir -p /x/a.txt', 'COPY --link a.txt /x/'), files: { 'a.txt': 'a\n' }, modern: true }, // prettier-ignore
    { name: 'linked with an owner', dockerfile: lines('FROM busybox', 'COPY --link --chown=5:6 --chmod=700 dir /x/y'), files: { 'dir/a': 'a\n' }, modern: true }, // prettier-ignore
    { name: 'linked with an owner by name', dockerfile: lines('FROM busybox', 'COPY --link --chown=app a.txt /x'), files: { 'a.txt': 'a\n' }, modern: true }, // prettier-ignore
    { name: 'linked to a name without a slash that is a directory', dockerfile: lines('FROM busybox', 'RUN mkdir /x', 'COPY --link a.txt /x'), files: { 'a.txt': 'a\n' }, modern: true }, // prettier-ignore
    { name: 'with parents', dockerfile: lines('FROM busybox', 'COPY --parents dir/sub/a dir/b /x/'), files: { 'dir/sub/a': 'a\n', 'dir/b': 'b\n' }, modern: true }, // prettier-ignore
    { name: 'with parents from a pivot', dockerfile: lines('FROM busybox', 'COPY --parents dir/./sub/a /x/'), files: { 'dir/sub/a': 'a\n' }, modern: true }, // prettier-ignore
    { name: 'with parents and two stars', dockerfile: lines('FROM busybox', 'COPY --parents **/a /x/'), files: { 'dir/sub/a': 'a\n', 'other/a': 'b\n', a: 'c\n' }, modern: true }, // prettier-ignore
    { name: 'with parents of a directory', dockerfile: lines('FROM busybox', 'COPY --parents dir/sub /x/'), files: { 'dir/sub/a': 'a\n', 'dir/b': 'b\n' }, modern: true }, // prettier-ignore
    { name: 'with parents out of a stage', dockerfile: lines('FROM busybox', 'COPY --parents --from=furnished /srv/private/key /x/'), modern: true }, // prettier-ignore
    { name: 'without what is excluded', dockerfile: lines('FROM busybox', 'COPY --exclude=*.log --exclude=sub dir /x'), files: { 'dir/a': 'a\n', 'dir/b.log': 'b\n', 'dir/sub/c': 'c\n' }, modern: true }, // prettier-ignore
    { name: 'without what is excluded, at any depth', dockerfile: lines('FROM busybox', 'COPY --exclude=**/*.log . /x/'), files: { 'dir/a': 'a\n', 'dir/sub/b.log': 'b\n', 'c.log': 'c\n' }, modern: true }, // prettier-ignore
  ],
};
