import type { Answer } from './stage.ts';

/** What of an answer is not docker's, and why. */
export type Difference = { readonly why: string } & Partial<Answer>;

// Docker refuses a link whose words lead above what is copied; nothing is ever written through it here.
const links = 'links are copied as they are';
const endless = 'links that never end lead to nothing';

const made = (line: string): Pick<Answer, 'outside'> => ({
  outside: ['- . drwxr-xr-x 0:0 old ', '+ . drwxr-xr-x 0:0 now ', line],
});

const notFound = (path: string): Pick<Answer, 'stderr'> => ({
  stderr: `Could not find the file ${path} in container box\n`,
});

export const differences: Readonly<Record<string, Difference>> = {
  'cp h/file box:/c/loop/x': { why: endless, ...notFound('/c/loop') },
  'cp box:/c/loop/x o/new': { why: endless, ...notFound('/c/loop/x') },
  'cp -L box:/c/loop o/new': { why: endless, ...notFound('/c/loop') },
  'cp box:/c/file/x o/new': { why: 'what is below a file is not there', ...notFound('/c/file/x') },
  'cp box:/c/loop o/new': {
    why: links,
    code: 0,
    stderr: '',
    ...made('+ ./new lrwxrwxrwx 0:0 old loop'),
  },
  'cp box:/c/up o/new': {
    why: links,
    code: 0,
    stderr: '',
    ...made('+ ./new lrwxrwxrwx 0:0 old ../../../../../../c/file'),
  },
  'cp h/. box:/c': {
    why: links,
    code: 0,
    stderr: '',
    inside: [
      '- . drwxr-xr-x 0:0 old ',
      '- ./abs lrwxrwxrwx 0:0 old /c/dir',
      '- ./up lrwxrwxrwx 0:0 old ../../../../../../c/file',
      '+ . drwxr-xr-x 0:0 now ',
      '+ ./abs lrwxrwxrwx 0:0 old /h/dir',
      '+ ./up lrwxrwxrwx 0:0 old ../../../../../../h/file',
    ],
  },
  'cp box:/c/. o': {
    why: links,
    code: 0,
    stderr: '',
    outside: [
      '- . drwxr-xr-x 0:0 old ',
      '- ./dang lrwxrwxrwx 0:0 old new',
      '- ./dir/a -rw-r--r-- 0:0 old old',
      '- ./file -rw-r--r-- 0:0 old old',
      '+ . drwxr-xr-x 0:0 now ',
      '+ ./.wh.file -rw-r--r-- 0:0 old white',
      '+ ./abs lrwxrwxrwx 0:0 old /c/dir',
      '+ ./bits drwxr-xr-x 0:0 old ',
      '+ ./bits/mine drwxr-xr-x 0:0 old ',
      '+ ./bits/own -rw-r----- 0:0 old own',
      '+ ./bits/sticky drwxrwxrwt 0:0 old ',
      '+ ./bits/suid -rwsr-xr-x 0:0 old run',
      '+ ./c:olon -rw-r--r-- 0:0 old odd',
      '+ ./dang lrwxrwxrwx 0:0 old nowhere',
      '+ ./dir/a -rw-r--r-- 0:0 old two',
      '+ ./dir/fifo prw-r--r-- 0:0 old ',
      '+ ./dir/link lrwxrwxrwx 0:0 old a',
      '+ ./dir/sub/b -rw-r--r-- 0:0 old three',
      '+ ./dir/twin -rw-r--r-- 0:0 old two',
      '+ ./file -rw-r--r-- 0:0 old one',
      '+ ./loop lrwxrwxrwx 0:0 old loop',
      '+ ./newlink lrwxrwxrwx 0:0 old other/new',
      '+ ./other drwxr-xr-x 0:0 old ',
      '+ ./other/a -rw-r--r-- 0:0 old four',
      '+ ./other/sub drwxr-xr-x 0:0 old ',
      '+ ./second -rw-r--r-- 0:0 old five',
      '+ ./twice lrwxrwxrwx 0:0 old dlink',
      '+ ./up lrwxrwxrwx 0:0 old ../../../../../../c/file',
    ],
  },
  'cp - box:/c/empty < junk.tar': {
    why: 'it says what ended',
    stderr: 'archive: the archive ends in the middle of an entry\n',
  },
  'cp box: o/new': {
    why: 'a space that docker forgot',
    stderr: 'bad parameter: path cannot be empty\n',
  },
};
