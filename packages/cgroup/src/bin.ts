#!/usr/bin/env node
import { runCli } from '@ctrkit/cli-kit';
import { cli } from './cli.ts';

void runCli(cli);
