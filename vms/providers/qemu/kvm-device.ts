import {open, stat} from 'node:fs/promises';

const DEVICE = '/dev/kvm';

/** Why no machine can be tried with KVM, in words; `undefined` when one can. A device may be there whose modules are not. */
export const kvmObstacle = async (device: string = DEVICE): Promise<string | undefined> => {
  try {
    await (await open(device, 'r+')).close();
    return undefined;
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? `there is no ${device}` : `${device} can't be opened (${code})`;
  }
};

/** Another one after the modules of KVM were loaded again, or the permissions of the device changed; empty where there is none. */
export const kvmIdentity = async (device: string = DEVICE): Promise<string> => {
  const found = await stat(device, {bigint: true}).catch(() => undefined);
  return found === undefined ? '' : `${found.ino} ${found.ctimeNs}`;
};
