import { defaultPath } from './default-sandbox.ts';
import type { ImageConfig } from './image-config.ts';
import { OciError } from './oci-error.ts';
import { quote } from './quote.ts';

/** What the user of an image says otherwise. */
export interface ProcessOverrides {
  /** Replaces the image's entrypoint and drops its Cmd; `''` or nothing in the list: no entrypoint. */
  readonly entrypoint?: string | readonly string[] | undefined;
  /** Replaces the image's Cmd; an empty list does not. */
  readonly cmd?: readonly string[] | undefined;
  /** `NAME=value` sets, `NAME` alone removes. */
  readonly env?: readonly string[] | undefined;
  /** Absolute. */
  readonly cwd?: string | undefined;
  readonly hostname?: string | undefined;
  readonly terminal?: boolean | undefined;
}

/** The image's half of `process` in a runtime configuration. */
export interface ImageProcess {
  args: string[];
  env: string[];
  cwd: string;
}

/**
 * What a container of an image runs, with docker's meaning of each override. Variables come in docker's order:
 * PATH, HOSTNAME, TERM=xterm with a terminal, the image's, the user's; a later value takes the earlier one's place.
 * HOME is not among them: it takes the account files of the root (resolveUser).
 * Throws NO_COMMAND, ENV_INVALID, CWD_INVALID.
 * https://github.com/opencontainers/image-spec/blob/v1.1.1/conversion.md
 */
export function imageToProcess(image: ImageConfig, overrides: ProcessOverrides = {}): ImageProcess {
  return {
    args: processArgs(image, overrides),
    env: processEnv(image, overrides),
    cwd: processCwd(image, overrides),
  };
}

/** The entrypoint of a container: the image's, or what is given in its place; none is an empty list. */
export function entrypointOf(
  { config }: Pick<ImageConfig, 'config'>,
  { entrypoint }: Pick<ProcessOverrides, 'entrypoint'>,
): string[] {
  const given = typeof entrypoint === 'string' ? [entrypoint] : entrypoint;
  const program = given ?? config.Entrypoint ?? [];
  return program.length === 1 && program[0] === '' ? [] : [...program];
}

function processArgs(image: ImageConfig, overrides: ProcessOverrides): string[] {
  const { entrypoint, cmd = [] } = overrides;
  const isOwn = cmd.length > 0 || entrypoint !== undefined;
  const args = [...entrypointOf(image, overrides), ...(isOwn ? cmd : (image.config.Cmd ?? []))];
  if (args.length > 0) return args;
  throw new OciError('NO_COMMAND', 'no command specified', {
    hint: 'the image names no program to run: give one after the image',
  });
}

function processEnv({ config }: ImageConfig, overrides: ProcessOverrides): string[] {
  const { env = [], hostname, terminal = false } = overrides;
  const variables = new Map([['PATH', defaultPath]]);
  if (hostname !== undefined) variables.set('HOSTNAME', hostname);
  if (terminal) variables.set('TERM', 'xterm');
  for (const variable of [...(config.Env ?? []), ...env]) setVariable(variables, variable);
  return [...variables].map(([name, value]) => `${name}=${value}`);
}

function setVariable(variables: Map<string, string>, variable: string): void {
  const [name = '', ...value] = variable.split('=');
  if (name === '' || variable.includes('\0')) {
    // Its value stays unsaid: it may be a secret.
    const message = `invalid environment variable: ${quote(`${name}=`, 80)}`;
    throw new OciError('ENV_INVALID', message, {
      hint: 'a variable is NAME=value, with a name and without NUL characters',
    });
  }
  if (value.length === 0) variables.delete(name);
  else variables.set(name, value.join('='));
}

function processCwd({ config }: ImageConfig, { cwd }: ProcessOverrides): string {
  if (cwd !== undefined && cwd !== '') {
    if (cwd.startsWith('/') && !cwd.includes('\0')) return cwd;
    throw new OciError(
      'CWD_INVALID',
      `the working directory '${quote(cwd, 255).slice(1, -1)}' is invalid, it needs to be an absolute path`,
    );
  }
  const directory = config.WorkingDir ?? '';
  return directory.startsWith('/') ? directory : `/${directory}`;
}
