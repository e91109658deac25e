import { controllersIn } from './apply.ts';
import type { Member } from './apply.ts';
import { cpu } from './controllers/cpu.ts';
import type { Hierarchy } from './hierarchy.ts';
import { compact, parseFlat } from './numbers.ts';
import { parsePressure } from './pressure.ts';
import type { Events, Stats } from './stats.ts';
import { viewOf } from './view.ts';

function pressureOf({ directory, tree }: Member): Stats {
  const view = viewOf(directory, tree.version, false);
  const read = (name: string): ReturnType<typeof parsePressure> =>
    parsePressure(view.read(`${name}.pressure`));
  const pressure = compact<NonNullable<Stats['pressure']>>({
    cpu: read('cpu'),
    memory: read('memory'),
    io: read('io'),
  });
  return Object.keys(pressure).length === 0 ? {} : { pressure };
}

/** A controller that is not enabled for this cgroup shows nothing; that is left out. */
function withoutEmpty(stats: Stats): Stats {
  return Object.fromEntries(
    Object.entries(stats).filter(([, value]) => Object.keys(value as object).length > 0),
  );
}

/** What the cgroup has used, from all its members. */
export function readStats(members: readonly Member[], hierarchy: Hierarchy): Stats {
  const all: Stats = {};
  for (const member of members) {
    const { tree, directory } = member;
    const view = viewOf(directory, tree.version, false);
    // v2 counts time for every cgroup, also where the cpu controller is not handed over.
    const core = tree.version === 2 ? [cpu] : [];
    for (const controller of new Set([...core, ...controllersIn(tree, hierarchy)])) {
      const stats = withoutEmpty(controller.stats?.(view) ?? {});
      // Two v1 controllers speak about the processor.
      const time = stats.cpu === undefined ? {} : { cpu: { ...all.cpu, ...stats.cpu } };
      Object.assign(all, stats, time);
    }
    if (tree.version === 2) Object.assign(all, pressureOf(member));
  }
  return all;
}

/** What has happened in the cgroup. */
export function readEvents(members: readonly Member[]): Events {
  const read = (file: string, key: string): number | undefined => {
    for (const { directory, tree } of members) {
      const value = parseFlat(viewOf(directory, tree.version, false).read(file)).get(key);
      if (value !== undefined) return value;
    }
    return undefined;
  };
  return compact<Events>({
    oomKills: read('memory.events', 'oom_kill') ?? read('memory.oom_control', 'oom_kill'),
    forksRefused: read('pids.events', 'max'),
  });
}
