// Owns the bugs that a review of such a protocol would name first, and which mutants stand for each.
// Never the whole table: mutants.ts and cluster_mutants.ts are.

export const NAMED_BUGS: Readonly<Record<string, readonly string[]>> = {
  "permit from the response's time": ["permit counts from the answer's time"],
  "wait on the wall clock": ["wait counts on the wall clock"],
  "own lease duration only": [
    "wait is our own duration only",
    "forge lease's wait is our own duration only",
  ],
  "claim without the wait": ["claim without the wait", "forge lease claimed without the wait"],
  "PUT without uid": ["PUT without uid"],
  "receipt unbound": ["receipt is bound to nothing"],
  "receipt kept on claim": ["receipt stays when claimed"],
  "release before confirmation": [
    "release before the stop is confirmed",
    "release by a report from before the revoke",
    "yield before the stop is confirmed",
  ],
  "stop confirmed by a gauge that never rose": ["stop confirmed by a gauge that was 0 before"],
  "two signals in flight": ["two signals in flight"],
  "unlink without signal": [
    "files are removed and nothing is signalled",
    "no signal when the files are gone already",
  ],
  "truncate for unlink": ["files are truncated, not unlinked"],
  "grant of an older epoch": ["grant of an older epoch is given and honoured"],
  "permit file outliving a fence": ["permit file outlives the fence"],
  "name without uid inherited": ["mine by name alone", "mine by name without uid"],
  "acting for a cluster that another leads": ["acts on the forge lease without proof of leading"],
  "barren cluster renewing": ["a cluster that cannot forge renews"],
  "favourite that gets 403": ["answer of an older epoch accepted for a yield"],
  "freeze just before the deadline after a black hole": [
    "a node beside a frozen guard is found out too late",
  ],
  "node started producing": ["a node that starts producing gets its files again"],
  "refused stop": ["no kill"],
  "re-signal inside a slot": ["new credentials are signalled inside a slot", "no slot rule"],
};
