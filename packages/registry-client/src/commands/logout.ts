import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { loginPath } from '../auth/auth-file-path.ts';
import { forgetLogin } from '../auth/keep-login.ts';
import { otherLogins } from '../auth/other-logins.ts';
import { parseServer, serverAddress } from '../auth/registry-key.ts';
import { clientOptions } from './client.ts';

export const command: Command = defineCommand({
  operands: '[REGISTRY]',
  options: { authfile: clientOptions.authfile },
  async run({ options, operands: [server] }, { env, stdout, stderr }) {
    const registry = parseServer(server);
    stdout.write(`Removing login credentials for ${serverAddress(registry)}\n`);
    const path = options.authfile ?? loginPath(env);
    await forgetLogin(path, registry, { env });
    if (options.authfile !== undefined) return;
    for (const other of await otherLogins(path, registry, env)) {
      const how = `registry-client logout --authfile ${other} ${registry}`;
      stderr.write(`a login for it is also in ${other}, and goes on being used: ${how}\n`);
    }
  },
});
