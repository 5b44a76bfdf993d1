import {lima} from './providers/lima/provider.ts';
import {qemu} from './providers/qemu/provider.ts';
import {sandbox} from './providers/sandbox/provider.ts';
import {vagrant} from './providers/vagrant/provider.ts';
import type {Provider} from './machine.ts';

/** Every provider there is, in the order `--machine auto` prefers them: virtual machines first, since they bring a kernel of their own. */
export const providers: readonly Provider[] = [lima, vagrant, qemu, sandbox];
