import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { executeTemplate, parseTemplate } from '../../src/index.ts';
import { refusal } from '../throws.ts';
import { asInspect, inspected } from './inspected.ts';

// What docker 28.2.2 answers to `docker inspect --format`.
const table: readonly (readonly [string, string])[] = [
  ['{{.Name}}', '/web'],
  ['{{ .Name }}', '/web'],
  ['{{.Config.Hostname}}', 'h'],
  ['{{.State.ExitCode}} {{.State.Running}} {{.HostConfig.Memory}}', '3 true 67108864'],
  ['{{.Config.Env}}', '[A=1 B=2]'],
  ['{{.Config.Labels}}', 'map[a.b:1 z:2]'],
  ['{{index .Config.Labels "a.b"}}', '1'],
  ['{{index .Config.Labels "nosuch"}}|', '|'],
  ['{{.Config.Labels.z}}', '2'],
  ['{{.Config.Labels.nosuch}}', '<no value>'],
  ['{{index .Config.Env 1}}', 'B=2'],
  ['{{index .Name 0}}', '47'],
  ['{{index .Config.Env}}', '[A=1 B=2]'],
  [
    '{{slice .Name 1}} {{slice .Name 1 3}} {{slice .Config.Env 1}} {{slice .Config.Env 0 1}} {{slice .Name}}',
    'web we [B=2] [A=1] /web',
  ],
  ['{{len .Name}} {{len .Config.Env}} {{len .Config.Labels}} {{len "é"}}', '4 2 2 2'],
  [
    String.raw`{{json .Config.Env}} {{json .Name}} {{json .State.ExitCode}} {{json .Config.Labels}} {{json "<&>\u2028é"}}`,
    String.raw`["A=1","B=2"] "/web" 3 {"a.b":"1","z":"2"} "<&>\u2028é"`,
  ],
  ['{{json nil}}', 'null'],
  ['{{join .Config.Env ","}} {{join .Config.Env ""}}', 'A=1,B=2 A=1B=2'],
  [
    '{{split "a,b,c" ","}} {{split "abc" ""}} {{split "" ","}} {{split "abc" "x"}} {{len (split "" ",")}} {{len (split "" "")}}',
    '[a b c] [a b c] [] [abc] 1 0',
  ],
  [
    '{{lower "ÀB"}} {{upper "straße"}} {{title "hello wORLD foo-bar x_y it\'s"}}',
    "àb STRAßE Hello WORLD Foo-Bar X_y It'S",
  ],
  ['{{pad "x" 1 2}}| {{pad "" 1 2}}|', ' x  | |'],
  ['{{truncate "hello" 3}} {{truncate "hi" 5}} {{truncate "hello" 0}}|', 'hel hi |'],
  ['{{println "a" 1 true}}|{{println}}|', 'a 1 true\n|\n|'],
  ['{{print "a" "b" 1 2 true "c" nil}}', 'ab1 2 truec<nil>'],
  ['{{print 1 2}} {{print "a" 1 "b"}} {{print .Config.Env 1 2}}', '1 2 a1b [A=1 B=2] 1 2'],
  ['{{"a\\tb\\u00e9\\x41\\101"}} {{`raw\\n"x"`}}', 'a\tbéAA raw\\n"x"'],
  ['{{true}} {{false}}', 'true false'],
  [
    '{{(index .Config.Env 0)}} {{(.Config).Hostname}} {{(index .Config.Env 0) | len}} {{len (index .Config.Env 0)}}',
    'A=1 h 3 3',
  ],
  ['{{$x := .Config}}{{$x.Hostname}} {{$x.Env}}', 'h [A=1 B=2]'],
  ['{{$x := 1}}{{if true}}{{$x := 2}}{{$x}}{{end}}{{$x}}{{if true}}{{$x = 3}}{{end}}{{$x}}', '213'],
  ['{{$.Name}}', '/web'],
  [
    '{{if .Name}}y{{else}}n{{end}}{{if ""}}y{{else}}n{{end}}{{if 0}}y{{else}}n{{end}}{{if .Mounts}}y{{else}}n{{end}}{{if .Config.Labels}}y{{end}}{{if .State.Health}}y{{else}}n{{end}}{{if 0.0}}y{{else}}n{{end}}',
    'ynnnynn',
  ],
  ['{{if eq .Name "x"}}a{{else if eq .Name "/web"}}b{{else}}c{{end}}', 'b'],
  ['{{if $x := .Name}}{{$x}}{{end}}', '/web'],
  [
    '{{with .Config}}{{.Hostname}}{{end}} {{with ""}}y{{else}}n{{end}} {{with $y := .Name}}{{$y}}{{.}}{{end}} {{with ""}}a{{else with .Name}}{{.}}{{end}}',
    'h n /web/web /web',
  ],
  [
    '{{range .Config.Env}}<{{.}}>{{end}} {{range $i, $e := .Config.Env}}{{$i}}={{$e}};{{end}} {{range $e := .Config.Env}}{{$e}} {{end}}',
    '<A=1><B=2> 0=A=1;1=B=2; A=1 B=2 ',
  ],
  [
    '{{range $k, $v := .Config.Labels}}{{$k}}={{$v}};{{end}} {{range .Config.Labels}}{{.}},{{end}} {{range .Mounts}}x{{else}}none{{end}}',
    'a.b=1;z=2; 1,2, none',
  ],
  ['{{range $i, $e := .Config.Env}}{{if $i}}, {{end}}{{$e}}{{end}}', 'A=1, B=2'],
  [
    '{{range 3}}{{.}}{{end}} {{range $i := 3}}{{$i}}{{end}} {{range 0}}x{{else}}e{{end}}',
    '012 012 e',
  ],
  ['{{range .State}}x{{end}}', 'xxxx'],
  [
    '{{range .Config.Env}}{{break}}{{end}}|{{range .Config.Env}}{{.}}{{continue}}x{{end}}|{{range $i, $e := .Config.Env}}{{if eq $i 1}}{{break}}{{end}}{{$e}}{{end}}',
    '|A=1B=2|A=1',
  ],
  ['a  {{- "b" -}}  c', 'abc'],
  ['a  {{- .Name}} c {{.Name -}}   d', 'a/web c /webd'],
  ['{{- "b"}}', 'b'],
  ['x{{/* comment */}}y  {{- /* c */ -}}  z', 'xyz'],
  [
    '{{eq .State.ExitCode 3}} {{ne 1 2}} {{lt 1 2}} {{le 2 2}} {{gt 1 2}} {{ge 1 2}} {{lt "a" "b"}} {{lt 1.5 2.5}} {{eq true true}}',
    'true true true true false false true true true',
  ],
  ['{{eq .Config.Env nil}}', 'false'],
  ['{{eq nil nil}}', 'true'],
  ['{{eq .State.Health nil}}', 'true'],
  ['{{ne "a" "a"}} {{ne .Name "x"}}', 'false true'],
  [
    '{{and 1 0 2}} {{and 1 2}} {{or 0 "" "x"}} {{or 0 ""}}| {{not 0}} {{not "x"}} {{and true false}} {{or .Mounts "d"}}',
    '0 2 x | true false false d',
  ],
  ['{{and false (index .Config.Env 9)}} {{or true (index .Config.Env 9)}}', 'false true'],
  ['{{and .Name}} {{.Name | and true}} {{true | and .Name}}', '/web /web true'],
  ['{{.Name | }}', '/web'],
  ['{{.5}}', '0.5'],
  ['{{.Name | printf "%s %s" "a" | upper | len}}', '6'],
  ['{{1 | eq 1}} {{"b" | eq "a"}}', 'true false'],
  ['{{if eq .Name "/web" | not}}a{{else}}b{{end}}', 'b'],
  ['{{if not (eq .Name "x")}}a{{end}}', 'a'],
  ['{{len .Config.Labels | printf "%03d"}}', '002'],
  ['{{.Config.Labels.constructor}}', '<no value>'],
  ['{{index .Config.Labels "__proto__"}}|', '|'],
  ['{{"a"}}{{"b"}} {{printf "%v" (slice .Config.Env 0 1)}}', 'ab [A=1]'],
  ['{{(len .Name) | printf "%d"}}', '4'],
  ['{{if and .Name (gt .State.ExitCode 2)}}ok{{end}}', 'ok'],
  ['{{join (split .Name "e") "E"}}', '/wEb'],
  ['{{range split "a,b" ","}}[{{.}}]{{end}}', '[a][b]'],
  ['{{title "éa ßb"}} {{lower .Name}} {{title ""}}', 'Éa ßb /web '],
  ['{{.Config.Env | len}} {{.Config.Env | json}}', '2 ["A=1","B=2"]'],
  ['{{/* a */}}{{/* b */}}', ''],
  ['{{/*a*/ -}}  x', 'x'],
  ['{{.Name -}}', '/web'],
  ['{{3 -}} x', '3x'],
  ['{{print}}|', '|'],
  ['{{print nil}}', '<nil>'],
  ['{{print .State.Health}} {{println .Config.Labels}}', '<nil> map[a.b:1 z:2]\n'],
  ['{{.State.Status | index .Config.Labels}}|', '|'],
  ['{{$a := 1}}{{$b := 2}}{{$a}}{{$b}}{{$a = $b}}{{$a}}', '122'],
  ['{{$a := "x"}}{{range .Config.Env}}{{$a = .}}{{end}}{{$a}}', 'B=2'],
  ['{{range $.Config.Env}}{{$.Name}}{{end}}', '/web/web'],
  ['a\n\n  {{- .Name -}}\n\n b', 'a/webb'],
  ['{{.Name\n}}', '/web'],
  ['{{`a\nb`}}', 'a\nb'],
  ['{{range .Config.Env}}\n{{.}}\n{{end}}', '\nA=1\n\nB=2\n'],
  ['{{\n.Name\n|\nupper\n}}', '/WEB'],
  ['{{ .Name\t}}', '/web'],
  ['{{range .Config.Env -}}\n{{.}}\n{{- end}}', 'A=1B=2'],
  ['{{if true -}} a {{- end}}', 'a'],
  ['{{"{{"}}x{{"}}"}}', '{{x}}'],
];

