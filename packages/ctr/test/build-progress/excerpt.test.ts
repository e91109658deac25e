import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BuildError, parseDockerfile } from '@ctrkit/build';
import { errorExcerpt, excerptText } from '../../src/commands/build-progress/excerpt.ts';

function refusalOf(text: string): unknown {
  try {
    parseDockerfile(Buffer.from(text), 'Dockerfile');
  } catch (error) {
    return error;
  }
  throw new Error('it was taken');
}

const shown = (text: string): { path: string; lines: string[] } => ({
  path: 'sub/Dockerfile',
  lines: text.split('\n'),
});

test('a word that is wrong, with the line and the column', () => {
  const text = '# a\nFROM b\nCOPY --from=c \\\n  --chwon=d e f\nRUN g\nRUN h\nRUN i';
  assert.is(
    errorExcerpt(refusalOf(text), shown(text)),
    `sub/Dockerfile:4:3
--------------------
   2 |     FROM b
   3 |     COPY --from=c \\
   4 | >>>   --chwon=d e f
     |       ^^^^^^^^^
   5 |     RUN g
   6 |     RUN h
--------------------
`,
  );
});

test('a line that is wrong as a whole, at the beginning', () => {
  const text = 'FROM a b\nRUN c\nRUN d\nRUN e\nRUN f\nRUN g\n';
  assert.is(
    errorExcerpt(refusalOf(text), shown(text)),
    `sub/Dockerfile:1
--------------------
   1 | >>> FROM a b
   2 |     RUN c
   3 |     RUN d
--------------------
`,
  );
});

test('an instruction of several lines', () => {
  const text = 'FROM a\nRUN b\nENV \\\n  c=1 \\\n  d\nRUN e\nRUN f\n';
  assert.is(
    errorExcerpt(refusalOf(text), shown(text)),
    `sub/Dockerfile:3
--------------------
   2 |     RUN b
   3 | >>> ENV \\
   4 | >>>   c=1 \\
   5 | >>>   d
   6 |     RUN e
--------------------
`,
  );
});

test('with no more than the lines that the error has', () => {
  assert.is(
    errorExcerpt(refusalOf('FROM a\n\nNOPE x\n'), undefined),
    `Dockerfile:3
--------------------
   3 | >>> NOPE x
     |     ^^^^
--------------------
`,
  );
});

test('a hostile line moves no cursor, and its marks stand where it is shown', () => {
  const text = 'FROM a\nRUN --x\u001b[2J=1 b\n';
  const rows = errorExcerpt(refusalOf(text), shown(text)).split('\n');
  assert.is(rows[3], '   2 | >>> RUN --x\\u001b[2J=1 b');
  assert.is(rows[4], `     |         ${'^'.repeat(14)}`);
});

test('a page is cut, and an error without a place has no excerpt', () => {
  const lines = Array.from({ length: 500 }, (_, at) => `line ${at}`);
  const range = { start: { line: 1, column: 1 }, end: { line: 500, column: 1 } };
  assert.ok(excerptText({ path: 'D', lines }, range).split('\n').length < 50);
  assert.is(errorExcerpt(new BuildError('STAGE_NOT_FOUND', 'x'), shown('')), '');
  assert.is(errorExcerpt('text', shown('')), '');
  assert.is(errorExcerpt(undefined, shown('')), '');
});

test.run();
