// Asks docker what it does, and writes it as `docker.json`; with the word `stopped`, as its container does not run:
// tsx --conditions=@ctrkit/source packages/ctr/test/copy/record.ts 'docker -H …' IMAGE DIRECTORY > docker.json
// IMAGE is of the busybox that tools/testing makes.
import { rows } from './rows.ts';
import { Rehearsal } from './stage.ts';
import type { Answer } from './stage.ts';

const [command = 'docker', image = 'busybox', directory = '/tmp/cp', word] = process.argv.slice(2);
const stage = { command, image, directory, env: { ...process.env, TZ: 'UTC' } };
const state = word === 'stopped' ? 'stopped' : 'running';
const answers: Record<string, Answer> = {};
const rehearsal = new Rehearsal(stage, state);
await rehearsal.begin();
for (const row of rows) answers[row] = await rehearsal.answerTo(row);
await rehearsal.end();
process.stdout.write(`${JSON.stringify(answers, undefined, 1)}\n`);
