import { CliError, defineCommand, printable } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { formatReference, parseJson, parseReference } from '@ctrkit/oci';

export const command: Command = defineCommand({
  operands: 'MANIFEST',
  options: {
    insecure: {
      type: 'boolean',
      describe: 'Allow communication with an insecure registry',
    },
  },
  async run({ options, operands: [name] }, { stdout, stderr, signal, env }) {
    const { RegistryError, userRegistryClient } = await import('@ctrkit/registry-client');
    const reference = parseReference(name);
    const insecure = options.insecure ? [reference.registry] : [];
    const client = await userRegistryClient({
      env,
      insecure,
      onMessage: (text) => stderr.write(`${text}\n`),
    });
    try {
      const { bytes } = await client.resolve(reference, { signal });
      stdout.write(`${printable(JSON.stringify(parseJson(bytes), null, '\t'))}\n`);
    } catch (error) {
      if (!(error instanceof RegistryError) || error.code !== 'MANIFEST_UNKNOWN') throw error;
      const message = `no such manifest: ${formatReference(reference)}`;
      throw new CliError('USAGE', message, { exitCode: 1, bare: true, pointer: 'none' });
    } finally {
      client.close();
    }
  },
});
