import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseDockerfile } from '../src/index.ts';
import { planStages } from '../src/stage/plan-stages.ts';
import { canBuild, failureOf, inBuildWorld } from './build-world.ts';

const STAGES = `ARG BASE=busybox
FROM $BASE AS build
RUN echo artifact > /out.txt
FROM busybox AS unused
RUN echo unused; exit 1
FROM scratch AS empty
COPY --from=build /out.txt /
FROM busybox
COPY --from=build /out.txt /from-name
COPY --from=0 /out.txt /from-number
COPY --from=empty / /from-empty/
`;

test('in FROM a number is a repository, and never the beginning of an id', () => {
  const table: [from: string, name: string][] = [
    ['0', 'docker.io/library/0'],
    ['12345678901', 'docker.io/library/12345678901'],
    ['123456789012', '123456789012'],
    ['7e', '7e'],
  ];
  for (const [from, name] of table) {
    const dockerfile = parseDockerfile(Buffer.from(`FROM scratch\nFROM ${from}\n`), 'Dockerfile');
    const [, stage] = planStages({ dockerfile }, new Map());
    assert.equal(stage?.base, { type: 'image', name });
  }
});

if (canBuild()) {
  inBuildWorld('in from= a number is a stage, and never the beginning of an id', async (world) => {
    const [, first = ''] = /^sha256:(.)/.exec((await world.image('busybox')).id) ?? [];
    assert.ok(await world.image(first), 'it would be found');
    const id = /^[0-9]$/.test(first) ? first : '7';
    for (const number of [id, '-1', '+1', '10000000000000']) {
      const copied = await failureOf(() => world.build(`FROM busybox\nCOPY --from=${number} /etc/group /x\n`)); // prettier-ignore
      assert.is(copied.code, 'STAGE_NOT_FOUND');
      assert.match(copied.message, `invalid stage index ${number}`);
      const mounted = await failureOf(() => world.build(`FROM busybox\nRUN --mount=from=${number},target=/m true\n`)); // prettier-ignore
      assert.is(mounted.code, 'STAGE_NOT_FOUND');
    }
    const own = await failureOf(() => world.build('FROM busybox\nCOPY --from=0 /etc/group /x\n'));
    assert.match(own.message, 'circular dependency detected on stage: 0');
  });

  inBuildWorld('what a stage declares holds in those that begin with it', async (world) => {
    const dockerfile = 'FROM busybox AS one\nARG A=default\nARG B\nFROM one AS two\nARG A\nRUN echo "$A $B" > /seen\nFROM two\nENV C=$B\n'; // prettier-ignore
    const seen = async (buildArgs: Record<string, string>): Promise<string> => {
      await world.build(dockerfile, { names: ['made'], buildArgs: new Map(Object.entries(buildArgs)) }); // prettier-ignore
      const { config } = (await world.image('made')).config;
      return `${await world.read('made', 'seen')}${config.Env?.find((one) => one.startsWith('C='))}`; // prettier-ignore
    };
    assert.is(await seen({}), 'default \nC=');
    assert.is(await seen({ A: 'given', B: 'too' }), 'given too\nC=too');
  });

  inBuildWorld('a long row of stages is no deep one', async (world) => {
    const froms = Array.from({ length: 5000 }, (_, at) => `FROM ${at === 0 ? 'scratch' : `s${at - 1}`} AS s${at}\n`); // prettier-ignore
    const { events } = await world.build(`${froms.join('')}LABEL last=1\n`, { names: ['made'] });
    assert.is(events.filter(({ type }) => type === 'step-done').length, 5001);
    assert.equal((await world.image('made')).config.config.Labels, { last: '1' });
  });

  inBuildWorld('stages give to each other; those that nobody needs are skipped', async (world) => {
    const { events, made } = await world.build(STAGES, { names: ['made'] });
    assert.is(await world.read('made', 'from-name'), 'artifact\n');
    assert.is(await world.read('made', 'from-number'), 'artifact\n');
    assert.is(await world.read('made', 'from-empty/out.txt'), 'artifact\n');
    assert.not.ok(made.includes('RUN echo unused; exit 1'));
    const totals = new Set(events.flatMap((event) => ('step' in event ? [event.step.total] : [])));
    assert.equal([...totals], [8]);
    const again = await world.build(STAGES);
    assert.equal(again.made, []);
  });

  inBuildWorld('what a stage is copied from counts by its files', async (world) => {
    const dockerfile = (line: string): string => `FROM busybox AS a\n${line}\nFROM busybox\nCOPY --from=a /out /out\nRUN cat /out\n`; // prettier-ignore
    await world.build(dockerfile('RUN echo same > /out'));
    const { made } = await world.build(dockerfile('RUN echo sa"me" > /out'));
    assert.equal(made, ['RUN echo sa"me" > /out']);
  });

  inBuildWorld('--target ends where it says', async (world) => {
    const { events } = await world.build(STAGES, { target: 'build', names: ['made'] });
    assert.equal(events.filter(({ type }) => type === 'step-done').length, 2);
    await world.build(STAGES, { target: '0' });
    const error = await failureOf(() => world.build(STAGES, { target: 'nosuch' }));
    assert.is(error.code, 'STAGE_NOT_FOUND');
  });

  inBuildWorld('stages that do not need each other run at the same time', async (world) => {
    // Each waits for the other: one after the other they would never end.
    const wait = (own: string, other: string): string =>
      `RUN --mount=type=cache,id=meet,target=/m touch /m/${own}; for i in $(seq 100); do [ -e /m/${other} ] && exit 0; sleep 0.1; done; exit 1`; // prettier-ignore
    await world.build(`FROM busybox AS a\n${wait('a', 'b')}\nFROM busybox AS b\n${wait('b', 'a')}\nFROM scratch\nCOPY --from=a /etc/group /a\nCOPY --from=b /etc/group /b\n`); // prettier-ignore
  });

  inBuildWorld('what two stages begin with alike is made once', async (world) => {
    const dockerfile = 'FROM busybox AS a\nRUN sleep 0.3; cat /proc/sys/kernel/random/uuid > /id\nFROM busybox AS b\nRUN sleep 0.3; cat /proc/sys/kernel/random/uuid > /id\nFROM scratch\nCOPY --from=a /id /a\nCOPY --from=b /id /b\n'; // prettier-ignore
    const { events } = await world.build(dockerfile, { names: ['made'] });
    assert.is(await world.read('made', 'a'), await world.read('made', 'b'));
    assert.is(events.filter(({ type }) => type === 'run-started').length, 1);
  });

  inBuildWorld('a stage that fails ends the others', async (world) => {
    const began = Date.now();
    const error = await failureOf(() => world.build('FROM busybox AS a\nRUN sleep 60\nFROM busybox AS b\nRUN sleep 0.3; exit 9\nFROM scratch\nCOPY --from=a /etc/group /a\nCOPY --from=b /etc/group /b\n')); // prettier-ignore
    assert.is(error.exitCode, 9);
    assert.ok(Date.now() - began < 50_000);
  });

  inBuildWorld('a signal gives a build up, and nothing of it runs on', async (world) => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const error = await failureOf(() =>
      world.build('FROM busybox\nRUN echo up; sleep 60\n', {
        signal: controller.signal,
        onEvent: (event) => {
          if (event.type === 'output') controller.abort(reason);
        },
      }),
    );
    assert.is(error, reason);
  });

  inBuildWorld('two builds of the same thing at once both succeed', async (world) => {
    await world.write({ a: 'a' });
    const dockerfile = 'FROM busybox\nRUN sleep 0.2; echo x > /x\nCOPY a /a\n';
    const options = { names: ['made'], buildArgs: new Map([['SOURCE_DATE_EPOCH', '1000']]) };
    const [one, other] = await Promise.all([world.build(dockerfile, options), world.build(dockerfile, options)]); // prettier-ignore
    assert.is(one.imageId, other.imageId);
    assert.is((await world.image('made')).id, one.imageId);
  });

  inBuildWorld('triggers of a base run first', async (world) => {
    await world.write({ a: 'a' });
    await world.build('FROM busybox\nONBUILD COPY a /a\nONBUILD RUN cat /a > /b\n', {
      names: ['base'],
    });
    const { output } = await world.build('FROM base\nRUN cat /b\n', { names: ['made'] });
    assert.is(output, 'a');
    const { config } = await world.image('made');
    assert.is(config.config.OnBuild, undefined);
  });
}

test.run();
