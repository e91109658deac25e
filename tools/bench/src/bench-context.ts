import type { Docker } from './docker.ts';
import type { Podman } from './podman.ts';

/** Why something cannot be measured. */
export interface Missing {
  readonly missing: string;
}

/** What every section measures with. */
export interface BenchContext {
  /** An empty directory for this run, on the file system that is measured. */
  readonly work: string;
  /** Where what is made once stays between runs. */
  readonly cache: string;
  /** The environment of every contender. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** @default as the section sees fit */
  readonly rounds: number | undefined;
  /** Tells the person at the terminal what takes so long. */
  readonly say: (text: string) => void;
}

/** What the sections that pull measure with besides. */
export interface PeerContext extends BenchContext {
  /** `127.0.0.1:PORT` of a registry. */
  readonly registry: string;
  /** Relative name of the cgroup for containers of the peers. */
  readonly cgroup: string;
  readonly docker: Docker | Missing;
  readonly podman: Podman | Missing;
}
