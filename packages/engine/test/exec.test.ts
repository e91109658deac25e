import { once } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { identityOf, isAlive } from '@ctrkit/durable';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createContainer, execInContainer, findContainer, killContainer, stopContainer, waitContainer } from '../src/index.ts'; // prettier-ignore
import type { ExecOptions, RunOptions } from '../src/index.ts';
import { codeOf } from './fixture.ts';
import { canRun, inAnotherProcess, inWorld, killRecorded, outputOf, runOfContainer, until, untilItWrote } from './world.ts'; // prettier-ignore
import type { World } from './world.ts';

type Choices = Omit<ExecOptions, 'command'>;
interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a line of shell in a running container to its end. */
async function exec(world: World, id: string, line: string, options: Choices = {}): Promise<Said> {
  const command = ['sh', '-c', line] as const;
  const process = await execInContainer(world, id, {
    command: [...command],
    output: 'pipe',
    ...options,
  });
  const streams = [process.stdout, process.stderr].map((stream) => text(stream as Readable));
  const [out = '', err = ''] = await Promise.all(streams);
  const exit = await process.wait();
  return { code: exit === 'detached' ? -1 : exit.code, out, err };
}

/** A container that sleeps, and ends with the test. */
async function inContainer(
  world: World,
  body: (id: string) => Promise<void>,
  options: RunOptions = {},
): Promise<void> {
  const id = await world.detached('echo up; exec sleep 1000', options);
  await untilItWrote(world, id, 'up');
  await body(id);
  await stopContainer(world, id, { timeout: 0 });
}

const namespaces = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'uts'];

/** The namespaces of a process on the host. */
const namespacesOf = (pid: number): string[] =>
  namespaces.map((kind) => readlinkSync(`/proc/${pid}/ns/${kind}`));

const rightsOf = (status: string): string[] =>
  status.split('\n').filter((line) => /^(Cap|NoNewPrivs|Seccomp|Uid|Gid|Groups)/.test(line));

