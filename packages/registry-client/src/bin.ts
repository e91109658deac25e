#!/usr/bin/env node
import { runCli } from '@ctrkit/cli-kit';
import { cli } from './commands/cli.ts';

// Who keeps compiled code of this program asks which words are commands.
export { cli };

void runCli(cli);
