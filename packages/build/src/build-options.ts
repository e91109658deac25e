import type { Dockerfile } from './dockerfile/instruction.ts';
import type { BuildEvent, Step } from './build-event.ts';
import type { CachePlace, CacheTarget } from './cache/cache-place.ts';
import type { SourceTree } from './context/source.ts';
import type { Output } from './output/output.ts';

/** What a name means in FROM and in `from=`: another image, or a tree of files. */
export type GivenContext =
  | { readonly type: 'image'; readonly name: string }
  | { readonly type: 'files'; readonly tree: SourceTree };

/** What a secret is: a file that is read when it is needed, or bytes. */
export type Secret =
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'value'; readonly value: string | Uint8Array };

/** A RUN that has failed. */
export interface FailedRun {
  readonly step: Step;
  /** It does not run any more. */
  readonly containerId: string;
  readonly exitCode: number;
}

export interface BuildOptions {
  readonly dockerfile: Dockerfile;
  /**
   * What tells its builds from those of other Dockerfiles of the same name, so that a step that is not in the cache is compared
   * with its own last time: the absolute paths of Dockerfile and context. @default the Dockerfile's path
   */
  readonly origin?: string | undefined;
  /** What COPY, ADD and bind mounts read. @default nothing: each of them fails */
  readonly context?: SourceTree | undefined;
  /** `--build-context`, by name in lower case. */
  readonly contexts?: ReadonlyMap<string, GivenContext> | undefined;
  /** `--build-arg`, by name. SOURCE_DATE_EPOCH among them fixes every time of the image, in seconds since 1970. */
  readonly buildArgs?: ReadonlyMap<string, string> | undefined;
  /** Whether words with variables in them get their values: a Dockerfile's do. @default true */
  readonly substitutes?: boolean | undefined;
  /** Names that the image gets, all of them when it is whole. @default none */
  readonly names?: readonly string[] | undefined;
  /** Where what is built goes. @default the image store */
  readonly outputs?: readonly Output[] | undefined;
  /** All layers on top of the base become one. @default false */
  readonly squash?: boolean | undefined;
  /** Of the image, beside those of LABEL. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** The stage to build, by name or number. @default the last one */
  readonly target?: string | undefined;
  /** `os/architecture[/variant]`. @default this machine's */
  readonly platform?: string | undefined;
  /** Whether base images are looked up in their registries even if they are there. @default false */
  readonly pull?: boolean | undefined;
  /** Steps that are made anew: all, or those of these stages, in any case. @default none */
  readonly noCache?: boolean | readonly string[] | undefined;
  /** Caches of other machines, whose steps are taken where this one has none. @default none */
  readonly cacheFrom?: readonly CachePlace[] | undefined;
  /** Where the steps of this build go, for other machines. @default nowhere */
  readonly cacheTo?: readonly CacheTarget[] | undefined;
  /** The network of RUN. @default the host's */
  readonly network?: 'host' | 'none' | undefined;
  /** `--secret`, by id. @default none */
  readonly secrets?: ReadonlyMap<string, Secret> | undefined;
  /** `--ssh`: sockets of agents, by id. @default none */
  readonly ssh?: ReadonlyMap<string, string> | undefined;
  /**
   * Waited for when a RUN has failed, while its container is still there, and its mounts: for a shell in a fork of it. @default nothing
   */
  readonly onFailure?: ((failed: FailedRun) => Promise<void>) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: BuildEvent) => void) | undefined;
}