if (canRun()) {
  inWorld('it is in all namespaces and the cgroup of the container', async (world) => {
    await inContainer(world, async (id) => {
      const first = runOfContainer(world, id).process?.pid ?? 0;
      const { pid, kill, wait } = await execInContainer(world, id, { command: ['sleep', '1000'] });
      assert.equal(namespacesOf(pid), namespacesOf(first));
      assert.not.equal(namespacesOf(pid), namespacesOf(process.pid));
      const cgroupOf = (one: number): string => readFileSync(`/proc/${one}/cgroup`, 'utf8');
      assert.is(cgroupOf(pid), cgroupOf(first));
      assert.match(cgroupOf(pid), `ctr/${id}`);
      assert.is(readlinkSync(`/proc/${pid}/root`), readlinkSync(`/proc/${first}/root`));
      kill('SIGKILL');
      const exit = await wait();
      assert.is(exit !== 'detached' && exit.code, 137);
    });
  });

  inWorld(
    'it sees the files and processes of the container, and what it writes stays',
    async (world) => {
      await inContainer(world, async (id) => {
        const { out } = await exec(world, id, 'cat /proc/1/cmdline | tr "\\0" " "; hostname; echo x > /made'); // prettier-ignore
        assert.is(out, `sleep 1000 ${id.slice(0, 12)}\n`);
        assert.is(world.wrote(id, 'made'), 'x\n');
      });
    },
  );

  inWorld('its rights are those of the container', async (world) => {
    for (const user of [undefined, 'app']) {
      await inContainer(
        world,
        async (id) => {
          const first = runOfContainer(world, id).process?.pid ?? 0;
          const { out } = await exec(world, id, 'cat /proc/self/status');
          const wanted = rightsOf(readFileSync(`/proc/${first}/status`, 'utf8'));
          assert.ok(wanted.length >= 9);
          assert.equal(rightsOf(out), wanted);
        },
        { user },
      );
    }
  });

  inWorld('its limits are those of the container', async (world) => {
    await inContainer(
      world,
      async (id) => {
        const score = (one: number | undefined): string => readFileSync(`/proc/${one}/oom_score_adj`, 'utf8'); // prettier-ignore
        const { pid, kill, wait } = await execInContainer(world, id, {
          command: ['sleep', '1000'],
        });
        assert.is(score(pid), score(runOfContainer(world, id).process?.pid));
        kill('SIGKILL');
        await wait();
        const line = 'for i in 1 2 3 4 5 6 7 8 9; do sleep 5 & done';
        const { code, err } = await exec(world, id, line);
        assert.is.not(code, 0);
        assert.match(err, /fork/);
      },
      { limits: { pids: 6 } },
    );
  });

  const choices: readonly (readonly [string, RunOptions, Choices, string, string])[] = [
    ["the container's user", { user: 'app' }, {}, 'id -un; id -G; echo $HOME', 'app\n1000 29 100\n/home/app\n'],
    ['another user, and that one\'s HOME', { user: 'app' }, { user: 'root' }, 'id -un; echo $HOME', 'root\n/root\n'],
    ['a user and a group by number', {}, { user: '7:8' }, 'id -u; id -g; echo $HOME', '7\n8\n/\n'],
    ["the container's environment", { env: ['A=1', 'B=2'] }, {}, 'echo $A$B$HOSTNAME', '12h\n'],
    ['variables added, replaced and taken away', { env: ['A=1', 'B=2', 'C=3'] }, { env: ['B=4', 'C', 'D=5'] }, 'echo "$A|$B|$C|$D"', '1|4||5\n'],
    ['the container\'s working directory', { workdir: '/tmp' }, {}, 'pwd', '/tmp\n'],
    ['another working directory', { workdir: '/tmp' }, { workdir: '/etc' }, 'pwd', '/etc\n'],
    ['an empty working directory is the container\'s', { workdir: '/tmp' }, { workdir: '' }, 'pwd', '/tmp\n'],
    ['no stdin', {}, {}, 'wc -c; readlink /proc/self/fd/0', '0\n/dev/null\n'],
    ['no terminal', {}, {}, 'test -t 1 || echo none; echo "$TERM"', 'none\n\n'],
    ['no descriptor of anybody else\'s', {}, {}, 'ls /proc/self/fd | wc -l', '4\n'],
  ]; // prettier-ignore

  for (const [what, container, options, line, out] of choices) {
    inWorld(`it has: ${what}`, async (world) => {
      await inContainer(
        world,
        async (id) => assert.equal(await exec(world, id, line, options), { code: 0, out, err: '' }),
        { hostname: 'h', ...container },
      );
    });
  }

  inWorld("exit codes: the program's own, 128 + n, 127, 126", async (world) => {
    await inContainer(world, async (id) => {
      assert.is((await exec(world, id, 'exit 0')).code, 0);
      assert.is((await exec(world, id, 'exit 42')).code, 42);
      assert.is((await exec(world, id, 'kill -9 $$')).code, 137);
      assert.is((await exec(world, id, 'kill -TERM $$')).code, 143);
      const refused: readonly (readonly [ExecOptions, string])[] = [
        [{ command: ['nosuch'] }, 'COMMAND_NOT_FOUND'],
        [{ command: ['/no/such'] }, 'COMMAND_NOT_FOUND'],
        [{ command: ['/etc/passwd'] }, 'COMMAND_NOT_EXECUTABLE'],
        [{ command: ['/etc'] }, 'COMMAND_NOT_EXECUTABLE'],
        [{ command: ['true'], user: 'nosuch' }, 'USER_NOT_FOUND'],
        [{ command: ['true'], workdir: 'relative' }, 'WORKDIR_INVALID'],
        [{ command: ['true'], workdir: '/no/such' }, 'START_FAILED'],
      ];
      for (const [options, code] of refused) {
        assert.is(await codeOf(() => execInContainer(world, id, options)), code);
      }
      assert.is(findContainer(world, id).state.status, 'running');
    });
  });

  inWorld('in one that does not run it is refused', async (world) => {
    const { id } = await world.complete('true');
    const made = await createContainer(world, world.image, { command: ['true'] });
    const options: ExecOptions = { command: ['true'] };
    assert.is(await codeOf(() => execInContainer(world, id, options)), 'CONTAINER_NOT_RUNNING');
    assert.is(await codeOf(() => execInContainer(world, made, options)), 'CONTAINER_NOT_RUNNING');
    assert.is(await codeOf(() => execInContainer(world, 'nosuch', options)), 'CONTAINER_NOT_FOUND');
    const killed = await world.detached('sleep 1000');
    await killRecorded(world, killed, 'supervisor');
    assert.is(await codeOf(() => execInContainer(world, killed, options)), 'CONTAINER_NOT_RUNNING');
  });

  inWorld('it ends with the container', async (world) => {
    const id = await world.detached('exec sleep 1000');
    const { wait } = await execInContainer(world, id, { command: ['sleep', '1000'] });
    await killContainer(world, id);
    const exit = await wait();
    assert.is(exit !== 'detached' && exit.code, 137);
    assert.is(await waitContainer(world, id), 137);
  });

  inWorld(
    'the container goes on when it ends, and when its supervisor is killed',
    async (world) => {
      await inContainer(world, async (id) => {
        const { pid, wait } = await execInContainer(world, id, { command: ['sleep', '1000'] });
        const identity = identityOf(pid);
        const parent = Number(
          /^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1],
        );
        process.kill(parent, 'SIGKILL');
        assert.is(await codeOf(wait), 'HELPER_DIED');
        await until('it dies with its supervisor', () => !identity || !isAlive(identity));
        assert.is(findContainer(world, id).state.status, 'running');
        assert.is((await exec(world, id, 'echo on')).out, 'on\n');
      });
    },
  );

  for (const tied of [true, false]) {
    inWorld(`kill -9 of who started it: it ${tied ? 'dies too' : 'lives on'}`, async (world) => {
      await inContainer(world, async (id) => {
        const program = `
          const { pid } = await ctr.execInContainer(engine, parameters.id, parameters.options);
          process.stdout.write(pid + '\\n');
          setInterval(() => {}, 1000);
        `;
        const options = { command: ['sleep', '999'], output: 'none', tied };
        const author = inAnotherProcess(world, program, { id, options });
        const [pid] = (await once(author.stdout as Readable, 'data')) as [Buffer];
        const identity = identityOf(Number(pid));
        assert.ok(identity);
        author.kill('SIGKILL');
        await once(author, 'exit');
        if (tied) await until('its end', () => !isAlive(identity));
        // A round trip later it lives still.
        assert.is((await exec(world, id, 'echo on')).out, 'on\n');
        assert.is(isAlive(identity), !tied);
      });
    });
  }

  inWorld('its stdin is ours to its last byte, and its end too', async (world) => {
    await inContainer(world, async (id) => {
      const process = await execInContainer(world, id, { command: ['sh', '-c', 'wc -c; exit 3'], input: 'pipe', output: 'pipe' }); // prettier-ignore
      const said = text(process.stdout as Readable);
      process.stdin?.write(Buffer.alloc(3_000_000, 'x'));
      process.stdin?.end('y');
      assert.is(await said, '3000001\n');
      const exit = await process.wait();
      assert.is(exit !== 'detached' && exit.code, 3);
    });
  });

  inWorld('both of its streams, apart and whole', async (world) => {
    await inContainer(world, async (id) => {
      const line = 'seq 1 50000; seq 1 50000 | sed s/^/e/ >&2';
      const { out, err } = await exec(world, id, line);
      const numbers = Array.from({ length: 50_000 }, (_, index) => `${index + 1}\n`);
      assert.ok(out === numbers.join(''));
      assert.ok(err === numbers.map((one) => `e${one}`).join(''));
    });
  });

  inWorld('what reads its output no more stops it, as in any pipe', async (world) => {
    await inContainer(world, async (id) => {
      const { stdout, wait } = await execInContainer(world, id, {
        command: ['yes'],
        output: 'pipe',
      });
      await once(stdout as Readable, 'data');
      stdout?.destroy();
      const exit = await wait();
      assert.ok(exit !== 'detached' && [1, 141].includes(exit.code));
    });
  });

  inWorld('with a terminal: its streams are one, and its own', async (world) => {
    await inContainer(world, async (id) => {
      const line =
        'test -t 0 && test -t 1 && test -t 2 && tty; echo $TERM; read x; echo got $x >&2; exit 5';
      const command = ['sh', '-c', line] as [string, ...string[]];
      const process = await execInContainer(world, id, { command, terminal: true, input: 'pipe', output: 'pipe' }); // prettier-ignore
      const stdout = process.stdout as Readable;
      let said = '';
      stdout.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
      await until('it asks', () => said.endsWith('xterm\r\n'));
      process.stdin?.write('word\n');
      await once(stdout, 'end');
      assert.is(said, '/dev/pts/0\r\nxterm\r\nword\r\ngot word\r\n');
      const exit = await process.wait();
      assert.is(exit !== 'detached' && exit.code, 5);
    });
  });

  inWorld("its terminal is its user's, also where that is not root", async (world) => {
    await inContainer(world, async (id) => {
      const options: Choices = { terminal: true, user: 'app' };
      const { out } = await exec(world, id, 'echo x > $(tty) && stat -c %U $(tty)', options);
      assert.is(out, 'x\r\napp\r\n');
    });
  });

  inWorld('many at once', async (world) => {
    await inContainer(world, async (id) => {
      const all = Array.from({ length: 12 }, (_, index) => exec(world, id, `echo ${index}; exit ${index}`)); // prettier-ignore
      for (const [index, { code, out }] of (await Promise.all(all)).entries()) {
        assert.equal([code, out], [index, `${index}\n`]);
      }
    });
  });

  inWorld('nothing of it is in the log of the container', async (world) => {
    await inContainer(world, async (id) => {
      await exec(world, id, 'echo not for the log');
      assert.is(outputOf(world, id), 'up\n');
    });
  });
}

test.run();
