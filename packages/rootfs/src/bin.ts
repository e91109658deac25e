#!/usr/bin/env node
import { runCli } from '@ctrkit/cli-kit';
import { cli } from './commands/cli.ts';

void runCli(cli);
