import { explain } from '@ctrkit/syscalls';
import type { RuntimeSpec } from '@ctrkit/oci';
import type { Context } from '@ctrkit/cli-kit';
import { launchPlan } from '../explain.ts';
import { launch } from '../launch.ts';
import { passSignals } from '../pass-signals.ts';
import { startExitCode } from '../start-exit-code.ts';

/** The flag of every command that carries out a plan. */
export const explainOption = {
  type: 'boolean',
  describe: 'Print the plan, one operation a line, and run nothing',
} as const;

const everything = { stdin: true, stdout: true, stderr: true };

/** Runs a spec with our own stdin, stdout and stderr, and returns its exit code; or only prints its plan. */
export async function runSpec(
  spec: RuntimeSpec,
  bundle: string,
  options: { explain: boolean },
  { stdout, stderr }: Context,
): Promise<number> {
  if (options.explain) {
    for (const operation of launchPlan(spec, bundle)) stdout.write(`${explain(operation)}\n`);
    return 0;
  }
  try {
    const terminal = spec.process?.terminal === true;
    const container = await launch(spec, {
      bundle,
      stdio: ['inherit', 'inherit', 'inherit'],
      ...(terminal ? { streams: 'terminal', input: 'once', attached: everything } : {}),
    });
    using _signals = passSignals(container);
    const exit = await container.wait();
    if (exit === 'detached') return 0;
    for (const warning of exit.warnings) stderr.write(`WARNING: ${warning}\n`);
    return exit.code;
  } catch (error) {
    throw Object.assign(error as Error, { exitCode: startExitCode(error) });
  }
}