for (const [text, expected] of table) {
  test(text, () => assert.is(executeTemplate(parseTemplate(text), inspected, asInspect), expected));
}

// The same, after `template parsing error: template: `; `executing ""` is left out.
const failures: readonly (readonly [string, string])[] = [
  [
    '{{index .Config.Env 2}}',
    ':1:2: at <index .Config.Env 2>: error calling index: reflect: slice index out of range',
  ],
  [
    '{{index .Config.Env "x"}}',
    ':1:2: at <index .Config.Env "x">: error calling index: cannot index slice/array with type string',
  ],
  [
    '{{index .Config.Labels 1}}',
    ':1:2: at <index .Config.Labels 1>: error calling index: value has type int; should be string',
  ],
  ['{{index 1 nil}}', ":1:2: at <index 1 nil>: error calling index: can't index item of type int"],
  [
    '{{slice .Name 3 1}}',
    ':1:2: at <slice .Name 3 1>: error calling slice: invalid slice index: 3 > 1',
  ],
  ['{{slice .Name 0 9}}', ':1:2: at <slice .Name 0 9>: error calling slice: index out of range: 9'],
  [
    '{{slice .Config.Labels 0}}',
    ":1:2: at <slice .Config.Labels 0>: error calling slice: can't slice item of type map[string]interface {}",
  ],
  [
    '{{slice .Name 0 1 2}}',
    ':1:2: at <slice .Name 0 1 2>: error calling slice: cannot 3-index slice a string',
  ],
  ['{{len 3}}', ':1:2: at <len 3>: error calling len: len of type int'],
  [
    '{{.State.Health.Status}}',
    ':1:8: at <.State.Health.Status>: map has no entry for key "Health"',
  ],
  ['{{.State.Nope}}', ':1:8: at <.State.Nope>: map has no entry for key "Nope"'],
  ['{{.Nope.Nope}}', ':1:7: at <.Nope.Nope>: map has no entry for key "Nope"'],
  ['{{.Name.Foo}}', ":1:7: at <.Name.Foo>: can't evaluate field Foo in type interface {}"],
  [
    '{{.Config.Env.Foo}}',
    ":1:9: at <.Config.Env.Foo>: can't evaluate field Foo in type interface {}",
  ],
  ['{{join .Name ","}}', ':1:7: at <.Name>: wrong type for value; expected []string; got string'],
  ['{{join .Config.Env}}', ':1:2: at <join>: wrong number of args for join: want 2 got 1'],
  ['{{upper 5}}', ':1:8: at <5>: expected string; found 5'],
  ['{{upper}}', ':1:2: at <upper>: wrong number of args for upper: want 1 got 0'],
  ['{{upper "a" "b"}}', ':1:2: at <upper>: wrong number of args for upper: want 1 got 2'],
  ['{{upper nil}}', ':1:8: at <nil>: cannot assign nil to string'],
  ['{{pad "x" "1" 2}}', ':1:10: at <"1">: expected integer; found "1"'],
  [
    '{{truncate "hello" -1}}',
    ':1:2: at <truncate "hello" -1>: error calling truncate: runtime error: slice bounds out of range [:-1]',
  ],
  ['{{printf 5}}', ':1:9: at <5>: expected string; found 5'],
  ['{{printf}}', ':1:2: at <printf>: wrong number of args for printf: want at least 1 got 0'],
  ['{{nil}}', ':1:2: at <nil>: nil is not a command'],
  ['{{range "ab"}}x{{end}}', ':1:8: at <"ab">: range can\'t iterate over ab'],
  [
    '{{range $i, $e := 3}}x{{end}}',
    ":1:18: at <3>: can't use 3 to iterate over more than one variable",
  ],
  ['{{range nil}}x{{end}}', ':1:8: at <nil>: nil is not a command'],
  ['{{range true}}x{{end}}', ":1:8: at <true>: range can't iterate over true"],
  [
    '{{eq 1 1}} {{eq "a" "a"}} {{eq "a" "b" "c" "a"}} {{eq 1 1.0}}',
    ':1:51: at <eq 1 1.0>: error calling eq: incompatible types for comparison',
  ],
  ['{{eq 1 "a"}}', ':1:2: at <eq 1 "a">: error calling eq: incompatible types for comparison'],
  ['{{lt "a" 1}}', ':1:2: at <lt "a" 1>: error calling lt: incompatible types for comparison'],
  ['{{lt true false}}', ':1:2: at <lt true false>: error calling lt: invalid type for comparison'],
  ['{{eq 1}}', ':1:2: at <eq 1>: error calling eq: missing argument for comparison'],
  ['{{eq}}', ':1:2: at <eq>: wrong number of args for eq: want at least 1 got 0'],
  ['{{ne 1 2 3}}', ':1:2: at <ne>: wrong number of args for ne: want 2 got 3'],
  ['{{and}}', ':1:2: at <and>: wrong number of args for and: want at least 1 got 0'],
  ['{{not}}', ':1:2: at <not>: wrong number of args for not: want 1 got 0'],
  ['{{not 1 2}}', ':1:2: at <not>: wrong number of args for not: want 1 got 2'],
  ['{{$x = 1}}', ':1:7: at <1>: undefined variable: $x'],
  ['{{.Name "x"}}', ':1:2: at <.Name>: Name is not a method but has arguments'],
  ['{{"a" "b"}}', ':1:2: at <"a">: can\'t give argument to non-function "a"'],
  ['{{1 | .Name}}', ':1:6: at <.Name>: Name is not a method but has arguments'],
  ['{{.Name | .Foo}}', ':1:10: at <.Foo>: Foo is not a method but has arguments'],
  ['{{nil | len}}', ':1:2: at <nil>: nil is not a command'],
  ['{{.Name .Id}}', ':1:2: at <.Name>: Name is not a method but has arguments'],
  ['{{$.Config.Nope}}', ':1:3: at <$.Config.Nope>: map has no entry for key "Nope"'],
  ['{{len.Name}}', ':1:2: at <len>: wrong number of args for len: want 1 got 0'],
  ['é{{.Nope}}', ':1:4: at <.Nope>: map has no entry for key "Nope"'],
  ['{{.NAME}}', ':1:2: at <.NAME>: map has no entry for key "NAME"'],
  ['{{.name}}', ':1:2: at <.name>: map has no entry for key "name"'],
  ['{{.constructor}}', ':1:2: at <.constructor>: map has no entry for key "constructor"'],
  ['{{.__proto__}}', ':1:2: at <.__proto__>: map has no entry for key "__proto__"'],
  ['{{.Config.toString}}', ':1:9: at <.Config.toString>: map has no entry for key "toString"'],
  [
    '{{.Config.Env.length}}',
    ":1:9: at <.Config.Env.length>: can't evaluate field length in type interface {}",
  ],
  ['{{.Name.length}}', ":1:7: at <.Name.length>: can't evaluate field length in type interface {}"],
  ['{{range (index .Config.Labels "z")}}{{end}}', ':1:30: at <"z">: range can\'t iterate over 2'],
  [
    '{{.State.ExitCode.Foo}}',
    ":1:8: at <.State.ExitCode.Foo>: can't evaluate field Foo in type interface {}",
  ],
  [
    '{{.State.Running.Foo}}',
    ":1:8: at <.State.Running.Foo>: can't evaluate field Foo in type interface {}",
  ],
  [
    '{{index .Config.Labels nil}}',
    ':1:2: at <index .Config.Labels nil>: error calling index: value is nil; should be of type string',
  ],
  ['{{index nil 1}}', ':1:2: at <index nil 1>: error calling index: index of untyped nil'],
  [
    '{{index .Config.Labels "a.b" "c"}}',
    ':1:2: at <index .Config.Labels "a.b" "c">: error calling index: cannot index slice/array with type string',
  ],
  [
    '{{index .Config.Env -1}}',
    ':1:2: at <index .Config.Env -1>: error calling index: index out of range: -1',
  ],
  [
    '{{index .Config.Env 1.5}}',
    ':1:2: at <index .Config.Env 1.5>: error calling index: cannot index slice/array with type float64',
  ],
  [
    '{{slice .Config.Env -1}}',
    ':1:2: at <slice .Config.Env -1>: error calling slice: index out of range: -1',
  ],
  ['a\n{{.Nope}}', ':2:2: at <.Nope>: map has no entry for key "Nope"'],
  ['{{if true}}\n\n{{.Nope}}{{end}}', ':3:2: at <.Nope>: map has no entry for key "Nope"'],
];

