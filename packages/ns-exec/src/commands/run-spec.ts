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

/** Runs a spec with our own stdin, stdout and stderr, and returns its exit code; or only prints its plan. */
export async function runSpec(
  spec: RuntimeSpec,
  bundle: string,
  options: { explain: boolean },
  { stdout }: Context,
): Promise<number> {
  if (options.explain) {
    for (const operation of launchPlan(spec, bundle)) stdout.write(`${explain(operation)}\n`);
    return 0;
  }
  try {
    const container = await launch(spec, { bundle, stdio: ['inherit', 'inherit', 'inherit'] });
    using _signals = passSignals(container);
    return (await container.wait()).code;
  } catch (error) {
    throw Object.assign(error as Error, { exitCode: startExitCode(error) });
  }
}
