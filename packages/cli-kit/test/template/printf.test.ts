import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { executeTemplate, parseTemplate } from '../../src/index.ts';
import { refusal } from '../throws.ts';
import { inspected } from './inspected.ts';

// What docker 28.2.2 answers.
const table: readonly (readonly [string, string])[] = [
  [
    String.raw`{{printf "%s|%d|%v|%t|%q|%%" "a" 5 .Config.Env true "x\"y"}}`,
    String.raw`a|5|[A=1 B=2]|true|"x\"y"|%`,
  ],
  [
    '{{printf "%5d|%-5d|%05d|%+d|%x|%X|%o|%b|%c|%q|%U" 42 42 42 42 255 255 8 5 65 65 65}}',
    "   42|42   |00042|+42|ff|FF|10|101|A|'A'|U+0041",
  ],
  [
    String.raw`{{printf "%10s|%-10s|%.2s|%10.2s|%x|%X|% x|%q" "abc" "abc" "abc" "abc" "hi" "hi" "hi" "é\n\x01"}}`,
    String.raw`       abc|abc       |ab|        ab|6869|6869|68 69|"é\n\x01"`,
  ],
  [
    '{{printf "%s" 5}} {{printf "%d" "x"}} {{printf "%t" 1}} {{printf "%d" true}} {{printf "%z" 1}} {{printf "%d"}} {{printf "a" 1 "b"}} {{printf "%"}} {{printf "%!"}}',
    '%!s(int=5) %!d(string=x) %!t(int=1) %!d(bool=true) %!z(int=1) %!d(MISSING) a%!(EXTRA int=1, string=b) %!(NOVERB) %!!(MISSING)',
  ],
  [
    '{{printf "%v %v %v" 1.5 "s" nil}} {{printf "%s" nil}} {{printf "%d" nil}} {{printf "%s" .Config.Env}} {{printf "%q" .Config.Env}} {{printf "%d" .Config.Env}}',
    '1.5 s <nil> %!s(<nil>) %!d(<nil>) [A=1 B=2] ["A=1" "B=2"] [%!d(string=A=1) %!d(string=B=2)]',
  ],
  [
    '{{printf "%v" .Config.Labels}} {{printf "%s" .Config.Labels}} {{printf "%q" .Config.Labels}}',
    'map[a.b:1 z:2] map[a.b:1 z:2] map["a.b":"1" "z":"2"]',
  ],
  [
    '{{printf "%f %.2f %8.3f %g %e" 1.5 1.005 3.14159 1e21 1.5}}',
    '1.500000 1.00    3.142 1e+21 1.500000e+00',
  ],
  [
    String.raw`{{printf "%6.2f%%" 99.5}} {{printf "%t %5t" true false}} {{printf "%v" 1e6}} {{printf "%v" 1e21}} {{printf "%v" 0.00001}} {{1e3}} {{1.5}} {{1e21}} {{0x10}} {{0b11}} {{0o17}} {{017}} {{1_000}} {{'a'}} {{'\n'}} {{-5}} {{+5}}`,
    ' 99.50% true false 1e+06 1e+21 1e-05 1000 1.5 1e+21 16 3 15 15 1000 97 10 -5 5',
  ],
  [
    '{{printf "%-5s|%5s|%05s" "é" "é" "é"}} {{printf "%5q" "a"}} {{printf "%+q" "é"}} {{printf "%#q" "a"}} {{printf "%#x" 255}} {{printf "% d" 5}}',
    'é    |    é|0000é   "a" "\\u00e9" `a` 0xff  5',
  ],
  [
    '{{printf "%5v|%-8v|" "a" true}} {{printf "%03v" 7}} {{printf "%x" .Config.Env}} {{printf "%T" "a"}} {{printf "%T" 1}} {{printf "%T" .Config.Env}}',
    '    a|true    | 007 [413d31 423d32] string int []string',
  ],
  [
    '{{printf "%2147483648d" 1}} {{printf "%c" "x"}} {{printf "%x" -255}} {{printf "%x" true}} {{printf "%s" true}} {{printf "%5t" 1}}',
    '%!(NOVERB)%!(EXTRA int=1) %!c(string=x) -ff %!x(bool=true) %!s(bool=true) %!t(int=    1)',
  ],
  ['{{5 | printf "%d"}} {{"a" | printf "%s-%s" "b"}} {{"x" | upper | printf "%q"}}', '5 b-a "X"'],
  ['{{printf "%d" .HostConfig.Memory}} {{printf "%s" .State.Running}}', '67108864 %!s(bool=true)'],
  [String.raw`{{printf "%s\n" .Name}}`, '/web\n'],
  ['{{printf "%s" "a" -}} b', 'ab'],
];

for (const [text, expected] of table) {
  test(text, () => assert.is(executeTemplate(parseTemplate(text), inspected), expected));
}

test('a width from an argument, and arguments by number, are not there', async () => {
  for (const text of ['{{printf "%*d" 5 3}}', '{{printf "%[1]d" 3}}']) {
    await refusal('TEMPLATE_FAILED', () => executeTemplate(parseTemplate(text), {}));
  }
});

test('what JSON has: fractions, large and small numbers', () => {
  const values = { a: 1.5, b: 9_223_372_036_854_771_712, c: -0.25, d: 1e-7, e: 123_456_789.5 };
  const text = '{{.a}} {{.b}} {{.c}} {{.d}} {{.e}} {{printf "%.1f %5.1f|%g" .a .c .e}}';
  assert.is(
    executeTemplate(parseTemplate(text), values),
    '1.5 9223372036854771712 -0.25 1e-07 1.234567895e+08 1.5  -0.2|1.234567895e+08',
  );
});

test.run();
