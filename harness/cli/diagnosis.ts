import type {Requirement} from '../../vms/machine.ts';
import type {HostRow} from './host-rows.ts';

/** What this host can do; the document that `doctor --json` prints. */
export interface Diagnosis {
  /** Whether machines can be made: some provider is usable, and nothing is missing that all of them need. */
  readonly usable: boolean;
  readonly host: readonly HostRow[];
  readonly providers: readonly ProviderDiagnosis[];
}

/** What one provider has to say. */
export interface ProviderDiagnosis {
  readonly name: string;
  readonly usable: boolean;
  readonly missing: readonly Requirement[];
  /** What machines would be like, where it is usable. */
  readonly outlook: readonly string[];
}
