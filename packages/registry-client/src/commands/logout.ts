import { defineCommand } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { loginPath } from '../auth/auth-file-path.ts';
import { forgetLogin } from '../auth/keep-login.ts';
import { parseServer, serverAddress } from '../auth/registry-key.ts';
import { clientOptions } from './client.ts';

export const command: Command = defineCommand({
  operands: '[REGISTRY]',
  options: { authfile: clientOptions.authfile },
  async run({ options, operands: [server] }, { env, stdout }) {
    const registry = parseServer(server);
    stdout.write(`Removing login credentials for ${serverAddress(registry)}\n`);
    await forgetLogin(options.authfile ?? loginPath(env), registry, { env });
  },
});
