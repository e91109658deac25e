import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseTemplate } from '../../src/index.ts';
import { refusal } from '../throws.ts';

// What docker 28.2.2 says, after `template parsing error: template: `.
const mistakes: readonly (readonly [string, string])[] = [
  ['{{break}}', ':1: {{break}} outside {{range}}'],
  ['{{a', ':1: function "a" not defined'],
  ['{{-"b"}}', ':1: illegal number syntax: "-"'],
  ['{{"b"-}}', ':1: unexpected "-" in operand'],
  ['{{/* c */', ':1: comment ends before closing delimiter'],
  ['{{/* c */ .Name}}', ':1: comment ends before closing delimiter'],
  ['{{nosuch}}', ':1: function "nosuch" not defined'],
  ['{{nosuch .Name}}', ':1: function "nosuch" not defined'],
  ['{{.Name | nosuch}}', ':1: function "nosuch" not defined'],
  ['{{.Name', ':1: unclosed action'],
  ['{{.Name}', ":1: bad character U+007D '}'"],
  ['{{.Name}}{{', ':1: unclosed action'],
  ['{{}}', ':1: missing value for command'],
  ['{{ }}', ':1: missing value for command'],
  ['{{if}}x{{end}}', ':1: missing value for if'],
  ['{{if .Name}}x', ':1: unexpected EOF'],
  ['{{range}}x{{end}}', ':1: missing value for range'],
  ['{{end}}', ':1: unexpected {{end}}'],
  ['{{else}}', ':1: unexpected {{else}}'],
  ['{{if true}}a{{else}}b{{else}}c{{end}}', ':1: expected end; found {{else}}'],
  ['{{$x}}', ':1: undefined variable "$x"'],
  ['{{$x := }}', ':1: missing value for command'],
  ['{{$x, $y := .Config.Env}}', ':1: too many declarations in command'],
  ['{{range $x, $y, $z := .Config.Env}}{{end}}', ':1: too many declarations in range'],
  ['{{"abc}}', ':1: unterminated quoted string'],
  ['{{`abc}}', ':1: unterminated raw quoted string'],
  ["{{'ab'}}", ":1: malformed character constant: 'ab'"],
  [String.raw`{{"\q"}}`, ':1: invalid syntax'],
  ['{{| .Name}}', ':1: unexpected "|" in command'],
  ['{{(.Name}}', ':1: unclosed left paren'],
  ['{{.Name)}}', ':1: unexpected right paren'],
  ['{{()}}', ':1: missing value for parenthesized pipeline'],
  ['{{"a" | "b"}}', ':1: non executable command in pipeline stage 2'],
  ['{{@}}', ':1: unexpected "@" in command'],
  ['{{.Name @}}', ':1: unexpected "@" in operand'],
  ['{{.Name;}}', ":1: bad character U+003B ';'"],
  ['{{5a}}', ':1: bad number syntax: "5a"'],
  ['{{1.2.3}}', ':1: unexpected ".3" in operand'],
  ['{{..Name}}', ':1: unexpected . after term "."'],
  ['{{. Name}}', ':1: function "Name" not defined'],
  ['{{.Name.}}', ':1: unexpected <.> in operand'],
  ['{{"a".Name}}', String.raw`:1: unexpected . after term "\"a\""`],
  ['{{5.Name}}', ':1: bad number syntax: "5.N"'],
  ['{{true.Name}}', ':1: unexpected . after term "true"'],
  ['{{nil.Name}}', ':1: unexpected . after term "nil"'],
  ['{{99999999999999999999}}', ':1: integer overflow: "99999999999999999999"'],
  ['{{with $x := 5}}{{$x}}{{end}}{{$x}}', ':1: undefined variable "$x"'],
  ['{{if true}}{{else if}}{{end}}', ':1: missing value for if'],
  ['{{continue}}', ':1: {{continue}} outside {{range}}'],
  ['{{else if true}}', ':1: unexpected {{else}}'],
  ['{{if true}}{{end}}{{end}}', ':1: unexpected {{end}}'],
  ['{{with}}{{end}}', ':1: missing value for with'],
  ['{{ /* a */ }}', ':1: unexpected "/" in command'],
  ['{{3- }}', ':1: bad number syntax: "3-"'],
  ['a\n  {{if}}', ':2: missing value for if'],
  ['{{if true}}\n{{else}}\nx', ':3: unexpected EOF'],
  ['{{"a\nb"}}', ':1: unterminated quoted string'],
  ['{{.Nope\n', ':2: unclosed action started at :1'],
  ['a\n\né{{nosuch}}', ':3: function "nosuch" not defined'],
  ['{{.Nam"}}', `:1: bad character U+0022 '"'`],
  [String.raw`{{.Na\me}}`, String.raw`:1: bad character U+005C '\'`],
  ['{{.Na\u0001}}', ':1: bad character U+0001'],
];

for (const [text, expected] of mistakes) {
  test(text, async () => {
    const error = await refusal('TEMPLATE_INVALID', () => parseTemplate(text));
    assert.is(error.message, `template parsing error: template: ${expected}`);
    assert.is(error.exitCode, 1);
  });
}

test('a command can have words and a code of its own', async () => {
  const errors = { parsing: 'failed to parse template', exitCode: 64 };
  const error = await refusal('TEMPLATE_INVALID', () => parseTemplate('{{.Nope', errors));
  assert.is(error.message, 'failed to parse template: template: :1: unclosed action');
  assert.is(error.exitCode, 64);
});

test('templates that name templates are not there', async () => {
  for (const text of ['{{define "x"}}{{end}}', '{{template "x"}}', '{{block "x" .}}{{end}}']) {
    await refusal('TEMPLATE_INVALID', () => parseTemplate(text));
  }
});

test('an integer that is not exact', async () => {
  await refusal('TEMPLATE_INVALID', () => parseTemplate('{{9007199254740993}}'));
});

const deep: readonly (readonly [string, string])[] = [
  ['parentheses', `{{${'('.repeat(101)}1${')'.repeat(101)}}}`],
  ['blocks', `${'{{if 1}}'.repeat(101)}${'{{end}}'.repeat(101)}`],
  ['else if', `{{if 1}}${'{{else if 1}}'.repeat(101)}{{end}}`],
  ['ranges that are not ended', '{{range .}}'.repeat(5000)],
  ['parentheses that are not closed', `{{${'('.repeat(60_000)}`],
];
for (const [what, text] of deep) {
  test(`too deep: ${what}`, async () => {
    await refusal('TEMPLATE_LIMIT', () => parseTemplate(text));
  });
}

test('too long', async () => {
  await refusal('TEMPLATE_LIMIT', () => parseTemplate('x'.repeat(65_537)));
});

test('as deep and as long as it may be', () => {
  parseTemplate(`{{${'('.repeat(100)}1${')'.repeat(100)}}}`);
  parseTemplate('{{.}}'.repeat(13_107));
});

test.run();
