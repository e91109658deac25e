import { createServer, connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { statSync } from 'node:fs';
import { temporaryDirectory } from '@ctrkit/testing';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { forwardSocket } from '../../src/mounts/forward-socket.ts';

test('what is said at the socket is said to the agent, and what it answers comes back', async () => {
  await using base = await temporaryDirectory();
  const [agent, source] = [join(base.path, 'agent'), join(base.path, 'socket')];
  const server = createServer((socket) => socket.on('data', (bytes) => socket.end(`heard ${bytes.toString()}`))); // prettier-ignore
  await new Promise<void>((resolve) => server.listen(agent, resolve));
  const forwarding = await forwardSocket(source, agent, { uid: 7, gid: 8, mode: 0o640 });
  const client = connect(source);
  client.write('hello');
  assert.is(await text(client), 'heard hello');
  const { uid, gid, mode } = statSync(source);
  if (process.geteuid?.() === 0) assert.equal([uid, gid], [7, 8]);
  assert.is(mode & 0o777, 0o640);
  await forwarding[Symbol.asyncDispose]();
  server.close();
});

test('an agent that is not there ends the connection, and nothing else', async () => {
  await using base = await temporaryDirectory();
  const source = join(base.path, 'socket');
  await using _ = await forwardSocket(source, join(base.path, 'none'), {
    uid: 0,
    gid: 0,
    mode: 0o600,
  });
  const client = connect(source);
  client.on('error', () => {});
  await new Promise((resolve) => client.on('close', resolve));
});

test.run();
