// Asks docker's classic builder about each broken Dockerfile and each word, and writes down what it says. Run by hand, with a dockerd
// 20.10 or later at $DOCKER_SOCKET:  npx tsx --conditions=@ctrkit/source packages/build/test/dockerfile/record.ts
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { tarOf } from '@ctrkit/testing';
import { brokenDockerfiles } from './broken-dockerfiles.ts';
import { words } from './words.ts';

async function ask(method: string, path: string, body?: Uint8Array): Promise<string> {
  const call = request({ socketPath: process.env['DOCKER_SOCKET'], path, method });
  call.end(body);
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  return await text(response);
}

interface Answer {
  readonly message?: string;
  readonly error?: string;
  readonly aux?: { readonly ID: string };
}

async function build(dockerfile: string): Promise<{ refusal?: string; id?: string }> {
  const archive = tarOf([{ path: 'Dockerfile', type: 'File', content: dockerfile }]);
  const body = await ask('POST', '/build?version=1', archive);
  const lines = body.split('\n').filter((line) => line !== '');
  const answers = lines.map((line) => JSON.parse(line) as Answer);
  const refusal = answers.flatMap(({ message, error }) => message ?? error ?? [])[0];
  const id = answers.flatMap(({ aux }) => aux?.ID ?? []).at(-1);
  return { ...(refusal === undefined ? {} : { refusal }), ...(id === undefined ? {} : { id }) };
}

async function expansion(word: string): Promise<{ value?: string; refusal?: string }> {
  const lines = ['FROM scratch', 'ENV A=one B="two words" EMPTY=', `LABEL word=${word}`, ''];
  const { id, refusal } = await build(lines.join('\n'));
  if (refusal !== undefined) return { refusal };
  const image = JSON.parse(await ask('GET', `/images/${id}/json`)) as {
    Config: { Labels: { word: string } };
  };
  return { value: image.Config.Labels.word };
}

function write(name: string, answers: object): void {
  const json = JSON.stringify(answers, undefined, 2);
  writeFileSync(new URL(name, import.meta.url), `${json}\n`);
}

const refusals: Record<string, string | undefined> = {};
for (const [name, dockerfile] of Object.entries(brokenDockerfiles)) {
  refusals[name] = (await build(dockerfile)).refusal;
}
write('docker-refusals.json', refusals);

const expansions: Record<string, object> = {};
for (const word of words) expansions[word] = await expansion(word);
write('docker-words.json', expansions);
