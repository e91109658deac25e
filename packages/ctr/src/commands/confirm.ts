import type { Context } from '@ctrkit/cli-kit';

/** Asks whether to go on; only `y` or `yes` does, in any case. The end of stdin is a no. */
export async function confirm({ stdin, stderr }: Context): Promise<boolean> {
  stderr.write('Are you sure you want to continue? [y/N] ');
  let answer = '';
  for await (const chunk of stdin()) {
    answer += chunk.toString('utf8');
    if (answer.includes('\n')) break;
  }
  const [line = ''] = answer.split('\n');
  return ['y', 'yes'].includes(line.trim().toLowerCase());
}
