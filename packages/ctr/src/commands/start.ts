import { CliError, defineCommand } from '@ctrkit/cli-kit';
import type { Command, Context } from '@ctrkit/cli-kit';
import { findContainer, startContainer } from '@ctrkit/engine';
import type { Engine } from '@ctrkit/engine';
import { followContainer } from './follow-container.ts';
import { detachKeys, detachKeysOption } from './detach-keys.ts';
import { eachOperand } from './each-operand.ts';
import { requireTerminal } from './require-terminal.ts';
import { passOrResize } from './terminal-signals.ts';
import { directoryOptions } from './directory-options.ts';
import { engineOf } from './directories.ts';

async function startDetached(
  engine: Engine,
  operands: readonly string[],
  context: Context,
): Promise<number> {
  const failed = await eachOperand(operands, context, async (name) => {
    const container = await startContainer(engine, name);
    container?.release();
  });
  if (failed.length === 0) return 0;
  context.stderr.write(`Error: failed to start containers: ${failed.join(', ')}\n`);
  return 1;
}

interface AttachedStart {
  readonly interactive: boolean;
  readonly keys: Uint8Array;
  readonly proxied: boolean;
}

async function startAttached(
  engine: Engine,
  name: string,
  { interactive, keys, proxied }: AttachedStart,
  { stderr }: Context,
): Promise<number> {
  const { terminal, input } = findContainer(engine, name);
  const hasInput = interactive && input !== 'none';
  requireTerminal(terminal && hasInput);
  const container = await startContainer(engine, name, {
    output: 'inherit',
    input: hasInput ? 'inherit' : 'none',
    detachKeys: keys,
  });
  if (container === undefined) {
    return followContainer(engine, name, { input: hasInput, keys, proxied }, stderr);
  }
  using _signals = passOrResize(container, proxied && !terminal);
  const exit = await container.wait();
  if (exit === 'detached') return 0;
  for (const warning of exit.warnings) stderr.write(`WARNING: ${warning}\n`);
  return exit.code;
}

export const command: Command = defineCommand({
  operands: 'CONTAINER [CONTAINER...]',
  options: {
    ...directoryOptions,
    attach: { type: 'boolean', alias: 'a', describe: 'Attach STDOUT/STDERR and forward signals' },
    'detach-keys': detachKeysOption,
    interactive: { type: 'boolean', alias: 'i', describe: "Attach container's STDIN" },
    'sig-proxy': {
      type: 'boolean',
      default: true,
      describe: 'Proxy received signals to the process',
    },
  },
  async run({ options, operands }, context) {
    const engine = engineOf(options, context.env);
    const [name, ...others] = operands;
    if (!options.attach && !options.interactive) return startDetached(engine, operands, context);
    if (others.length > 0) {
      throw new CliError('USAGE', 'you cannot start and attach multiple containers at once', {
        exitCode: 1,
      });
    }
    const { interactive, 'sig-proxy': proxied } = options;
    const keys = detachKeys(options['detach-keys']);
    return startAttached(engine, name, { interactive, keys, proxied }, context);
  },
});
