// Asks docker (its classic builder, DOCKER_HOST) what each ignore file leaves of a context, and keeps its answers as data.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, temporaryDirectory } from '@ctrkit/testing';
import { makeFiles } from '../context-helpers.ts';
import { rows, tree } from './ignore-rows.ts';

const env = { ...process.env, DOCKER_BUILDKIT: '0' };

async function listed(image: string, archive: string): Promise<readonly string[]> {
  const made = await run(['docker', 'create', image, 'x'], { env });
  const id = made.stdout.trim();
  await run(['docker', 'export', '-o', archive, id], { env });
  await run(['docker', 'rm', id], { env });
  const { stdout } = await run(['tar', '--quoting-style=literal', '-tf', archive]);
  // What docker puts into every container.
  const own = /^(?:dev\/|etc\/|proc\/|sys\/|\.dockerenv)/;
  return stdout
    .split('\n')
    .filter((path) => path !== '' && !own.test(path))
    .toSorted();
}

await using place = await temporaryDirectory();
const context = join(place.path, 'context');
await makeFiles(context, Object.fromEntries(tree.map((path) => [path, 'x'])));
await writeFile(join(place.path, 'Dockerfile'), 'FROM scratch\nCOPY . /\n');
const answers: Record<string, readonly string[] | string> = {};
for (const row of rows) {
  await writeFile(join(context, '.dockerignore'), row);
  const command = ['docker', 'build', '-q', '-f', join(place.path, 'Dockerfile'), context] as const;
  const { code, stdout, stderr } = await run(command, { env });
  const lines = stderr.split('\n').filter((line) => !/^(?:DEPRECATED|\s|$)/.test(line));
  answers[row] =
    code === 0 ? await listed(stdout.trim(), join(place.path, 'tar')) : lines.join('\n');
}
const { stdout: version } = await run(['docker', 'version', '--format', '{{.Client.Version}} {{.Server.Version}}'], { env }); // prettier-ignore
const path = new URL('../data/dockerignore.json', import.meta.url);
const everything = (answers[''] ?? []) as readonly string[];
const gone = Object.fromEntries(
  Object.entries(answers).map(([row, left]) => [
    row,
    typeof left === 'string' ? left : everything.filter((each) => !left.includes(each)),
  ]),
);
await writeFile(path, `${JSON.stringify({ docker: version.trim(), everything, gone }, null, 1)}\n`);
process.stdout.write(`${(await readFile(path)).length} bytes\n`);
