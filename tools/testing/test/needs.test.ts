import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { needs, run } from '@ctrkit/testing';

async function ask(need: string): Promise<string> {
  const program = `import { needs } from '@ctrkit/testing'; console.log(needs(${JSON.stringify(need)}))`;
  const { stdout } = await run(
    [
      process.execPath,
      '--import',
      'tsx',
      '--conditions=@ctrkit/source',
      '--input-type=module',
      '--eval',
      program,
    ],
    { cwd: new URL('..', import.meta.url).pathname },
  );
  return stdout;
}

test('what is there is not mentioned', async () => {
  assert.ok(needs('command:sh', 'file:package.json'));
  assert.is(await ask('command:sh'), 'true\n');
});

test('what is missing is named in a line that the runner counts', async () => {
  assert.match(
    await ask('command:no-such-command'),
    /^SKIP .*needs command:no-such-command\nfalse\n$/,
  );
});

test('the Debian package is named where one is known', async () => {
  const { stdout } = await run(
    [
      process.execPath,
      '--import',
      'tsx',
      '--conditions=@ctrkit/source',
      '--input-type=module',
      '--eval',
      `import { needs } from '@ctrkit/testing'; process.env.PATH = ''; console.log(needs('command:skopeo'))`,
    ],
    { cwd: new URL('..', import.meta.url).pathname },
  );
  assert.match(stdout, /apt-get install skopeo/);
});

test.run();
