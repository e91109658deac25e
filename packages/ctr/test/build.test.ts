import assert from 'node:assert/strict';
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { needs } from '@ctrkit/testing';
import { test } from 'uvu';
import { inWorld, mainJob } from './fixture.ts';

/** What of the classic lines is the same at each build. */
const steps = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.replace(/[0-9a-f]{12}/, 'ID'))
    .filter((line) => !line.startsWith('Sending build context'))
    .join('\n')
    .trim();

if (needs(...mainJob)) {
  test('classic lines: built, again from the cache, and from a changed line on', async () => {
    await inWorld(async ({ ctr, registry, directory }) => {
      const context = join(directory, 'app');
      mkdirSync(context);
      const write = (what: string): void =>
        writeFileSync(join(context, 'Dockerfile'), `FROM ${registry}/busybox\nRUN echo ${what}\nCMD ["echo", "hi"]\n`); // prettier-ignore
      write('one');
      await ctr('pull', '-q', `${registry}/busybox`);
      const build = (...args: string[]) => ctr('build', '--progress', 'legacy', ...args, context);
      const first = await build('-t', 'me/app');
      assert.equal(first.code, 0, first.stderr);
      assert.equal(
        steps(first.stdout),
        [
          `Step 1/3 : FROM ${registry}/busybox`,
          ' ---> ID',
          'Step 2/3 : RUN echo one',
          ' ---> Running in ID',
          'one',
          'Removing intermediate container ID',
          ' ---> ID',
          'Step 3/3 : CMD ["echo", "hi"]',
          ' ---> ID',
          'Successfully built ID',
          'Successfully tagged me/app:latest',
        ].join('\n'),
      );
      const id = /Successfully built (\w+)/.exec(first.stdout)?.[1] ?? '';
      assert.equal((await ctr('run', '--rm', id)).stdout, 'hi\n');
      assert.equal((await ctr('run', '--rm', 'me/app')).stdout, 'hi\n');

      const again = await build();
      assert.equal(again.stdout.match(/ ---> Using cache/g)?.length, 2);
      assert.doesNotMatch(again.stdout, /Running in/);
      write('two');
      const changed = await build('--explain');
      assert.match(changed.stdout, /Running in/);
      assert.match(changed.stdout, /RUN echo one.*→.*RUN echo two/s);
    });
  });

  test('where the Dockerfile and the files come from', async () => {
    await inWorld(async ({ ctr, shell, registry, directory }) => {
      const at = (path: string): string => join(directory, path);
      mkdirSync(at('c'));
      writeFileSync(at('c/file'), 'content\n');
      writeFileSync(at('c/other.Dockerfile'), `FROM ${registry}/busybox\nCOPY file /\nCMD cat /file\n`); // prettier-ignore
      writeFileSync(at('alone'), `FROM ${registry}/busybox\nRUN echo alone > /file\nCMD cat /file\n`); // prettier-ignore
      for (const [line, says] of [
        ['ctr build -q -f c/other.Dockerfile c', 'content\n'],
        ['ctr build -q -f - c < c/other.Dockerfile', 'content\n'],
        ['ctr build -q - < alone', 'alone\n'],
        ['tar -C c -c . | ctr build -q -f other.Dockerfile -', 'content\n'],
        ['tar -C c -cz . | ctr build -q -f other.Dockerfile -', 'content\n'],
      ] as const) {
        const { code, stdout, stderr } = await shell(line);
        assert.equal(code, 0, `${line}: ${stderr}`);
        assert.match(stdout, /^sha256:[0-9a-f]{64}\n$/, line);
        assert.equal((await ctr('run', '--rm', stdout.trim())).stdout, says, line);
      }
      const none = await shell('ctr build -q - < c/other.Dockerfile');
      assert.equal(none.code, 1);
      assert.match(none.stderr, /file.*(not found|no such)/i);
    });
  });

  test('arguments, labels, stages, ids, secrets', async () => {
    await inWorld(async ({ ctr, shell, registry, directory }) => {
      const context = join(directory, 'c');
      mkdirSync(context);
      writeFileSync(
        join(context, 'Dockerfile'),
        [
          `FROM ${registry}/busybox AS first`,
          'ARG WHO=nobody',
          'RUN --mount=type=secret,id=token cat /run/secrets/token > /length; wc -c < /length > /bytes; rm /length; echo $WHO > /who',
          `FROM ${registry}/busybox`,
          'COPY --from=first /who /bytes /',
          'CMD cat /who /bytes',
          '',
        ].join('\n'),
      );
      const built = await shell(
        'TOKEN=12345 WHO=me ctr build --secret id=token,env=TOKEN --build-arg WHO --label a=b --iidfile id -t x -t y:2 c',
      );
      assert.equal(built.code, 0, built.stderr);
      assert.equal(built.stdout, '');
      assert.match(built.stderr, /#\d+ \[.*RUN --mount/);
      const id = readFileSync(join(directory, 'id'), 'utf8');
      assert.match(id, /^sha256:[0-9a-f]{64}$/);
      for (const name of ['x', 'y:2', id]) {
        assert.equal((await ctr('run', '--rm', name)).stdout, 'me\n5\n');
      }
      const label = await ctr('image', 'inspect', '-f', '{{json .Config.Labels}}', 'x');
      assert.equal(label.stdout, '{"a":"b"}\n');
      const first = await shell(
        'echo 123 > s; ctr build -q --secret id=token,src=s --target first c',
      );
      assert.equal(
        (await ctr('run', '--rm', first.stdout.trim(), 'cat', '/who')).stdout,
        'nobody\n',
      );
      const unused = await ctr('build', '--secret', 'id=token,src=/dev/null', '--build-arg', 'NOPE=1', context); // prettier-ignore
      assert.match(unused.stderr, /One or more build-args \[NOPE\] were not consumed/);
    });
  });

  test('what fails says why, and leaves nothing', async () => {
    await inWorld(async ({ ctr, shell, registry, directory }) => {
      mkdirSync(join(directory, 'c'));
      const dockerfile = (text: string): void =>
        writeFileSync(join(directory, 'c/Dockerfile'), `FROM ${registry}/busybox\n${text}\n`);
      dockerfile('RUN echo before; exit 3');
      const failed = await shell('ctr build -t x c');
      assert.equal(failed.code, 3);
      assert.match(failed.stderr, />>> RUN echo before; exit 3/);
      assert.equal((await ctr('images', '-q', 'x')).stdout, '');
      const lines: readonly [string, number, RegExp][] = [
        ['ctr build', 1, /requires 1 argument/],
        ['ctr build . .', 1, /requires 1 argument/],
        ['ctr build nosuchdir', 1, /unable to prepare context: path "nosuchdir" not found/],
        ['ctr build -f nosuchfile c', 1, /unable to evaluate symlinks in Dockerfile path: lstat .*nosuchfile: no such file or directory/], // prettier-ignore
        ['ctr build --secret x c', 125, /invalid argument "x" for "--secret"/],
        ['ctr build --secret id=x,env=NOSUCH c', 125, /"NOSUCH" is not set/],
        ['ctr build --ssh default=/etc/passwd c', 125, /is no socket/],
        ['ctr build -o type=nosuch c', 125, /unknown type "nosuch"/],
        ['ctr build --progress nosuch c', 125, /progress/],
        ['ctr build -t Not/Valid c', 1, /repository name/],
        ['ctr build --target nosuch c', 1, /nosuch/],
        ['ctr build -f - - < /dev/null', 1, /can't use stdin for both/],
      ];
      for (const [line, code, message] of lines) {
        const result = await shell(line);
        assert.match(result.stderr, message, line);
        assert.equal(result.code, code, `${line}: ${result.stderr}`);
        assert.equal(result.stdout, '', line);
      }
      dockerfile('COPY nosuch /');
      const copy = await shell('ctr build --progress legacy c');
      assert.equal(copy.code, 1);
      assert.match(copy.stderr, /COPY failed: file not found in build context or excluded by .dockerignore: stat nosuch: file does not exist/); // prettier-ignore
      dockerfile('BADINSTR x');
      const bad = await shell('ctr build c');
      assert.match(bad.stderr, /dockerfile parse error line 2: unknown instruction: BADINSTR/);
      assert.match(bad.stderr, />>> BADINSTR x/);
      assert.equal(bad.code, 1);
    });
  });

  test('checks', async () => {
    await inWorld(async ({ shell, directory }) => {
      const write = (text: string): void => writeFileSync(join(directory, 'Dockerfile'), text);
      write('FROM scratch as base\nMAINTAINER me\n');
      const { code, stdout } = await shell('ctr build --check .');
      assert.equal(code, 0);
      assert.match(stdout, /^Check complete, 2 warnings have been found!/);
      assert.match(stdout, /WARNING: FromAsCasing.*WARNING: MaintainerDeprecated/s);
      write('# check=error=true\nFROM scratch as base\n');
      assert.equal((await shell('ctr build --check .')).code, 1);
      write('FROM scratch AS base\n');
      assert.equal((await shell('ctr build --check .')).stdout, 'Check complete, no warnings found.\n'); // prettier-ignore
    });
  });
}

test.run();
