// A build of which a terminal sees each state: run by tty-terminal.test.ts, which presses enter to go on.
import { once } from 'node:events';
import { createOutput } from '@ctrkit/cli-kit';
import { createBuildProgress } from '../../src/commands/build-progress/create-build-progress.ts';
import { done, during, output, stepsOf } from './events.ts';

const [from, hi] = stepsOf(['0', ['FROM busybox', 'RUN echo hi', 'CMD ["a"]']]);
const [stdout, stderr] = [createOutput(1), createOutput(2)];
const progress = createBuildProgress({ mode: 'auto', stdout, stderr });
const key = (): Promise<unknown> => once(process.stdin, 'data');

for (const event of during(from, done('1', true))) progress.event(event);
const [start, said, end] = during(hi, output('one\n\u001b[2J\u001b[Htwo\n'), done('2'));
progress.event(start!);
progress.event(said!);
await key();
progress.event(end!);
progress.stop();
stdout.write('over\n');
await key();
process.exit(0);
