import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cpuset } from '../../src/controllers/cpuset.ts';
import { devices } from '../../src/controllers/devices.ts';
import { freezer } from '../../src/controllers/freezer.ts';
import { hugetlb } from '../../src/controllers/hugetlb.ts';
import { netCls, netPrio } from '../../src/controllers/network.ts';
import { rdma } from '../../src/controllers/rdma.ts';
import { codeOf, fresh, viewOn } from '../support.ts';

const versions = [1, 2] as const;

test('cpuset: processors and memory nodes', () => {
  for (const version of versions) {
    assert.equal(fresh(cpuset, version, { cpu: { cpus: '0-1', mems: '0' } }), [
      'cpuset.cpus 0-1',
      'cpuset.mems 0',
    ]);
    assert.equal(fresh(cpuset, version, { cpu: { cpus: '', shares: 5 } }), []);
  }
});

test('hugetlb: used and reserved pages', () => {
  const resources = { hugepageLimits: [{ pageSize: '2MB', limit: 4096 }] };
  assert.equal(fresh(hugetlb, 1, resources), [
    'hugetlb.2MB.limit_in_bytes 4096',
    'hugetlb.2MB.rsvd.limit_in_bytes 4096',
  ]);
  assert.equal(fresh(hugetlb, 2, resources), ['hugetlb.2MB.max 4096', 'hugetlb.2MB.rsvd.max 4096']);
});

test('hugetlb: a page size is no path', async () => {
  const resources = { hugepageLimits: [{ pageSize: '../x', limit: 1 }] };
  assert.is(await codeOf(() => fresh(hugetlb, 2, resources)), 'CGROUP_INVALID_VALUE');
});

test('hugetlb: statistics of each size', () => {
  const view = viewOn(2, {
    'hugetlb.2MB.current': '10',
    'hugetlb.2MB.max': 'max',
    'hugetlb.2MB.rsvd.current': '1',
    'hugetlb.1GB.current': '0',
    'hugetlb.1GB.max': '5',
  });
  assert.equal(hugetlb.stats?.(view).hugetlb, [
    { pageSize: '2MB', usageBytes: 10 },
    { pageSize: '1GB', usageBytes: 0, limitBytes: 5 },
  ]);
});

test('rdma and network', () => {
  const resources = {
    rdma: { mlx5_0: { hcaHandles: 3 }, mlx5_1: { hcaObjects: 4, hcaHandles: 1 } },
    network: { classID: 0x100001, priorities: [{ name: 'eth0', priority: 5 }] },
  };
  for (const version of versions) {
    assert.equal(fresh(rdma, version, resources), [
      'rdma.max mlx5_0 hca_handle=3',
      'rdma.max mlx5_1 hca_handle=1 hca_object=4',
    ]);
  }
  assert.equal(fresh(netCls, 1, resources), ['net_cls.classid 1048577']);
  assert.equal(fresh(netPrio, 1, resources), ['net_prio.ifpriomap eth0 5']);
  assert.equal([...fresh(netCls, 2, resources), ...fresh(netPrio, 2, resources)], []);
  assert.is(netCls.ignored?.(resources, 2).length, 1);
  assert.is(netPrio.ignored?.(resources, 2).length, 1);
  assert.is(netCls.ignored?.(resources, 1).length, 0);
});

test('devices: only v1 has files; the freezer has nothing to set', () => {
  const rules = { devices: [{ allow: false, access: 'rwm' }] };
  assert.equal(fresh(devices, 1, rules), ['devices.deny a']);
  assert.equal(fresh(devices, 2, rules), []);
  assert.equal(fresh(freezer, 1, rules), []);
});

test.run();
