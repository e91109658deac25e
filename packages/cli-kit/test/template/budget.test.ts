import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { executeTemplate, parseTemplate } from '../../src/index.ts';
import { refusal } from '../throws.ts';

const words = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`k${at}`, 'v']));
const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}1${']'.repeat(depth)}`);
const value = { words, list: Object.values(words), deep: nested(5000), text: 'x'.repeat(1000) };
const many = (count: number, text: string): string => text.repeat(count);
const doubled = `{{$x := .text}}${many(60, '{{$x = print $x $x}}')}`;

const hostile: readonly (readonly [string, string])[] = [
  ['a range without end', '{{range 9000000000000000}}{{end}}'],
  ['ranges in ranges', `${many(20, '{{range 1000}}')}${many(20, '{{end}}')}`],
  ['a text that doubles', doubled],
  ['wide padding', '{{pad "x" 9000000000000000 1}}'],
  ['wide verbs', `{{printf "${many(5000, '%999999d')}" ${many(5000, '1 ')}}}`],
  ['a wide verb for each element', '{{printf "%999999s" .list}}'],
  ['precise verbs', `{{printf "${many(500, '%.999999d')}" ${many(500, '1 ')}}}`],
  ['a join of long separators', '{{$s := printf "%99999d" 1}}{{len (join .list $s)}}'],
  ['splitting again and again', '{{range 1000000}}{{split $.text ""}}{{end}}'],
  ['slices of a long list', '{{range 100000000}}{{$y := slice $.list 0}}{{end}}'],
  ['sorting a map', '{{range 1000000}}{{range $.words}}{{break}}{{end}}{{end}}'],
  ['counting a map', '{{range 1000000}}{{$y := len $.words}}{{end}}'],
  ['asking whether a map is empty', '{{range 1000000}}{{if $.words}}{{end}}{{end}}'],
  ['many variables', `${many(4000, '{{$a := 1}}')}{{$z := 1}}{{range 1000000}}{{$a}}{{end}}`],
  ['printing again and again', '{{range 1000000}}{{$.text}}{{end}}'],
  ['JSON again and again', '{{range 1000000}}{{$y := json $.words}}{{end}}'],
  [
    'comparing long texts',
    `{{$x := .text}}${many(10, '{{$x = print $x $x}}')}{{range 1000000}}{{$y := eq $x $x}}{{end}}`,
  ],
  ['deep data', '{{json .deep}}'],
  ['deep data, printed', '{{.deep}}'],
];

for (const [what, text] of hostile) {
  test(`withstands ${what}`, async () => {
    const template = parseTemplate(text);
    await refusal('TEMPLATE_LIMIT', () => executeTemplate(template, value));
  });
}

test('what people do with a large value is allowed', () => {
  const text = '{{range $k, $v := .words}}{{$k}}={{$v}} {{end}}{{json .words}}{{join .list ","}}';
  assert.ok(executeTemplate(parseTemplate(text), value).length > 400_000);
});

test.run();
