import {once} from 'node:events';
import {mkdtempDisposable} from 'node:fs/promises';
import {createServer} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {execaNode} from 'execa';
import {describe, expect, test} from 'vitest';

const BULK = '/-/npm/v1/security/advisories/bulk';

/** The exit code and the output of the audit where a registry on loopback knows these holes; without any, it does not take the question. */
async function auditedBy(holes?: Record<string, unknown>): Promise<{exitCode?: number; stdout: string}> {
  const registry = createServer((request, response) => {
    request.resume();
    const knows = holes !== undefined && request.url === BULK;
    response.writeHead(knows ? 200 : 405).end(knows ? JSON.stringify(holes) : '');
  }).listen(0, '127.0.0.1');
  await once(registry, 'listening');
  // npm keeps what it was told of a hole.
  await using cache = await mkdtempDisposable(join(tmpdir(), 'plumbline-audit-'));
  try {
    const address = registry.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const env = {npm_config_registry: `http://127.0.0.1:${port}`, npm_config_cache: cache.path};
    return await execaNode('harness/audit.ts', {env, reject: false});
  } finally {
    registry.close();
  }
}

const hole = (severity: string): Record<string, unknown> => ({
  zod: [{id: 1, url: 'https://example.org/1', title: 'Anything passes', severity, vulnerable_versions: '*'}],
});

// npm starts in a second, and in many on a busy host.
describe('npm run check', {timeout: 60_000}, () => {
  test('a hole of level high is named', async () => {
    expect(await auditedBy(hole('high'))).toMatchObject({
      exitCode: 1,
      stdout: 'zod: Anything passes (high, https://example.org/1)',
    });
  });

  test.each([[{}], [hole('moderate')]])('no grave hole, no word', async (holes) => {
    expect(await auditedBy(holes)).toMatchObject({exitCode: 0, stdout: ''});
  });

  test('a registry that does not tell is no failure, and is not hushed up', async () => {
    const {exitCode, stdout} = await auditedBy();
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Known holes of packages were not looked for, as the registry does not tell: 405');
  });
});
