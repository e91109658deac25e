import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isLocalAddress } from '../src/http/local-address.ts';

test('this machine, its link, and metadata services are local', () => {
  const local = [
    '127.0.0.1',
    '127.9.9.9',
    '0.0.0.0',
    '169.254.169.254',
    '100.100.100.200',
    '::1',
    '::',
    'fe80::1',
    'fe80::1%eth0',
    'fd00:ec2::254',
    '::ffff:127.0.0.1',
    '::ffff:a9fe:a9fe',
  ];
  for (const address of local) assert.ok(isLocalAddress(address), address);
});

test('others are not, private networks among them; a name is none', () => {
  const others = ['10.0.0.1', '192.168.1.1', '8.8.8.8', '128.0.0.1', '2001:db8::1', 'fd00::1'];
  for (const address of [...others, 'localhost', '127.1', '']) {
    assert.not(isLocalAddress(address), address);
  }
});

test.run();
