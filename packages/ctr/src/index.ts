export { cli } from './commands/cli.ts';
