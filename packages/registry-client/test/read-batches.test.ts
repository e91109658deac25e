import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createConnections } from '../src/http/connect.ts';
import { exchange } from '../src/http/exchange.ts';
import type { HttpAnswer } from '../src/http/exchange.ts';
import { readBatches, readWhole } from '../src/http/read-batches.ts';
import { defaultTimeouts } from '../src/http/timeouts.ts';

const COUNT = 200_000;

/** The answer of a server that sends `COUNT` bytes, each in a chunk of its own. */
async function withFineChunks(use: (answer: HttpAnswer) => Promise<void>): Promise<void> {
  const server = createServer((_request, response) => {
    const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';
    response.socket?.end(`${head}${'1\r\nx\r\n'.repeat(COUNT)}0\r\n\r\n`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connections = createConnections({
    certificates: [],
    insecure: () => false,
    proxy: () => undefined,
    connectMs: 1000,
  });
  const context = { connections, timeouts: defaultTimeouts, userAgent: 'test', registry: '' };
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  try {
    const request = { method: 'GET', url, headers: {} } as const;
    await use(await exchange(context, request, { allowLocal: true }));
  } finally {
    connections.close();
    server.close();
    server.closeAllConnections();
  }
}

test('a body in chunks of one byte arrives in a few', async () => {
  await withFineChunks(async (answer) => {
    const chunks: Buffer[] = [];
    for await (const batch of readBatches(answer, defaultTimeouts)) chunks.push(...batch);
    assert.is(Buffer.concat(chunks).toString(), 'x'.repeat(COUNT));
    assert.ok(chunks.length < 1000, `${chunks.length} chunks`);
  });
});

test('as a document it is whole', async () => {
  await withFineChunks(async (answer) => {
    const bytes = await readWhole(answer, COUNT, defaultTimeouts);
    assert.is(bytes.toString(), 'x'.repeat(COUNT));
  });
});

test.run();
