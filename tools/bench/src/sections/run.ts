import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeBusyboxRootfs, pushBusybox } from '@ctrkit/testing';
import type { PeerContext } from '../bench-context.ts';
import { isInstalled } from '../commands.ts';
import type { Entrant } from '../contender.ts';
import { engines, pull } from '../engines.ts';
import type { AnyEngine } from '../engines.ts';
import { execute } from '../execute.ts';
import { times } from '../figures.ts';
import { interleave } from '../interleave.ts';
import type { Row } from '../row.ts';

const name = 'ctr';

function entrantOf(engine: AnyEngine, image: string, signal: AbortSignal): Entrant {
  if ('missing' in engine) return engine;
  return {
    name: engine.name,
    env: engine.env,
    setUp: () => pull(engine, image, signal),
    command: [...engine.prefix, 'run', '--rm', ...engine.runFlags, image, 'true'],
  };
}

async function makeBundle(bundle: string, context: PeerContext): Promise<void> {
  await makeBusyboxRootfs(join(bundle, 'rootfs'));
  await execute(['runc', 'spec', '--bundle', bundle], context);
  const path = join(bundle, 'config.json');
  const spec = JSON.parse(await readFile(path, 'utf8')) as {
    process: { args: string[]; terminal: boolean };
    linux: { cgroupsPath?: string };
  };
  spec.process.args = ['true'];
  spec.process.terminal = false;
  spec.linux.cgroupsPath = `/${context.cgroup}/runc`;
  await writeFile(path, JSON.stringify(spec));
}

function runc(context: PeerContext): Entrant {
  if (!isInstalled('runc')) return { name: 'runc', missing: 'runc is not installed' };
  const bundle = join(context.work, 'run-runc');
  return {
    name: 'runc',
    setUp: async () => {
      await mkdir(bundle);
      await makeBundle(bundle, context);
    },
    command: ['runc', '--root', join(bundle, 'state'), 'run', '--bundle', bundle, 'speed-bench'],
    env: context.env,
  };
}

/** `run --rm` of an image that is there, beside the peers, a runtime alone and Node's own start. */
export async function measureRun(context: PeerContext): Promise<Row[]> {
  const { signal, registry, env, rounds = 15 } = context;
  const image = `${registry}/busybox`;
  await pushBusybox(`http://${registry}`);
  const entrants: Entrant[] = [
    ...engines(context).map((engine) => entrantOf(engine, image, signal)),
    runc(context),
    { name: 'node -e 0', command: [process.execPath, '-e', '0'], env },
  ];
  context.say(`run: ${rounds} rounds of ${entrants.map((entrant) => entrant.name).join(', ')}`);
  const outcomes = await interleave(entrants, { rounds, warmUp: 2, signal });
  return [
    {
      id: 'run',
      title: 'run --rm --network none busybox true, warm image',
      unit: 'ms',
      ours: name,
      bars: { docker: { times: 0.25 }, podman: { times: 0.4 }, 'node -e 0': { times: 2 } },
      figures: times(outcomes),
      notes: ['runc: alone on a bundle, a root file system that is there'],
    },
  ];
}
