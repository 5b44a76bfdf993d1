/** Names of shell variables, for what only a machine can know. */
export type VariableName = 'container' | 'pid' | 'address';

/** One thing that a machine was told to do, or what a person should know about it. */
export type Note =
  /** What follows is about this; empty where it has no name. */
  | {readonly kind: 'title'; readonly title: string}
  | {
      readonly kind: 'command';
      readonly argv: readonly string[];
      /** How it must end. */
      readonly outcome: 'success' | 'failure' | 'any';
      readonly input?: string;
      readonly env?: Readonly<Record<string, string>>;
    }
  /** A command that goes on beside those that follow. */
  | {readonly kind: 'background'; readonly argv: readonly string[]; readonly log?: string}
  /** For the end of the one that was started last; where it `isAlone`, nothing else goes on in the background. */
  | {readonly kind: 'wait'; readonly isAlone: boolean}
  /** A command whose output, after `filter`, is kept in a variable; with `untilSaid` it is repeated until it says something. */
  | {
      readonly kind: 'binding';
      readonly variable: VariableName;
      readonly argv: readonly string[];
      readonly filter?: readonly string[];
      readonly untilSaid: boolean;
    }
  | {readonly kind: 'file'; readonly path: string; readonly content: string; readonly mode: number}
  /** A JSON file that is changed. */
  | {readonly kind: 'edit'; readonly path: string; readonly before: unknown; readonly after: unknown}
  /** A request that must be answered with `contains`, or must not be answered. */
  | {
      readonly kind: 'probe';
      readonly from: string;
      /** Goes before the command that sends it, to enter a network namespace; absent where it is sent from outside the machine. */
      readonly enter?: readonly string[];
      readonly url: string;
      readonly expected: 'answers' | 'silent' | 'either';
      readonly contains: string;
    }
  | {readonly kind: 'remark'; readonly text: string};
