import {withChangedSpecs} from '../../vms/changed-specs.ts';
import type {BakedImage, Provider} from '../../vms/machine.ts';

/**
 * A provider whose machines boot the kernel of this image, whatever they are made of, where it makes machines with a kernel of their own. An
 * upgrade of packages leaves the kernel, so a machine that is compared with an upgraded one has to have the same.
 */
export const withKernelOf = (kernelOf: BakedImage, provider: Provider): Provider => {
  if (provider.sharesKernel) {
    return provider;
  }
  return withChangedSpecs(provider, (spec) =>
    spec.image.key === kernelOf.key ? spec : {...spec, image: {...spec.image, kernelOf}},
  );
};
