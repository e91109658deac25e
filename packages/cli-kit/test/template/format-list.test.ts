import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatList, type CliErrorCode } from '../../src/index.ts';
import { refusal } from '../throws.ts';

interface Row {
  readonly ID: string;
  readonly Names: string;
  readonly State: string;
  readonly Label: (name: string) => string;
}

const labels: Readonly<Record<string, string>> = { 'com.example.some-thing': 'blue' };
const rows: readonly Row[] = [
  { ID: 'ff3e00000000', Names: 'web', State: 'running', Label: (name) => labels[name] ?? '' },
  { ID: 'd30700000000', Names: 'a_rather_long_name', State: 'exited', Label: () => '' },
];
const format = (text: string, list: readonly Row[] = rows): string =>
  formatList(list, {
    format: text,
    columns: [{ header: 'CONTAINER ID', value: ({ ID }) => ID }],
    headers: {
      ID: 'CONTAINER ID',
      Names: 'NAMES',
      State: 'STATE',
      Label: (name) => `the ${name}`,
    },
    type: '*formatter.ContainerContext',
  });

// As docker 28.2.2 does it.
const table: readonly (readonly [string, string])[] = [
  ['', 'CONTAINER ID\nff3e00000000\nd30700000000\n'],
  ['table', 'CONTAINER ID\nff3e00000000\nd30700000000\n'],
  [
    'json',
    '{"ID":"ff3e00000000","Names":"web","State":"running"}\n{"ID":"d30700000000","Names":"a_rather_long_name","State":"exited"}\n',
  ],
  [' json', 'json\njson\n'],
  ['{{.Names}}', 'web\na_rather_long_name\n'],
  ['{{.ID}}\\n\\t{{.Names}}', 'ff3e00000000\n\tweb\nd30700000000\n\ta_rather_long_name\n'],
  ['x', 'x\nx\n'],
  ['table{{.ID}}', 'CONTAINER ID\nff3e00000000\nd30700000000\n'],
  ['table ', '\n\n\n'],
  ['tablex {{.Names}}', 'x NAMES\nx web\nx a_rather_long_name\n'],
  [
    'table {{.ID}}\\t{{.Label "com.example.some-thing"}}\\t{{.Names}}',
    'CONTAINER ID   the com.example.some-thing   NAMES\nff3e00000000   blue                         web\nd30700000000                                a_rather_long_name\n',
  ],
  [
    'table {{json .Names}}\\t{{upper .Names}}\\t{{lower .State}}',
    'NAMES                  NAMES                STATE\n"web"                  WEB                  running\n"a_rather_long_name"   A_RATHER_LONG_NAME   exited\n',
  ],
  [
    'table {{truncate .Names 3}}\\t{{pad .Names 1 2}}x',
    'NAMES      NAMES  x\nweb        web  x\na_r        a_rather_long_name  x\n',
  ],
  ['table {{join (split .Names "_") "-"}}', 'NAMES\nweb\na-rather-long-name\n'],
  ['table {{if eq .State "running"}}yes{{end}}\\tx', '          x\nyes       x\n          x\n'],
  [
    'table {{.ID | printf "%s"}}\\t{{len .Names}}',
    'CONTAINER ID   5\nff3e00000000   3\nd30700000000   18\n',
  ],
];
for (const [text, expected] of table) {
  test(JSON.stringify(text), () => assert.is(format(text), expected));
}

test('no rows: the header of a table, and nothing else', () => {
  assert.is(format('table', []), 'CONTAINER ID\n');
  assert.is(format('table {{.ID}}\\t{{.Names}}', []), 'CONTAINER ID   NAMES\n');
  assert.is(format('{{.ID}}', []), '');
  assert.is(format('json', []), '');
});

const mistakes: readonly (readonly [string, CliErrorCode])[] = [
  ['{{.NoSuch}}', 'TEMPLATE_FAILED'],
  ['table {{.NoSuch}}', 'TEMPLATE_FAILED'],
  ['{{.ID', 'TEMPLATE_INVALID'],
  ['table {{nosuch}}', 'TEMPLATE_INVALID'],
];
for (const [text, code] of mistakes) {
  test(`${text} is a mistake, with rows and without`, async () => {
    await refusal(code, () => format(text));
    await refusal(code, () => format(text, []));
  });
}

test('values can neither steer the terminal nor begin a line of a table', () => {
  const evil: Row = { ID: 'a\u001b[2J\nb\tc', Names: '\u202e', State: '', Label: () => 'x\ny' };
  const told = format('table {{.ID}}\\t{{.Names}}\\t{{.Label "x"}}', [evil]).split('\n');
  assert.is(told[1], 'a\\u001b[2J\\nb\\tc   \\u202e    x\\ny');
  assert.is(format('{{.ID}}', [evil]), 'a\\u001b[2J\nb\tc\n');
  const json = format('json', [evil]);
  assert.is((JSON.parse(json) as Row).ID, evil.ID);
  // oxlint-disable-next-line no-control-regex
  assert.not.match(json, /[\u0000-\u0009\u000b-\u001f\u202e]/);
});

test('all fields of an item are made where a template or json may ask for them, and not for a table', () => {
  const list = (text: string): [string, number] => {
    let made = 0;
    const told = formatList([{ id: 1 }, { id: 2 }], {
      format: text,
      columns: [{ header: 'ID', value: ({ id }) => `${id}` }],
      rowOf: ({ id }) => {
        made += 1;
        return { ID: `${id}` };
      },
      headers: { ID: 'ID' },
      type: 'x',
    });
    return [told, made];
  };
  assert.equal(list('table'), ['ID\n1\n2\n', 0]);
  assert.equal(list('json'), ['{"ID":"1"}\n{"ID":"2"}\n', 2]);
  assert.equal(list('{{.ID}}'), ['1\n2\n', 2]);
  assert.equal(list('table {{.ID}}'), ['ID\n1\n2\n', 2]);
});

test.run();
