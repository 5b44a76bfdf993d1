import type {HostCommand} from './debian-packages.ts';

/** The proxies of this host's apt, as variables for an apt that reads another configuration. One that is set already is not among them. */
export const aptProxies = async (run: HostCommand): Promise<Readonly<Record<string, string>>> => {
  const answer = await run(['apt-config', 'shell', ...PROXIES]);
  const found = new Map([...answer.matchAll(/^(\w+)='(.*)'$/gm)].map(([, name = '', proxy = '']) => [name, proxy]));
  return Object.fromEntries(
    [...found].filter(([name, proxy]) => proxy !== 'DIRECT' && process.env[name] === undefined),
  );
};

/** As apt does, https goes the way of http where it has none of its own: the last one counts. */
const PROXIES =
  'http_proxy Acquire::http::Proxy https_proxy Acquire::http::Proxy https_proxy Acquire::https::Proxy'.split(' ');
