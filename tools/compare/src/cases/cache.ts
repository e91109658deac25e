import type { CaseGroup } from '../dockerfile-case.ts';
import { lines } from './lines.ts';

const steps = (mark: string): string =>
  lines('FROM busybox', `RUN echo ${mark}-1 > /one`, 'COPY a.txt dir /d/', `RUN echo ${mark}-2 > /two`); // prettier-ignore
const files = { 'a.txt': 'a\n', 'dir/b': 'b\n', 'unused.txt': 'u\n' };

export const cache: CaseGroup = {
  name: 'cache',
  about: 'What a second build takes from the cache, and what it does again',
  cases: [
    { name: 'nothing changed', dockerfile: steps('same'), files, again: {} },
    { name: 'file changed', dockerfile: steps('file'), files, again: { files: { 'a.txt': 'other\n' } } }, // prettier-ignore
    { name: 'file in a directory changed', dockerfile: steps('deep'), files, again: { files: { 'dir/b': 'other\n' } } }, // prettier-ignore
    { name: 'only times changed', dockerfile: steps('time'), files, again: { files } },
    { name: 'permissions changed', dockerfile: steps('mode'), files, again: { files: { 'a.txt': { content: 'a\n', mode: 0o755 } } } }, // prettier-ignore
    { name: 'file that is not copied changed', dockerfile: steps('unused'), files, again: { files: { 'unused.txt': 'other\n' } } }, // prettier-ignore
    { name: 'file added to a directory', dockerfile: steps('added'), files, again: { files: { 'dir/c': 'c\n' } } }, // prettier-ignore
    { name: 'file that is ignored changed', dockerfile: lines('FROM busybox', 'COPY . /d/', 'RUN echo ignored > /x'), files: { ...files, '.dockerignore': 'unused.txt\n' }, again: { files: { 'unused.txt': 'other\n' } } }, // prettier-ignore
    {
      name: 'line changed',
      dockerfile: lines('FROM busybox', 'RUN echo line-1 > /one', 'RUN echo line-2 > /two', 'RUN echo line-3 > /three'), // prettier-ignore
      again: { dockerfile: lines('FROM busybox', 'RUN echo line-1 > /one', 'RUN echo line-two > /two', 'RUN echo line-3 > /three') }, // prettier-ignore
    },
    {
      name: 'line added at the end',
      dockerfile: lines('FROM busybox', 'RUN echo end-1 > /one'),
      again: {
        dockerfile: lines('FROM busybox', 'RUN echo end-1 > /one', 'RUN echo end-2 > /two'),
      },
    },
    {
      name: 'order changed',
      dockerfile: lines('FROM busybox', 'RUN echo order-1 > /one', 'RUN echo order-2 > /two'),
      again: { dockerfile: lines('FROM busybox', 'RUN echo order-2 > /two', 'RUN echo order-1 > /one') }, // prettier-ignore
    },
    {
      name: 'comment changed',
      dockerfile: lines('FROM busybox', '# one', 'RUN echo comment \\', '# two', '  > /x'),
      again: { dockerfile: lines('FROM busybox', 'RUN echo comment \\', '# three', '  > /x') },
    },
    {
      name: 'label above changed',
      dockerfile: lines('FROM busybox', 'LABEL a=1', 'RUN echo label > /x'),
      again: { dockerfile: lines('FROM busybox', 'LABEL a=2', 'RUN echo label > /x') },
    },
    {
      name: 'environment above changed',
      dockerfile: lines('FROM busybox', 'ENV A=1', 'RUN echo environment > /x'),
      again: { dockerfile: lines('FROM busybox', 'ENV A=2', 'RUN echo environment > /x') },
    },
    {
      name: 'user above changed',
      dockerfile: lines('FROM busybox', 'USER 1', 'RUN echo user > /tmp/x'),
      again: { dockerfile: lines('FROM busybox', 'USER 2', 'RUN echo user > /tmp/x') },
    },
    {
      name: 'argument that is used changed',
      dockerfile: lines('FROM busybox', 'RUN echo arg-1 > /one', 'ARG A=1', 'RUN echo arg-$A > /two'), // prettier-ignore
      again: { buildArgs: { A: '2' } },
    },
    {
      name: 'argument that is declared and not used changed',
      dockerfile: lines('FROM busybox', 'ARG A=1', 'RUN echo unused-arg > /x'),
      buildArgs: { A: '1' },
      again: { buildArgs: { A: '2' } },
    },
    {
      name: 'argument that is declared below changed',
      dockerfile: lines('FROM busybox', 'RUN echo below > /x', 'ARG A=1'),
      buildArgs: { A: '1' },
      again: { buildArgs: { A: '2' } },
    },
    {
      name: 'argument that COPY uses changed',
      dockerfile: lines('FROM busybox', 'ARG TO=/a', 'COPY a.txt $TO', 'RUN echo copy-arg > /x'),
      files,
      again: { buildArgs: { TO: '/b' } },
    },
    {
      name: 'proxy argument changed',
      dockerfile: lines('FROM busybox', 'RUN echo proxy > /x'),
      buildArgs: { HTTP_PROXY: 'http://192.0.2.1' },
      again: { buildArgs: { HTTP_PROXY: 'http://192.0.2.2' } },
    },
    {
      name: 'shell changed',
      dockerfile: lines('FROM busybox', 'SHELL ["/bin/sh", "-c"]', 'RUN echo shell > /x'),
      again: {
        dockerfile: lines('FROM busybox', 'SHELL ["/bin/sh", "-ec"]', 'RUN echo shell > /x'),
      },
    },
    {
      name: 'directory of work changed',
      dockerfile: lines('FROM busybox', 'WORKDIR /a', 'RUN echo workdir > x'),
      again: { dockerfile: lines('FROM busybox', 'WORKDIR /b', 'RUN echo workdir > x') },
    },
    {
      name: 'base changed',
      dockerfile: lines('FROM busybox', 'RUN echo base > /x'),
      again: { dockerfile: lines('FROM furnished', 'RUN echo base > /x') },
    },
    {
      name: 'stage that COPY reads made the same again',
      dockerfile: lines('FROM busybox AS a', 'RUN echo stage > /x', 'FROM busybox', 'COPY --from=a /x /y', 'RUN echo after-stage > /z'), // prettier-ignore
      again: { dockerfile: lines('FROM busybox AS a', 'RUN echo stage  > /x', 'FROM busybox', 'COPY --from=a /x /y', 'RUN echo after-stage > /z') }, // prettier-ignore
    },
    {
      name: 'owner that COPY gives changed',
      dockerfile: lines('FROM busybox', 'COPY --chown=1:1 a.txt /x', 'RUN echo chown > /z'),
      files,
      again: {
        dockerfile: lines('FROM busybox', 'COPY --chown=2:2 a.txt /x', 'RUN echo chown > /z'),
      },
    },
    {
      name: 'heredoc changed',
      dockerfile: lines('FROM busybox', 'RUN <<EOF', 'echo heredoc-1 > /x', 'EOF', 'COPY <<EOF /y', 'text', 'EOF'), // prettier-ignore
      again: { dockerfile: lines('FROM busybox', 'RUN <<EOF', 'echo heredoc-1 > /x', 'EOF', 'COPY <<EOF /y', 'other', 'EOF') }, // prettier-ignore
      modern: true,
    },
    {
      name: 'file of a bind mount changed',
      dockerfile: lines('FROM busybox', 'RUN --mount=source=a.txt,target=/m cat /m > /x'),
      files,
      again: { files: { 'a.txt': 'other\n' } },
      modern: true,
    },
    {
      name: 'secret changed',
      dockerfile: lines('FROM busybox', 'RUN --mount=type=secret,id=s cat /run/secrets/s > /x'),
      files,
      secrets: { s: 'one\n' },
      again: {},
      modern: true,
    },
  ],
};
