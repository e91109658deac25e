import type { CaseGroup, ContextFiles } from '../dockerfile-case.ts';
import { lines } from './lines.ts';

const files: ContextFiles = {
  a: 'a\n',
  'b.log': 'b\n',
  'dir/c': 'c\n',
  'dir/d.log': 'd\n',
  'dir/sub/e': 'e\n',
  'dir/sub/f.log': 'f\n',
  'dir/keep/g': 'g\n',
  'other/c': 'c\n',
};
const of = (name: string, ...patterns: readonly string[]): CaseGroup['cases'][number] => ({
  name,
  dockerfile: lines('FROM busybox', 'COPY . /x/'),
  files: { ...files, '.dockerignore': lines(...patterns) },
});

export const ignore: CaseGroup = {
  name: 'ignore',
  about: '.dockerignore',
  cases: [
    of('nothing'),
    of('name', 'a'),
    of('name with a slash before it', '/a'),
    of('directory', 'dir'),
    of('directory with a slash behind it', 'dir/'),
    of('star does not pass a slash', '*.log'),
    of('star in a directory', '*/*.log'),
    of('two stars', '**/*.log'),
    of('two stars in the middle', 'dir/**/e'),
    of('two stars behind a directory', 'dir/**'),
    of('question mark and brackets', '?', 'dir/[c-d]*'),
    of('exception', '*', '!a'),
    of('exception in a directory that is left out', 'dir', '!dir/keep'),
    of('exception of a file deep below', '**', '!dir/sub/e'),
    of('exception and what is left out of it', '*', '!dir', 'dir/sub'),
    of('exception before', '!b.log', '*.log'),
    of('comments, blanks and empty lines', '# b.log', '  a  ', '', 'other '),
    of('dots and slashes', './a', 'dir/../other', 'dir//c'),
    of('name that leads out', '../a', 'b.log'),
    of('everything', '*'),
    of('itself and the Dockerfile', 'Dockerfile', '.dockerignore'),
    of('pattern that is none', '[a'),
    of('exclamation mark alone', '!'),
    {
      name: 'ignored source',
      dockerfile: lines('FROM busybox', 'COPY a /x'),
      files: { a: 'a\n', '.dockerignore': 'a\n' },
    },
    {
      name: 'ignored in a directory that is a source',
      dockerfile: lines('FROM busybox', 'COPY dir /x'),
      files: { ...files, '.dockerignore': 'dir/sub\n' },
    },
    {
      name: 'file of its own for a Dockerfile',
      dockerfile: lines('FROM busybox', 'COPY . /x/'),
      file: 'My.Dockerfile',
      files: { ...files, '.dockerignore': 'a\n', 'My.Dockerfile.dockerignore': 'b.log\n' },
      modern: true,
    },
  ],
};
