import type {ExpectStatic} from 'vitest';

/**
 * In the place of Vitest's `expect` where there is nothing to be judged: every expectation holds. What is to be polled is asked once, so
 * that its commands are seen.
 */
export const permissiveExpect = new Proxy(() => undefined, {
  get: (_target, name) => {
    switch (name) {
      case 'then':
        return undefined; // It is no promise.
      case 'poll':
        return askOnce;
      default:
        return permissiveExpect;
    }
  },
  apply: () => permissiveExpect,
}) as unknown as ExpectStatic;

const askOnce = (ask: () => unknown): unknown =>
  new Proxy(() => undefined, {
    get: (_target, name) =>
      name === 'then' ? undefined : name === 'not' ? askOnce(ask) : async () => void (await ask()),
  });
