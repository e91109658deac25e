import { join } from 'node:path';
import { buildImage } from '@ctrkit/build';
import type { BuildOptions, OpenContextOptions } from '@ctrkit/build';
import type { Context } from '@ctrkit/cli-kit';
import { writeFileAtomic } from '@ctrkit/durable';
import { labelsOf } from '../../labels.ts';
import { buildArguments } from './build-arguments.ts';
import type { BuildFlags } from './build-flags.ts';
import { parseCacheSource, parseCacheTarget } from './cache-places.ts';
import { check, checkText } from './check.ts';
import { given } from './given.ts';
import { openNamedContexts } from './named-contexts.ts';
import { openSources } from './open-sources.ts';
import { allOutputs, parseOutput } from './outputs.ts';
import { pushNames, requireName } from './push-names.ts';
import { parseSecret } from './secrets.ts';
import { shellOnError } from './shell-on-error.ts';
import { parseAgent } from './ssh-agents.ts';
import { createBuildProgress } from '../build-progress/create-build-progress.ts';
import type { BuildProgressMode } from '../build-progress/build-progress-option.ts';
import { errorExcerpt } from '../build-progress/excerpt.ts';
import { engineOf } from '../directories.ts';
import { requireTerminal } from '../require-terminal.ts';

/** What flags say. */
interface Choices extends Partial<BuildOptions> {
  readonly names: readonly string[];
  readonly isPushed: boolean;
}

/** What of a build its flags say alone. Throws CliError FLAG_VALUE_INVALID. */
function choices(options: BuildFlags, context: Context): Choices {
  const { env } = context;
  const secrets = given('--secret', options.secret, (text) => parseSecret(text, env));
  const agents = given('--ssh', options.ssh, (text) => parseAgent(text, env));
  const destinations = given('-o, --output', options.output, (text) => parseOutput(text, context));
  const { outputs, isPushed } = allOutputs(destinations, options);
  const names = [...options.tag, ...destinations.flatMap((one) => one.names)];
  if (isPushed) requireName(names);
  const filter = options['no-cache-filter'];
  return {
    buildArgs: argumentsOf(options, env),
    names,
    isPushed,
    cacheFrom: given('--cache-from', options['cache-from'], parseCacheSource),
    cacheTo: given('--cache-to', options['cache-to'], parseCacheTarget),
    labels: labelsOf(options.label),
    target: options.target,
    platform: options.platform,
    pull: options.pull,
    noCache: options['no-cache'] || (filter.length > 0 ? filter.flatMap((one) => one.split(',')) : false), // prettier-ignore
    network: options.network === 'none' ? 'none' : 'host',
    secrets: new Map(secrets.map(({ id, secret }) => [id, secret])),
    ssh: new Map(agents.map(({ id, socket }) => [id, socket])),
    squash: options.squash,
    outputs,
  };
}

// As BuildKit's command does, the variable of the caller is the argument where none is given.
function argumentsOf(options: BuildFlags, env: NodeJS.ProcessEnv): ReadonlyMap<string, string> {
  const epoch = env['SOURCE_DATE_EPOCH'];
  const own = epoch === undefined || epoch === '' ? [] : [`SOURCE_DATE_EPOCH=${epoch}`];
  return buildArguments([...own, ...options['build-arg']], env);
}

// What is drawn anew all the time would draw over the shell.
function modeOf(options: BuildFlags): BuildProgressMode {
  const { quiet, progress } = options;
  if (quiet) return 'quiet';
  const isDrawn = progress === 'auto' || progress === 'tty';
  return isDrawn && options['shell-on-error'] ? 'plain' : progress;
}

/** Builds, or checks, what a command line says. Returns the exit code. */
export async function runBuild(
  where: string,
  options: BuildFlags,
  context: Context,
): Promise<number> {
  const { stdout, stderr, signal } = context;
  requireTerminal(options['shell-on-error']);
  const engine = engineOf(options, context.env);
  const { isPushed, ...chosen } = choices(options, context);
  const opening: OpenContextOptions = {
    cacheDirectory: join(engine.root, 'build-cache'),
    signal,
    env: context.env,
  };
  await using sources = await openSources(where, options.file, context, opening).catch(
    (error: unknown) => {
      stderr.write(errorExcerpt(error, undefined));
      throw error;
    },
  );
  const { dockerfile, origin } = sources;
  if (options.check) {
    const result = check(dockerfile, chosen.buildArgs ?? new Map());
    stdout.write(checkText(dockerfile, result));
    return result.isError ? 1 : 0;
  }
  await using named = await openNamedContexts(options['build-context'], {
    ...opening,
    root: engine.root,
  });
  const progress = createBuildProgress({
    mode: modeOf(options),
    explain: options.explain,
    dockerfile: () => dockerfile,
    stdout,
    stderr,
  });
  try {
    const { imageId } = await buildImage(engine, {
      ...chosen,
      dockerfile,
      origin,
      context: sources.context,
      contexts: named.contexts,
      signal,
      onEvent: progress.event,
      ...(options['shell-on-error'] && { onFailure: shellOnError(engine, stderr) }),
    });
    progress.stop();
    if (isPushed) await pushNames(engine, chosen.names, modeOf(options), context);
    if (options.iidfile !== undefined) await writeFileAtomic(options.iidfile, imageId);
    return 0;
  } catch (error) {
    progress.stop(error);
    throw error;
  }
}
