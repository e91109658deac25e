/** What a beginner does with containers, from the first `run` to two shells that do not see each other. */
import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeRedisLayout, needs, openTerminal, pushLayout } from '@ctrkit/testing';
import type { RunResult, Terminal } from '@ctrkit/testing';
import { test } from 'uvu';
import { commandPath, inWorld, mainJob } from './fixture.ts';
import type { World } from './fixture.ts';

interface Student extends World {
  /** Runs `ctr`, which has to go well, and returns what it says on stdout without the last newline. */
  says: (...args: string[]) => Promise<string>;
  /** The states of all containers by name. */
  states: () => Promise<Record<string, string>>;
  /** A terminal in which `ctr` is this world's. */
  terminal: () => Promise<Terminal>;
  readonly busybox: string;
}

const short = (id: string): string => id.slice(0, 12);

function studentOf(world: World): Student {
  const says = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await world.ctr(...args);
    assert.equal(code, 0, `ctr ${args.join(' ')}: ${stderr}`);
    return stdout.trimEnd();
  };
  return {
    ...world,
    busybox: `${world.registry}/busybox`,
    says,
    states: async () => {
      const lines = (await says('ps', '--all', '--format', 'json')).split('\n').filter(Boolean);
      const rows = lines.map((line) => JSON.parse(line) as { Names: string; State: string });
      return Object.fromEntries(rows.map(({ Names, State }) => [Names, State]));
    },
    terminal: async () => {
      const script = join(world.directory, 'ctr');
      await writeFile(
        script,
        `#!/bin/sh\nexec '${process.execPath}' '${commandPath('ctr')}' "$@"\n`,
      );
      await chmod(script, 0o755);
      const env = { ...world.env, PATH: `${world.directory}:${world.env['PATH'] ?? ''}` };
      return openTerminal({ env });
    },
  };
}

const chapter = (title: string, body: (student: Student) => Promise<void>): void => {
  test(title, () => inWorld((world) => body(studentOf(world))));
};

// Keys that are pressed before it is there may still be the container's.
const backOnHost = (terminal: Terminal): Promise<string> => terminal.shows(/host\$$/);

const outcome = ({ code, stdout }: RunResult): object => ({ code, stdout });

