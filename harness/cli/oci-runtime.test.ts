import {expect, onTestFinished, test, vi} from 'vitest';
import {ociRuntime} from './oci-runtime.ts';

test('a known bare name is the program of the machine itself', async () => {
  const {name, digest, path, files} = await ociRuntime('crun');
  expect([name, digest, path]).toEqual(['crun', undefined, '/usr/bin/crun']);
  expect(files.map((file) => file.path)).toEqual(['/etc/docker/daemon.json']);
  expect(JSON.parse(String(files[0]?.content))).toEqual({
    'default-runtime': 'candidate',
    runtimes: {candidate: {path: '/usr/bin/crun'}},
  });
});

test('a path is a program of this host, which the machine is given', async () => {
  const {path, files} = await ociRuntime('/bin/true');
  expect(files.map((file) => file.path)).toEqual([path, '/etc/docker/daemon.json']);
  expect(files[0]).toMatchObject({path, mode: 0o755});
});

test('the path of a program means the same from anywhere', async () => {
  vi.stubEnv('INIT_CWD', '/bin');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect((await ociRuntime('./true')).name).toBe('/bin/true');
});

test('a program is known by what is in it', async () => {
  const digests = ['/bin/true', '/usr/bin/true', '/bin/false'].map(async (name) => (await ociRuntime(name)).digest);
  const [one, elsewhere, other] = await Promise.all(digests);
  expect(one).toMatch(/^sha256:/v);
  expect([elsewhere === one, other === one]).toEqual([true, false]);
});

test.for([
  ['./crun', 'Cannot use the OCI runtime "./crun": there is no such file'],
  ['kata', 'Cannot use the OCI runtime "kata": there is no such file'],
  ['/etc', 'Cannot use the OCI runtime "/etc": it is not a file'],
  ['/etc/passwd', 'Cannot use the OCI runtime "/etc/passwd": it is not executable, "chmod +x" makes it so'],
] as const)('%s is refused', async ([name, sentence]) => {
  await expect(ociRuntime(name)).rejects.toThrow(sentence);
});
