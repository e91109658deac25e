import { defineCommand, loginOptions, readLogin } from '@ctrkit/cli-kit';
import type { Command } from '@ctrkit/cli-kit';
import { loginPath } from '../auth/auth-file-path.ts';
import { logIn } from '../auth/log-in.ts';
import { parseServer } from '../auth/registry-key.ts';
import { clientOptions, commandClient } from './client.ts';

export const command: Command = defineCommand({
  operands: '[REGISTRY]',
  options: { ...loginOptions, ...clientOptions },
  async run({ options, operands: [server] }, context) {
    const { env, stdout, stderr, signal } = context;
    const registry = parseServer(server);
    const credentials = await readLogin(options, context);
    const { helper, path } = await logIn({
      client: await commandClient(context, options),
      registry,
      credentials,
      path: options.authfile ?? loginPath(env),
      env,
      signal,
    });
    if (helper === undefined) {
      stderr.write(
        `the login is kept in ${path}, not encrypted; a credential helper would do that\n`,
      );
    }
    stdout.write('Login Succeeded\n');
  },
});