for (const [text, expected] of failures) {
  test(`${text} fails`, async () => {
    const error = await refusal('TEMPLATE_FAILED', () =>
      executeTemplate(parseTemplate(text), inspected, asInspect),
    );
    const told = error.message.replace('executing "" ', '');
    assert.is(told, `template parsing error: template: ${expected}`);
    assert.is(error.exitCode, 1);
  });
}

test('a map that comes from JSON: what is missing, and what is null', () => {
  const value: unknown = JSON.parse('{"a":null,"m":{},"l":[1,null,"x",{"k":true}]}');
  const print = (text: string): string => executeTemplate(parseTemplate(text), value);
  assert.is(print('{{.a}} {{.b}} {{.b.c}} {{.m}} {{.l}}'), '<nil> <no value> <no value> map[] [1 <nil> x map[k:true]]'); // prettier-ignore
  assert.is(print('{{index .m "x"}}|{{json .b}}|{{if .b}}y{{else}}n{{end}}'), '|null|n');
  assert.is(print('{{.}}'), 'map[a:<nil> l:[1 <nil> x map[k:true]] m:map[]]');
});

test('a field that is there and undefined is one that the type has', async () => {
  const print = (text: string): string =>
    executeTemplate(parseTemplate(text), inspected, asInspect);
  assert.is(print('{{if .State.Health}}y{{else}}n{{end}} {{.State.Health}}'), 'n <nil>');
  await refusal('TEMPLATE_FAILED', () => print('{{.State.Nope}}'));
});

