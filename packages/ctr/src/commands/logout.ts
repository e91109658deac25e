import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';

export const command: Command = defineCommand({
  operands: '[SERVER]',
  async run({ operands: [server] }, { env, stdout }) {
    const registries = await import('@ctrkit/registry-client');
    const registry = registries.parseServer(server);
    stdout.write(`Removing login credentials for ${registries.serverAddress(registry)}\n`);
    await registries.forgetLogin(registries.loginPath(env), registry, { env });
  },
});
