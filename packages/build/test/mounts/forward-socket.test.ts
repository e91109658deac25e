import { createServer, connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { forwardSocket } from '../../src/mounts/forward-socket.ts';

test('what is said at the socket is said to the agent, and what it answers comes back', async () => {
  await using base = await temporaryDirectory();
  const [agent, source] = [join(base.path, 'agent'), join(base.path, 'socket')];
  const server = createServer((socket) => socket.on('data', (bytes) => socket.end(`heard ${bytes.toString()}`))); // prettier-ignore
  await new Promise<void>((resolve) => server.listen(agent, resolve));
  const forwarding = await forwardSocket(source, agent);
  const client = connect(source);
  client.write('hello');
  assert.is(await text(client), 'heard hello');
  await forwarding[Symbol.asyncDispose]();
  server.close();
});

test('an agent that is not there ends the connection, and nothing else', async () => {
  await using base = await temporaryDirectory();
  const source = join(base.path, 'socket');
  await using _ = await forwardSocket(source, join(base.path, 'none'));
  const client = connect(source);
  client.on('error', () => {});
  await new Promise((resolve) => client.on('close', resolve));
});

test.run();
