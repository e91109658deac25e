import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CliError, executeTemplate, parseTemplate } from '../../src/index.ts';
import { asInspect, inspected } from './inspected.ts';

const texts = [
  '{{range $i, $e := .Config.Env}}{{if $i}}, {{end}}{{$e | printf "%-5s"}}{{else}}x{{end}}',
  '{{with $x := .State}}{{$x.Status | upper}}{{else with .Name}}{{slice . 1 2}}{{end}}',
  '{{if and (eq .Name "/web") (gt .State.ExitCode 2)}}{{json .Config}}{{else if .Id}}b{{end}}',
  '{{- /* c */ -}} {{index .Config.Labels "a.b"}} {{len (split .Name "e")}} {{`raw`}} {{1.5e3}}',
];
const bits = ['{{', '}}', '(', ')', '|', ' ', '.', '$x', ':=', '=', '"', '`', "'", '-', '\n', 'é', '\\', '%', ',', '{{end}}', '{{else}}', '{{break}}', 'nil', '1', '.Name', 'not ', 'len ', '{{/*', '*/}}', '\0']; // prettier-ignore

/** Numbers from a seed, so that what fails once fails again. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

function damaged(text: string, random: (below: number) => number): string {
  const at = random(text.length + 1);
  const rest = text.slice(at + random(3));
  return text.slice(0, at) + (bits[random(bits.length)] ?? '') + rest;
}

test('whatever is written, it is printed or refused', () => {
  const random = numbers(1);
  let printed = 0;
  for (let round = 0; round < 5000; round++) {
    const text = damaged(damaged(texts[round % texts.length] ?? '', random), random);
    try {
      executeTemplate(parseTemplate(text), inspected, asInspect);
      printed += 1;
    } catch (error) {
      assert.instance(error, CliError, `${JSON.stringify(text)}: ${String(error)}`);
    }
  }
  assert.ok(printed > 100);
});

test.run();
