/**
 * The modules to load for `wanted`, each after those it depends on, as paths relative to the folder of the kernel's modules.
 * `modulesDep` is the text of modules.dep: https://manpages.debian.org/bookworm/kmod/modules.dep.5.en.html
 * Names that are not in it are left out: they are built in.
 */
export const moduleOrder = (modulesDep: string, wanted: readonly string[]): readonly string[] => {
  const dependencies = new Map<string, readonly string[]>();
  const paths = new Map<string, string>();
  for (const line of modulesDep.split('\n').filter(Boolean)) {
    const [path = '', rest = ''] = line.split(':');
    dependencies.set(path, rest.split(' ').filter(Boolean));
    paths.set(moduleName(path), path);
  }
  const order = new Set<string>();
  const add = (path: string): void => {
    for (const dependency of dependencies.get(path) ?? []) add(dependency);
    order.add(path);
  };
  for (const name of wanted) {
    const path = paths.get(moduleName(name));
    if (path !== undefined) add(path);
  }
  return [...order];
};

/** The name by which the kernel knows a module: that of its file, with underscores. */
export const moduleName = (path: string): string =>
  path
    .slice(path.lastIndexOf('/') + 1)
    .replace(/\.ko(?:\.\w+)?$/u, '')
    .replaceAll('-', '_');
