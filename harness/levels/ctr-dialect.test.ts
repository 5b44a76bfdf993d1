import {expect, test} from 'vitest';
import {ctrDialect} from './ctr-dialect.ts';

test.each([
  ['1.6.20~ds1', ['/usr/lib/cni']],
  ['1.7.24~ds1', ['/usr/lib/cni', '/opt/cni/bin']],
  ['2.1.9+unknown', ['/opt/cni/bin']],
  ['10.0', ['/opt/cni/bin']],
  [undefined, ['/opt/cni/bin']],
])('ctr of containerd %s looks for plugins in %s', (version, folders) => {
  expect(ctrDialect(version).cniPlugins).toEqual(folders);
});
