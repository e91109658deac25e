// Asks docker's classic builder about each broken Dockerfile and writes down what it says. Run by hand, with a dockerd 20.10 or later at
// $DOCKER_SOCKET:  npx tsx --conditions=@ctrkit/source packages/build/test/dockerfile/record-refusals.ts
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { writeFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { tarOf } from '@ctrkit/testing';
import { brokenDockerfiles } from './broken-dockerfiles.ts';

async function refusalOf(dockerfile: string): Promise<string | undefined> {
  const archive = tarOf([{ path: 'Dockerfile', type: 'File', content: dockerfile }]);
  const path = '/build?dockerfile=Dockerfile&version=1';
  const call = request({ socketPath: process.env['DOCKER_SOCKET'], path, method: 'POST' });
  call.end(archive);
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  return messageIn(await text(response));
}

function messageIn(body: string): string | undefined {
  const records = body.split('\n').filter((line) => line !== '');
  const [found] = records.flatMap((line) => {
    const { message, error } = JSON.parse(line) as { message?: string; error?: string };
    return message ?? error ?? [];
  });
  return found;
}

const found: Record<string, string | null> = {};
for (const [name, dockerfile] of Object.entries(brokenDockerfiles)) {
  found[name] = (await refusalOf(dockerfile)) ?? null;
}
writeFileSync(
  new URL('docker-refusals.json', import.meta.url),
  `${JSON.stringify(found, undefined, 2)}\n`,
);
