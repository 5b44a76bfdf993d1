import {UsageError} from '../../vms/errors.ts';
import {bake, type BakeOptions, type HeldImage} from '../../vms/image/bake.ts';
import {openUpgradePackages} from '../../vms/image/upgrade-packages.ts';
import {Steps} from '../scenario/steps.ts';
import type {Component} from './component.ts';
import {packagesOf} from './component.ts';
import type {UpgradeMaterial} from './old-machine.ts';
import type {UpgradePlan} from './upgrade-plan.ts';

/** The images of both ends of an upgrade. */
export interface UpgradeImages {
  readonly from: HeldImage;
  readonly target: HeldImage;
}

/** Bakes both ends of an upgrade; what is made belongs to `undo`. */
export const bakeEnds = async (plan: UpgradePlan, undo: AsyncDisposableStack): Promise<UpgradeImages> => {
  const recipes = [...new Map(plan.scenarios.map(({workload: {image}}) => [image.name, image])).values()];
  const options = bakeOptions(plan);
  const from = undo.use(await bake(plan.from, recipes, options));
  const target = undo.use(await bake(plan.to, recipes, options));
  return {from, target};
};

/** What machines need for the upgrade of these components; what is made belongs to `undo`. */
export const openMaterial = async (
  plan: UpgradePlan,
  {from, target}: UpgradeImages,
  components: readonly Component[],
  undo: AsyncDisposableStack,
): Promise<UpgradeMaterial> => {
  const {provider, to} = plan;
  const packages = undo.use(
    await openUpgradePackages({from, to, target, packages: packagesOf(to, components)}, bakeOptions(plan)),
  );
  return {provider, from, packages};
};

/** Throws {@link UsageError} when there is nothing to upgrade, as from a newer set to an older one. */
export const requirePackages = ({from, to}: UpgradePlan, {packages}: UpgradeMaterial): void => {
  if (packages.facts.files.length === 0) {
    throw new UsageError(`Cannot upgrade "${from.name}" to "${to.name}": none of its packages is newer`);
  }
};

/** How what an upgrade needs is baked, and told of. */
export const bakeOptions = ({id, listener, interruption}: UpgradePlan): BakeOptions => {
  const steps = new Steps(id, performance.timeOrigin + performance.now(), listener);
  return {
    signal: interruption.signal,
    report: (event) => {
      if (event.type === 'note') {
        listener(event);
      } else if (event.type === 'step-started') {
        listener({type: 'step-started', scope: id, title: event.title});
      } else {
        steps.add(event.title, event.durationMs, event.held ? 'passed' : 'failed');
      }
    },
  };
};
