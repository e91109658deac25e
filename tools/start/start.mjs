// npm start: sets everything up, then pulls and runs hello-world from a registry of its own.
import { build } from './lib/build.mjs';
import { checkMachine, checkNode } from './lib/check-machine.mjs';
import { install } from './lib/install.mjs';
import { runMain } from './lib/problem.mjs';

await runMain('npm start', async () => {
  checkNode();
  checkMachine();
  await install();
  await build();
  // It imports packages of ours, which are there from here on.
  const { runHelloWorld } = await import('./lib/hello-world.mjs');
  return runHelloWorld();
});
