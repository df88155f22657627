// Owns the program's version, as metrics, the User-Agent and `version` tell it.
// Never differs from deno.json: a test compares them.

export const VERSION = "0.1.0";

/** How requests to the API and health checks introduce themselves. */
export const USER_AGENT = `cardano-forge-manager/${VERSION}`;
