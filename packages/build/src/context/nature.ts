import type { WalkEntry } from '@ctrkit/syscalls';
import { IgnoreRules } from '../ignore/ignore-rules.ts';
import type { StatCache } from './stat-cache.ts';

/** What sets the context apart from other trees. */
export interface Nature {
  readonly rules: IgnoreRules;
  /** How an entry is copied. */
  readonly adopt: (entry: WalkEntry) => WalkEntry;
  readonly statCache: StatCache | undefined;
  /** What is said before a path that was not found. */
  readonly absence: string;
}

/** All in the context belongs to root, and nothing is a second name of something else: so it is on every machine. */
export const contextNature = (rules: IgnoreRules, statCache: StatCache | undefined): Nature => ({
  rules,
  statCache,
  absence: 'file not found in build context or excluded by .dockerignore: ',
  adopt: (entry) => {
    const { uid, gid, links, type } = entry;
    const isSo = uid === 0 && gid === 0 && (links === 1 || type === 'directory');
    return isSo ? entry : { ...entry, uid: 0, gid: 0, links: 1 };
  },
});

/** A stage or an image is copied as it is. */
export const rootNature = (): Nature => ({
  rules: new IgnoreRules([]),
  statCache: undefined,
  absence: '',
  adopt: (entry) => entry,
});
