import { join } from 'node:path';
import type { LinuxResources } from '@ctrkit/oci';
import { ignoredResources, applyResources } from './apply.ts';
import type { Member } from './apply.ts';
import { CgroupError } from './cgroup-error.ts';
import type { Cgroup, CgroupMount, DeviceAttachment } from './cgroup.ts';
import type { WaitOptions } from './deadline.ts';
import { extend } from './extend.ts';
import { freezerOf, isFrozen, setFrozen } from './freeze.ts';
import { treesOf } from './hierarchy.ts';
import type { Hierarchy } from './hierarchy.ts';
import { killAll } from './kill.ts';
import { needsDeviceProgram } from './place.ts';
import { processesIn } from './processes.ts';
import { readEvents, readStats } from './read-stats.ts';
import { removeAll } from './remove.ts';
import type { DeleteOptions } from './remove.ts';
import type { Events, Stats } from './stats.ts';

interface Made {
  readonly ignored: readonly string[];
  readonly program: Uint8Array | undefined;
}

/** A cgroup as its directories. */
export class CgroupHandle implements Cgroup {
  readonly path: string;
  readonly ignored: readonly string[];
  readonly deviceProgram?: DeviceAttachment;
  #members: readonly Member[];
  readonly #hierarchy: Hierarchy;

  constructor(
    path: string,
    members: readonly Member[],
    hierarchy: Hierarchy,
    made: Made = { ignored: [], program: undefined },
  ) {
    this.path = path;
    this.#members = members;
    this.#hierarchy = hierarchy;
    this.ignored = made.ignored;
    const unified = members.find(({ tree }) => tree.version === 2);
    if (made.program !== undefined && unified !== undefined) {
      this.deviceProgram = { program: made.program, directory: unified.directory };
    }
  }

  get joinFiles(): readonly string[] {
    return this.#members.map(({ directory }) => join(directory, 'cgroup.procs'));
  }

  get mounts(): readonly CgroupMount[] {
    return this.#members
      .filter(({ tree }) => tree.version === 1)
      .map(({ tree, directory }) => ({ controllers: tree.controllers, hostPath: directory }));
  }

  processes(): number[] {
    return processesIn(this.#everywhere());
  }

  async stats(): Promise<Stats> {
    return readStats(this.#members, this.#hierarchy);
  }

  async events(): Promise<Events> {
    return readEvents(this.#members);
  }

  freeze(options: WaitOptions = {}): Promise<void> {
    return setFrozen(this.#members, true, options);
  }

  thaw(options: WaitOptions = {}): Promise<void> {
    return setFrozen(this.#members, false, options);
  }

  isFrozen(): boolean {
    const member = freezerOf(this.#members);
    return member !== undefined && isFrozen(member);
  }

  kill(options: WaitOptions = {}): Promise<void> {
    return killAll(this.#everywhere(), options);
  }

  delete(options: DeleteOptions = {}): Promise<void> {
    return removeAll(this.#everywhere(), options);
  }

  /** Its places in all trees: v1 cgroups below this one may be in trees where it was never wanted itself. */
  #everywhere(): Member[] {
    return treesOf(this.#hierarchy).map((tree) => ({
      tree,
      directory: join(tree.mountPoint, this.path),
    }));
  }

  async update(resources: LinuxResources): Promise<readonly string[]> {
    if (needsDeviceProgram(this.#hierarchy, resources)) {
      throw new CgroupError('CGROUP_UNAVAILABLE', `${this.path}: cgroup v2 has no device list`, {
        hint: 'attach the program of deviceProgram(rules) in place of the old one',
      });
    }
    const { members, added } = await extend(this.path, this.#members, this.#hierarchy, resources);
    this.#members = members;
    return [
      ...ignoredResources(this.#hierarchy, resources),
      ...members.flatMap((member) =>
        applyResources(member, this.#hierarchy, resources, added.includes(member)),
      ),
    ];
  }
}
