import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { expandInstruction } from '../../src/index.ts';
import { errorOf, parse, parseOne } from './support.ts';

const variables = new Map([
  ['A', 'one'],
  ['B', 'two words'],
  ['PORT', '80 81'],
  ['TYPE', 'cache'],
]);

function expandedOf(line: string): Record<string, unknown> {
  return { ...expandInstruction(parseOne(line), variables) };
}

const table: [line: string, field: string, expected: unknown][] = [
  [
    'ENV A=$A$A X=$A',
    'pairs',
    [
      ['A', 'oneone'],
      ['X', 'one'],
    ],
  ],
  ['ENV "$A b"=\'$A\'', 'pairs', [['one b', '$A']]],
  ['ENV a $A  "b"', 'pairs', [['a', 'one  b']]],
  ['LABEL a=${NONE:-$B}', 'pairs', [['a', 'two words']]],
  [
    'ARG x=$A y',
    'args',
    [
      { name: 'x', value: 'one' },
      { name: 'y', value: undefined },
    ],
  ],
  ['EXPOSE $PORT/tcp $NONE', 'values', ['80', '81/tcp']],
  ['VOLUME /$A ["x"]', 'values', ['/one', '[x]']],
  ['VOLUME ["/$B"]', 'values', ['/two words']],
  ['WORKDIR /$B', 'value', '/two words'],
  ['USER ${A}:\\$A', 'value', 'one:$A'],
  ['STOPSIGNAL SIG$A', 'value', 'SIGone'],
  ['COPY $A $B /$A/', 'sources', ['one', 'two words']],
  ['COPY $A $B /$A/', 'destination', '/one/'],
  ['COPY --chown=$A:$A --chmod=$NONE a b', 'chown', 'one:one'],
  ['COPY --chown=$A:$A --chmod=$NONE a b', 'chmod', undefined],
  ['COPY --from=$A --exclude=$A a b', 'from', '$A'],
  ['COPY --from=$A --exclude=$A a b', 'exclude', ['$A']],
  ['ADD --checksum=$A a b', 'checksum', 'one'],
  [
    'COPY <<E <<"F" /x/\n"$A" \\$A\nE\n$A\nF',
    'heredocs',
    [
      { name: 'E', content: '"one" $A\n', expands: true },
      { name: 'F', content: '$A\n', expands: false },
    ],
  ],
  [
    'RUN --mount=type=$TYPE,target=/$A,ro=${NONE:-true} echo $A',
    'mounts',
    [{ type: 'cache', options: { target: '/one', readonly: 'true' } }],
  ],
  ['RUN echo $A', 'command', { form: 'shell', line: 'echo $A' }],
  ['RUN <<E\n$A\nE', 'heredocs', [{ name: 'E', content: '$A\n', expands: true }]],
  ['CMD echo $A', 'command', { form: 'shell', line: 'echo $A' }],
  ['ENTRYPOINT ["$A"]', 'command', { form: 'exec', args: ['$A'] }],
  ['SHELL ["$A"]', 'values', ['$A']],
  ['HEALTHCHECK CMD $A', 'command', { form: 'shell', line: '$A' }],
  ['ONBUILD ENV a=$A', 'trigger', 'ENV a=$A'],
  ['MAINTAINER $A', 'value', '$A'],
];

for (const [line, field, expected] of table) {
  test(`${line}: ${field}`, () => assert.equal(expandedOf(line)[field], expected));
}

test('FROM: the image and the platform', () => {
  const { stages } = parse('FROM --platform=$A $A:${NONE:-x} AS y\n');
  const { image, platform, as } = expandInstruction(stages[0]!.from, variables);
  assert.equal([image, platform, as], ['one:x', 'one', 'y']);
});

test('with another escape character a backslash is none, but in a heredoc', () => {
  const dockerfile = parse('# escape=`\nFROM a\nWORKDIR C:\\$A`$A\nCOPY <<E /x\n\\$A`$A\nE\n');
  const [workdir, copy] = dockerfile.stages[0]!.instructions;
  const expand = (one: typeof workdir): object =>
    expandInstruction(one!, variables, { dockerfile });
  assert.is((expand(workdir) as { value: string }).value, 'C:\\one$A');
  assert.is((expand(copy) as { heredocs: { content: string }[] }).heredocs[0]?.content, '$A`one\n');
});

const refused: [line: string, message: RegExp][] = [
  ['WORKDIR ${A', /^failed to process "\$\{A": syntax error: missing '}'$/],
  ['USER ${NONE:?who}', /NONE: who$/],
  ['VOLUME $NONE', /VOLUME specified can not be an empty string/],
  ['RUN --mount=type=${NONE:-nope} x', /unsupported mount type "nope"/],
  ['COPY <<E /x\n${A:-x\nE', /missing '}'/],
];

for (const [line, message] of refused) {
  test(`refused: ${line}`, () => {
    const dockerfile = parse(`FROM a\n${line}\n`);
    const [instruction] = dockerfile.stages[0]!.instructions;
    const error = errorOf(() => expandInstruction(instruction!, variables, { dockerfile }));
    assert.is(error.code, 'DOCKERFILE_INVALID');
    assert.match(error.message, message);
    assert.equal(error.range, instruction!.range);
    assert.equal(error.lines, [line.split('\n')[0]]);
  });
}

test('FROM nothing, FROM --platform nothing', () => {
  const messages = ['FROM $NONE', 'FROM --platform=$NONE a'].map(
    (line) =>
      errorOf(() => expandInstruction(parse(`${line}\n`).stages[0]!.from, variables)).message,
  );
  assert.equal(messages, [
    'base name ($NONE) should not be blank',
    'empty platform value from expression $NONE',
  ]);
});

test('tells which variables an instruction asks for', () => {
  const asked = new Map<string, boolean>();
  const onVariable = (name: string, isSet: boolean): void => void asked.set(name, isSet);
  expandInstruction(parseOne('COPY --chown=$A $NONE ${A:+$B}'), variables, { onVariable });
  assert.equal(Object.fromEntries(asked), { A: true, B: true, NONE: false });
});

test.run();
