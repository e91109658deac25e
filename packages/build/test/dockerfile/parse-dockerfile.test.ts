import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseDockerfile, parseInstruction } from '../../src/index.ts';
import { errorOf, parse } from './support.ts';

/** Each instruction as `first-last text`, heredocs in brackets. */
function shown(text: string): string[] {
  const { args, stages } = parse(text);
  return [...args, ...stages.flatMap(({ from, instructions }) => [from, ...instructions])].map(
    (one) => {
      const heredocs = 'heredocs' in one ? one.heredocs : [];
      const bodies = heredocs.map(({ name, content, expands }) =>
        JSON.stringify([name, content, ...(expands ? [] : ['quoted'])]),
      );
      const { start, end } = one.range;
      return [`${start.line}-${end.line} ${one.text}`, ...bodies].join(' ');
    },
  );
}

const readings: [name: string, dockerfile: string, expected: string[]][] = [
  [
    'continued lines, with comments and empty lines between them',
    'FROM a\nRUN a \\\n# c\n\n \t\n  b\\\nc\nRUN d\n',
    ['1-1 FROM a', '2-7 RUN a   bc', '8-8 RUN d'],
  ],
  [
    'a continuation with blanks behind it',
    'FROM a\nRUN b \\ \t\nc\n',
    ['1-1 FROM a', '2-3 RUN b c'],
  ],
  [
    'two escapes at the end continue nothing',
    'FROM a\nRUN b \\\\\nRUN c\n',
    ['1-1 FROM a', '2-2 RUN b \\\\', '3-3 RUN c'],
  ],
  ['an escape at the end of the file', 'FROM a\nRUN b \\', ['1-1 FROM a', '2-2 RUN b']],
  ['a keyword on two lines', 'FROM a\nRU\\\nN b\n', ['1-1 FROM a', '2-3 RUN b']],
  ['a comment that ends with an escape', 'FROM a\n# b \\\nRUN c\n', ['1-1 FROM a', '3-3 RUN c']],
  ['blanks before an instruction', '  FROM a\n\t RUN b\n', ['1-1 FROM a', '2-2 RUN b']],
  [
    'another escape character',
    '# escape=`\nFROM a\nRUN b `\n c\nRUN d\\\nRUN e\n',
    ['2-2 FROM a', '3-4 RUN b  c', '5-5 RUN d\\', '6-6 RUN e'],
  ],
  [
    'an escape directive behind a comment is a comment',
    '# x\n# escape=`\nFROM a\nRUN b \\\nc\n',
    ['3-3 FROM a', '4-5 RUN b c'],
  ],
  [
    'an escape directive behind one that nobody knows is a comment',
    '# x=y\n# escape=`\nFROM a\nRUN b \\\nc\n',
    ['3-3 FROM a', '4-5 RUN b c'],
  ],
  [
    'an escape directive behind an empty line is a comment',
    '\n# escape=`\nFROM a\nRUN b \\\nc\n',
    ['3-3 FROM a', '4-5 RUN b c'],
  ],
  [
    'line ends of Windows',
    'FROM a\r\nRUN b \\\r\n c\r\nRUN <<E\r\nd\r\nE\r\nRUN f\r\n',
    ['1-1 FROM a', '2-3 RUN b  c', '4-4 RUN <<E ["E","d\\r\\n"]', '7-7 RUN f'],
  ],
  ['a mark of byte order', '\ufeffFROM a\nRUN b\n', ['1-1 FROM a', '2-2 RUN b']],
  ['no line end at the end', 'FROM a', ['1-1 FROM a']],
  [
    'heredocs: several, with tabs, quoted',
    'FROM a\nCOPY <<-A <<"B" /x/\n\tone\n\tA\n\tB\nB\nRUN d\n',
    ['1-1 FROM a', '2-2 COPY <<-A <<"B" /x/ ["A","one\\n"] ["B","\\tB\\n","quoted"]', '7-7 RUN d'],
  ],
  [
    'heredocs: of a descriptor, behind a blank, before a redirection',
    'FROM a\nRUN cat 3<<E << F <<G >/x\n1\nE\n2\nF\n3\nG\nRUN b\n',
    [
      '1-1 FROM a',
      '2-2 RUN cat 3<<E << F <<G >/x ["E","1\\n"] ["F","2\\n"] ["G","3\\n"]',
      '9-9 RUN b',
    ],
  ],
  [
    'heredocs: what looks like a comment or an instruction is its content',
    'FROM a\nRUN <<E\n# c\nRUN x \\\nE\nRUN b\n',
    ['1-1 FROM a', '2-2 RUN <<E ["E","# c\\nRUN x \\\\\\n"]', '6-6 RUN b'],
  ],
  [
    'heredocs: none in quotes, in a list, in a number, in what the shell alone understands',
    'FROM a\nRUN echo "<<E"\nRUN ["a", "<<E"]\nRUN echo $((1<<2))\nRUN it\'s <<E\nCMD <<E\n',
    [
      '1-1 FROM a',
      '2-2 RUN echo "<<E"',
      '3-3 RUN ["a", "<<E"]',
      '4-4 RUN echo $((1<<2))',
      "5-5 RUN it's <<E",
      '6-6 CMD <<E',
    ],
  ],
  [
    'heredocs: of a trigger',
    'FROM a\nONBUILD RUN <<E\nx\nE\nRUN b\n',
    ['1-1 FROM a', '2-2 ONBUILD RUN <<E', '5-5 RUN b'],
  ],
  [
    'arguments before the first FROM',
    'ARG a=1\nARG b\nFROM $a\nARG c\n',
    ['1-1 ARG a=1', '2-2 ARG b', '3-3 FROM $a', '4-4 ARG c'],
  ],
];

