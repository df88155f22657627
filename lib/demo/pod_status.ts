// Owns what the demo and the tests read of a sidecar's /status.
// Never more of it than somebody reads.

export interface PodStatus {
  readonly leads: boolean;
  readonly permitLeftMs: number;
  readonly lease: { readonly holder: string; readonly standing: string };
  readonly guard?: {
    readonly forging: string;
    readonly node: { readonly phase: string };
    readonly unfit?: { readonly code: string; readonly message: string };
  };
  readonly ownPod?: { readonly isWatched: boolean; readonly isDeleting: boolean };
  readonly eventsDropped?: number;
  /** Of a cluster among several. */
  readonly tier?: {
    readonly coordination: { readonly reach: string };
    readonly forgeLease: {
      readonly transitions: number;
      readonly isHeld: boolean;
      readonly standing: string;
      /** Whether a trial found that it could be claimed. */
      readonly claim?: string;
    };
    readonly clusters: readonly {
      readonly name: string;
      readonly canForge: boolean;
      readonly heartbeatAgeMs?: number;
    }[];
  };
}
