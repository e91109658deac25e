import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';

export const command: Command = defineCommand({
  operands: '[SERVER]',
  async run({ operands: [server] }, { env, stdout, stderr }) {
    const registries = await import('@ctrkit/registry-client');
    const registry = registries.parseServer(server);
    stdout.write(`Removing login credentials for ${registries.serverAddress(registry)}\n`);
    const path = registries.loginPath(env);
    await registries.forgetLogin(path, registry, { env });
    for (const other of await registries.otherLogins(path, registry, env)) {
      const how = `REGISTRY_AUTH_FILE=${other} ctr logout ${registry}`;
      stderr.write(`a login for it is also in ${other}, and goes on being used: ${how}\n`);
    }
  },
});