for (const [name, dockerfile, expected] of readings) {
  test(name, () => assert.equal(shown(dockerfile), expected));
}

test('a range is from the keyword to behind the last character, on its own lines and columns', () => {
  const { stages } = parse('FROM a\n  RUN b \\\n    # c\n    d  \n');
  assert.equal(stages[0]?.instructions[0]?.range, {
    start: { line: 2, column: 3 },
    end: { line: 4, column: 6 },
  });
});

test('an error has the word that is wrong, with its line', () => {
  const error = errorOf(() => parse('FROM a\nCOPY --from=b \\\n  --chwon=c d e\n'));
  assert.is(error.message, 'dockerfile parse error line 2: unknown flag: --chwon');
  assert.equal(error.range, { start: { line: 3, column: 3 }, end: { line: 3, column: 12 } });
  assert.equal(error.lines, ['  --chwon=c d e']);
  assert.is(error.hint, 'did you mean --chown?');
});

test('an unknown instruction comes with the one that is near', () => {
  const error = errorOf(() => parse('FROM a\n  RUNN b\n'));
  assert.equal(error.range, { start: { line: 2, column: 3 }, end: { line: 2, column: 7 } });
  assert.is(error.hint, 'did you mean RUN?');
  assert.is(errorOf(() => parse('FROM a\nNOTHING\n')).hint, undefined);
});

test('directives: syntax and check, in any case, behind a line for the kernel too', () => {
  const expected = { syntax: 'docker/dockerfile:1', escape: '\\', check: 'skip=all' };
  for (const first of ['', '#!/usr/bin/env x\n']) {
    const text = `${first}#Syntax = docker/dockerfile:1 \n # check=skip=all\nFROM a\n`;
    assert.equal(parse(text).directives, expected);
  }
  assert.is(parse('#!/x\n# escape=`\nFROM a\n').directives.escape, '\\');
});

test('comments above an instruction, and empty lines in it, are told', () => {
  const { comments, emptyLines } = parse('# one\n#\n# two\n\n# three\nFROM a\nRUN b \\\n\n\n c\n');
  assert.equal(comments.get(6), ['two', 'three']);
  assert.equal(emptyLines, [9]);
});

const refused: [name: string, dockerfile: string | Uint8Array, message: RegExp, line?: number][] = [
  ['an empty file', '', /^the Dockerfile \(Dockerfile\) cannot be empty$/],
  ['a heredoc without its end', 'FROM a\nRUN <<E\nx\n', /unterminated heredoc/, 2],
  [
    'a heredoc as a destination',
    'FROM a\nCOPY b <<E\nE\n',
    /COPY cannot accept a heredoc as a destination/,
    2,
  ],
  ['only arguments', 'ARG a=1\n', /dockerfile contains no stages to build/],
  ['UTF-16', Buffer.from('FROM a\n', 'utf16le'), /NUL byte/],
  ['Latin-1', Buffer.from('FROM a\nRUN caf\xe9\n', 'latin1'), /line 2 is not UTF-8/, 2],
  [
    'Latin-1 in a heredoc',
    Buffer.from('FROM a\nRUN <<E\n\xe9\nE\n', 'latin1'),
    /line 3 is not UTF-8/,
    3,
  ],
  ['too large a file', Buffer.alloc(5 << 20, 'FROM a\n'), /larger than/],
  ['too many instructions', `FROM a\n${'RUN b\n'.repeat(10_001)}`, /more than 10000 instructions/],
  [
    'too many heredocs',
    `FROM a\nRUN ${'<<E '.repeat(101)}\n${'E\n'.repeat(101)}`,
    /more than 100 heredocs/,
  ],
];

for (const [name, dockerfile, message, line] of refused) {
  test(`refused: ${name}`, () => {
    const error = errorOf(() => parseDockerfile(Buffer.from(dockerfile), 'Dockerfile'));
    assert.is(error.code, 'DOCKERFILE_INVALID');
    assert.match(error.message, message);
    if (line !== undefined) assert.is(error.range?.start.line, line);
  });
}

test('a comment may be in any encoding', () => {
  const { stages } = parseDockerfile(Buffer.from('# caf\xe9\nFROM a\n', 'latin1'), 'Dockerfile');
  assert.is(stages.length, 1);
});

test('an instruction that stands alone', () => {
  const copy = parseInstruction('COPY <<E /x\nhi\nE');
  assert.is(copy.keyword, 'COPY');
  for (const text of ['FROM a', 'MAINTAINER a', 'RUN a\nRUN b', 'NOPE', '']) {
    assert.is(errorOf(() => parseInstruction(text)).code, 'DOCKERFILE_INVALID', text);
  }
});

test.run();
