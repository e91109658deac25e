import { BlockList, isIP } from 'node:net';

const local = new BlockList();
local.addSubnet('0.0.0.0', 8, 'ipv4');
local.addSubnet('127.0.0.0', 8, 'ipv4');
local.addSubnet('169.254.0.0', 16, 'ipv4');
local.addAddress('::', 'ipv6');
local.addAddress('::1', 'ipv6');
local.addSubnet('fe80::', 10, 'ipv6');
// The metadata service of AWS by IPv6 and that of Alibaba: link-local in all but number.
local.addAddress('fd00:ec2::254', 'ipv6');
local.addAddress('100.100.100.200', 'ipv4');

/**
 * Whether an IP address reaches only this machine or its own link, where metadata services and
 * unprotected daemons listen. IPv4 in IPv6 counts as the IPv4. A name is never local: resolve it first.
 */
export function isLocalAddress(address: string): boolean {
  const bare = address.replace(/%.*$/, '');
  const kind = isIP(bare);
  if (kind === 0) return false;
  return local.check(bare, kind === 4 ? 'ipv4' : 'ipv6');
}