if (needs(...mainJob, 'command:tmux')) {
  chapter(
    '13, 14: run an image, with its own command and with another',
    async ({ ctr, registry, busybox }) => {
      const hello = await ctr('run', `${registry}/hello-world`);
      assert.equal(hello.code, 0);
      assert.match(hello.stdout, /Hello/i);
      assert.deepEqual(outcome(await ctr('run', busybox, 'echo', 'hi', 'there')), {
        code: 0,
        stdout: 'hi there\n',
      });
      const { stdout } = await ctr('run', busybox, 'ls');
      assert.deepEqual(
        stdout.split('\n').filter((name) => name === 'bin' || name === 'work'),
        ['bin'],
      );
      const missing = await ctr('run', `${registry}/hello-world`, 'ls');
      assert.equal(missing.code, 127);
      assert.match(missing.stderr, /exec: "ls": executable file not found in \$PATH/);
    },
  );

  chapter(
    '15: what runs is listed under a random name, what ran with --all',
    async ({ ctr, says, busybox }) => {
      const id = await says('run', '-d', busybox, 'sleep', '1000');
      const running = await says('ps');
      assert.match(
        running,
        /^CONTAINER ID {3}IMAGE {2,}COMMAND {2,}CREATED {2,}STATUS {2,}PORTS {2,}NAMES\n/,
      );
      const [, row = ''] = running.split('\n');
      assert.match(row, new RegExp(`^${short(id)} .*"sleep 1000" .* Up .* [a-z]+_[a-z]+$`));
      await ctr('run', busybox, 'true');
      assert.equal((await says('ps')).split('\n').length, 2);
      assert.equal((await says('ps', '--all')).split('\n').length, 3);
      await says('rm', '-f', id);
    },
  );

  chapter(
    '16: run is create and start; -a shows what it writes',
    async ({ says, states, busybox }) => {
      const id = await says('create', '--name', 'job', busybox, 'echo', 'hi', 'there');
      assert.match(id, /^[0-9a-f]{64}$/);
      assert.deepEqual(await states(), { job: 'created' });
      assert.equal(await says('start', '-a', id), 'hi there');
      assert.deepEqual(await states(), { job: 'exited' });
      assert.equal(await says('start', short(id)), short(id));
      assert.equal(await says('wait', id), '0');
    },
  );

  chapter(
    '17: a stopped container starts again with its old command',
    async ({ ctr, says, busybox }) => {
      await says('run', '--name', 'again', busybox, 'sh', '-c', 'echo x >> /runs; wc -l < /runs');
      assert.equal(await says('start', '-a', 'again'), '2');
      assert.equal(await says('start', '--attach', 'again'), '3');
      // Another command is another container.
      const { code, stderr } = await ctr('start', '-a', 'again', 'echo');
      assert.equal(code, 1);
      assert.match(stderr, /cannot start and attach multiple containers/);
    },
  );

  chapter('18: prune lists what it will remove, asks, and removes it', async (student) => {
    const { says, states, busybox } = student;
    await says('run', '--name', 'old', busybox, 'true');
    await says('create', '--name', 'unused', busybox, 'true');
    await says('run', '-d', '--name', 'busy', busybox, 'sleep', '1000');
    await using terminal = await student.terminal();
    await terminal.enter('ctr system prune');
    const asked = await terminal.shows(/continue\? \[y\/N\]/);
    assert.match(asked, /WARNING! This will remove:\n {2}- all stopped containers\n/);
    assert.match(asked, /container [0-9a-f]{12} old /);
    assert.match(asked, /container [0-9a-f]{12} unused /);
    assert.doesNotMatch(asked, / busy /);
    await terminal.enter('n');
    await terminal.enter('echo "code $?"');
    await terminal.shows(/^code 0/m);
    assert.deepEqual(Object.keys(await states()).toSorted(), ['busy', 'old', 'unused']);
    await terminal.enter('ctr system prune');
    await terminal.shows(/continue\? \[y\/N\](?![^]*code 0)/);
    await terminal.enter('y');
    await terminal.shows(
      /Deleted Containers:\n[0-9a-f]{64}\n[0-9a-f]{64}\n[^]*Total reclaimed space: /,
    );
    assert.deepEqual(await states(), { busy: 'running' });
    assert.match(await says('system', 'prune', '-f'), /Total reclaimed space: 0B/);
    await says('rm', '-f', 'busy');
  });

  chapter(
    '19: logs show what was written, without running it again',
    async ({ ctr, says, busybox }) => {
      const id = await says('create', busybox, 'sh', '-c', 'echo hi there; echo oh >&2');
      await says('start', id);
      await says('wait', id);
      const { stdout, stderr, code } = await ctr('logs', id);
      assert.deepEqual({ stdout, stderr, code }, { stdout: 'hi there\n', stderr: 'oh\n', code: 0 });
      assert.equal(await says('logs', id), 'hi there');
    },
  );

  chapter(
    '20: stop asks, kill does not; who ignores it is killed',
    async ({ ctr, says, states, busybox }) => {
      const obeying = 'trap "echo bye; exit 5" TERM; echo up; while :; do sleep 0.1; done';
      await says('run', '-d', '--name', 'polite', busybox, 'sh', '-c', obeying);
      await says('run', '-d', '--name', 'deaf', busybox, 'sh', '-c', 'echo up; exec sleep 1000');
      await says('run', '-d', '--name', 'killed', busybox, 'sleep', '1000');
      for (const name of ['polite', 'deaf']) {
        while ((await says('logs', name)) !== 'up') continue;
      }
      assert.equal(await says('stop', 'polite'), 'polite');
      assert.equal(await says('logs', 'polite'), 'up\nbye');
      assert.equal(await says('kill', 'killed'), 'killed');
      assert.equal(await says('stop', '-t', '1', 'deaf'), 'deaf');
      assert.equal(await says('wait', 'polite', 'killed', 'deaf'), '5\n137\n137');
      assert.deepEqual(await states(), { polite: 'exited', deaf: 'exited', killed: 'exited' });
      // Stopped twice is stopped; what does not run cannot be killed.
      assert.equal(await says('stop', 'polite'), 'polite');
      const { code, stderr } = await ctr('kill', 'polite');
      assert.equal(code, 1);
      assert.match(stderr, /Cannot kill container: polite: Container [0-9a-f]{64} is not running/);
      assert.equal(await says('start', 'deaf'), 'deaf');
      assert.equal(await says('rm', '-f', 'deaf'), 'deaf');
    },
  );

  chapter('22 to 25: a shell in a container, with real keys', async (student) => {
    const { says, busybox } = student;
    await says('run', '-d', '--name', 'web', busybox, 'sleep', '1000');
    assert.equal(await says('exec', 'web', 'echo', 'hi'), 'hi');
    await using terminal = await student.terminal();
    await terminal.enter('ctr exec -it web sh');
    await terminal.shows(/^\/ #$/m);
    await terminal.enter('tty; stty size; echo "term $TERM"');
    await terminal.shows(/^\/dev\/pts\/\d+\n30 100\nterm xterm$/m);
    // Line editing is the shell's own.
    await terminal.type('echo wrogn');
    await terminal.press('BSpace', 'BSpace');
    await terminal.enter('ng');
    await terminal.shows(/^wrong$/m);
    await terminal.enter('echo waiting; sleep 1000');
    await terminal.shows(/^waiting$/m);
    await terminal.press('C-c');
    await terminal.enter('echo "after $?"');
    await terminal.shows(/^after 130$/m);
    await terminal.resize(120, 40);
    await terminal.enter('stty size');
    await terminal.shows(/^40 120$/m);
    await terminal.enter('ps | grep -c "[s]leep 1000"');
    await terminal.shows(/^1$/m);
    await terminal.press('C-d');
    await backOnHost(terminal);
    await terminal.enter('echo "code $?"; stty -a | grep -o " icanon"');
    // The terminal is as it was before, too.
    await terminal.shows(/^code 0\n icanon$/m);
    await says('rm', '-f', 'web');
  });

  chapter('25: run -it starts with a shell; ctrl-p ctrl-q leaves it running', async (student) => {
    const { says, states, busybox } = student;
    await using terminal = await student.terminal();
    await terminal.enter(`ctr run -it --name poke ${busybox} sh`);
    await terminal.shows(/\/ #$/m);
    await terminal.enter('hostname; id -u');
    await terminal.shows(/^[0-9a-f]{12}\n0$/m);
    await terminal.press('C-p', 'C-q');
    await backOnHost(terminal);
    await terminal.enter('echo "left $?"');
    await terminal.shows(/^left 0$/m);
    assert.deepEqual(await states(), { poke: 'running' });
    await terminal.clear();
    await terminal.enter('ctr attach poke');
    // The prompt is drawn anew for who has just come.
    await terminal.shows(/^\/ #$/m);
    await terminal.enter('echo back; exit 7');
    await backOnHost(terminal);
    await terminal.enter('echo "code $?"');
    await terminal.shows(/^code 7$/m);
    assert.deepEqual(await states(), { poke: 'exited' });
    assert.match(await says('logs', 'poke'), /back/);
    await terminal.enter(`ctr run -it --rm ${busybox} nosuch; echo "code $?"`);
    await terminal.shows(/exec: "nosuch": executable file not found[^]*^code 127$/m);
    await terminal.enter(`echo input | ctr run -it --rm ${busybox} cat; echo "code $?"`);
    await terminal.shows(/the input device is not a TTY[^]*^code 1$/m);
  });

  chapter('23: stdin, stdout and stderr of a container', async ({ shell, busybox }) => {
    const piped = await shell(
      `echo to stdin | ctr run -i --rm ${busybox} sh -c 'cat; echo err >&2'`,
    );
    assert.deepEqual([piped.code, piped.stdout], [0, 'to stdin\n']);
    assert.match(piped.stderr, /^err$/m);
    const bytes = await shell(
      `head -c 3000000 /dev/urandom > in && ctr run -i --rm ${busybox} cat < in | cmp - in`,
    );
    assert.deepEqual([bytes.code, bytes.stdout], [0, '']);
    const apart = await shell(`ctr run --rm ${busybox} sh -c 'echo out; echo err >&2' 2>/dev/null`);
    assert.equal(apart.stdout, 'out\n');
    const without = await shell(`echo unseen | ctr run --rm ${busybox} cat`);
    assert.deepEqual([without.code, without.stdout], [0, '']);
    const merged = await shell(`ctr run --rm -t ${busybox} sh -c 'echo out; echo err >&2'`);
    assert.equal(merged.stdout, 'out\r\nerr\r\n');
  });

  chapter('26: two containers of one image do not see what the other writes', async (student) => {
    const { says, busybox } = student;
    await using one = await student.terminal();
    await using two = await student.terminal();
    for (const [terminal, name] of [
      [one, 'one'],
      [two, 'two'],
    ] as const) {
      await terminal.enter(`ctr run -it --name ${name} ${busybox} sh`);
      await terminal.shows(/\/ #$/m);
    }
    await one.enter('touch hithere; ls -d hithere');
    await one.shows(/^hithere$/m);
    await two.enter('ls hithere; echo "listed $?"');
    await two.shows(/^listed 1$/m);
    await one.press('C-d');
    await two.press('C-d');
    assert.equal(await says('wait', 'one', 'two'), '0\n0');
  });
}

if (needs(...mainJob, 'command:tmux', 'command:redis-cli')) {
  chapter('21, 22: a server in a container, and its client beside it', async (student) => {
    const { says, registry, directory } = student;
    const layout = join(directory, 'redis');
    await makeRedisLayout(layout);
    await pushLayout(layout, 'latest', `http://${registry}`, 'redis');
    await using server = await student.terminal();
    await server.enter(`ctr run --name redis ${registry}/redis`);
    await server.shows(/Ready to accept connections/i);
    await using client = await student.terminal();
    await client.enter('ctr exec -it redis redis-cli');
    await client.shows(/^127\.0\.0\.1:6379>/m);
    await client.enter('set mynumber 5');
    await client.shows(/^OK$/m);
    await client.enter('get mynumber');
    await client.shows(/^"5"$/m);
    await client.press('C-d');
    await backOnHost(client);
    assert.equal(await says('exec', 'redis', 'redis-cli', 'get', 'mynumber'), '5');
    await server.press('C-c');
    await backOnHost(server);
    await server.enter('echo "code $?"');
    await server.shows(/^code 0$/m);
  });
}

test.run();