const type = '*formatter.ContainerContext';
const row = { Names: 'web', ID: 'ab<c', Label: (name: string) => `${name}!` };
const rowCases: readonly (readonly [string, string])[] = [
  ['{{.Names}} {{.Label "a.b"}} {{"x" | .Label}} {{$.ID}}', 'web a.b! x! ab<c'],
  ['{{json .}}', String.raw`{"ID":"ab\u003cc","Names":"web"}`],
  ['{{json .ID}}', '"ab<c"'],
  ['{{with .Names}}{{$.Label .}}{{end}}', 'web!'],
];
for (const [text, expected] of rowCases) {
  test(`row: ${text}`, () =>
    assert.is(executeTemplate(parseTemplate(text), row, { type }), expected));
}

const rowFailures: readonly (readonly [string, string])[] = [
  ['{{.NoSuch}}', `:1:2: executing "" at <.NoSuch>: can't evaluate field NoSuch in type ${type}`],
  ['{{.Names.X}}', `:1:8: executing "" at <.Names.X>: can't evaluate field X in type string`],
  ['{{.Label}}', ':1:2: executing "" at <.Label>: wrong number of args for Label: want 1 got 0'],
  ['{{.ID 1}}', ':1:2: executing "" at <.ID>: wrong number of args for ID: want 0 got 1'],
  ['{{.Label 5}}', ':1:9: executing "" at <5>: expected string; found 5'],
  ['{{.Label nil}}', ':1:9: executing "" at <nil>: cannot assign nil to string'],
];
for (const [text, expected] of rowFailures) {
  test(`row: ${text} fails`, async () => {
    const errors = { executing: 'failed to execute template' };
    const error = await refusal('TEMPLATE_FAILED', () =>
      executeTemplate(parseTemplate(text), row, { type, errors }),
    );
    assert.is(error.message, `failed to execute template: template: ${expected}`);
  });
}

test('what objects inherit is no field, of rows, maps, lists and texts', async () => {
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'length', 'then']) {
    for (const text of [`{{.${name}}}`, `{{.Names.${name}}}`, `{{(.Label "x").${name}}}`]) {
      await refusal('TEMPLATE_FAILED', () => executeTemplate(parseTemplate(text), row, { type }));
    }
    const map = { m: {}, l: [], t: '' };
    const print = (text: string): string => executeTemplate(parseTemplate(text), map);
    assert.is(
      print(`{{.${name}}} {{.m.${name}}} {{index .m "${name}"}}`),
      '<no value> <no value> ',
    );
    await refusal('TEMPLATE_FAILED', () => print(`{{.l.${name}}}`));
    await refusal('TEMPLATE_FAILED', () => print(`{{.t.${name}}}`));
  }
});

test('own keys of such names are data', () => {
  const value: unknown = JSON.parse('{"__proto__":"a","constructor":"b"}');
  const text = '{{.__proto__}} {{index . "constructor"}} {{json .}} {{.}}';
  assert.is(
    executeTemplate(parseTemplate(text), value),
    'a b {"__proto__":"a","constructor":"b"} map[__proto__:a constructor:b]',
  );
});

test.run();
