import type { CaseGroup } from '../dockerfile-case.ts';
import { lines } from './lines.ts';

const of = (name: string, ...all: readonly string[]): CaseGroup['cases'][number] => ({
  name,
  dockerfile: lines(...all),
});

export const parser: CaseGroup = {
  name: 'parser',
  about: 'Comments, continued lines, directives, line ends, heredocs',
  cases: [
    of('comments and empty lines', '# first', '', 'FROM busybox', '  # indented', 'LABEL a=1 # not one', '', '#LABEL b=2'), // prettier-ignore
    of('continued line', 'FROM busybox', 'LABEL a=1 \\', '  b=2 \\', '', '  c=3'),
    of('comment in a continued line', 'FROM busybox', 'RUN echo a \\', '# in between', '    b \\', '  # indented', '  c > /x'), // prettier-ignore
    of('blanks behind a backslash', 'FROM busybox', 'LABEL a=1 \\  ', '  b=2'),
    of('backslash in the middle', 'FROM busybox', 'RUN echo a\\b > /x'),
    of('two backslashes at the end', 'FROM busybox', 'RUN echo a\\\\', 'LABEL x=1'),
    of('backslash at the end of all', 'FROM busybox', 'LABEL a=1 \\'),
    of('continued keyword', 'FROM busybox', 'LAB\\', 'EL a=1'),
    of('indented instructions', '  FROM busybox', '\tLABEL a=1'),
    of('mixed case', 'From busybox', 'lAbEl a=1', 'run echo x > /x'),
    { name: 'line ends of Windows', dockerfile: 'FROM busybox\r\nLABEL a=1 \\\r\n  b=2\r\nRUN echo x > /x\r\n' }, // prettier-ignore
    { name: 'byte order mark', dockerfile: '\uFEFFFROM busybox\nLABEL a=1\n' },
    { name: 'no line end at the end', dockerfile: 'FROM busybox\nLABEL a=1' },
    of('escape directive', '# escape=`', 'FROM busybox', 'LABEL a=1 `', '  b=c:\\d', 'ENV D=`$A E=\\$A'), // prettier-ignore
    of('escape directive that is none', '# escape=x', 'FROM busybox'),
    of('escape directive twice', '# escape=`', '# escape=\\', 'FROM busybox'),
    of('escape directive after a comment', '# a comment', '# escape=`', 'FROM busybox', 'LABEL a=1 \\', '  b=2'), // prettier-ignore
    of('escape directive after an empty line', '', '# escape=`', 'FROM busybox', 'LABEL a=1 \\', '  b=2'), // prettier-ignore
    of('escape directive with blanks', '#  EsCaPe  =  `', 'FROM busybox', 'LABEL a=1 `', '  b=2'),
    of('directive that nobody knows', '# nosuch=1', '# escape=`', 'FROM busybox', 'LABEL a=1 \\', '  b=2'), // prettier-ignore
    { ...of('check directive', '# check=skip=all', 'FROM busybox', 'LABEL a=1'), modern: true },
    of('instruction that is not there', 'FROM busybox', 'NOSUCH x'),
    of('instruction before FROM', 'LABEL a=1', 'FROM busybox'),
    of('comment that looks like a heredoc', 'FROM busybox', '# <<EOF', 'LABEL a=1'),
    { name: 'Dockerfile elsewhere', dockerfile: lines('FROM busybox', 'COPY . /x/'), file: 'sub/My.Dockerfile', files: { a: 'a\n' } }, // prettier-ignore
  ],
};
