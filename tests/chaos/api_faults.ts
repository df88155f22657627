// Owns what befalls API servers, their store and the rights on them: ended, frozen, refused.
// Never loses a write that was confirmed: the store is paused, not rolled back.

import { claim, type Fault, type Heal, type Strike } from "./fault.ts";
import type { ChaosServer } from "./world.ts";

function serverOf({ world, chance }: Strike): ChaosServer {
  const server = world.servers[Math.floor(chance * world.servers.length)];
  if (server === undefined) throw new RangeError("There is no API server");
  return server;
}

const ofServer = (strike: Strike) => [claim.api(serverOf(strike).name)];
/** It takes the server to undo it. */
const ofAccount = (strike: Strike) => [
  claim.account(strike),
  ...strike.pod.links.slice(0, 1).map(({ server }) => claim.api(server)),
];

export const API_FAULTS: readonly Fault[] = [
  {
    name: "api_server_killed",
    weight: 1.5,
    lastsMs: [100, 30_000],
    claims: ofServer,
    inject: async (strike): Promise<Heal> => {
      const { api } = serverOf(strike);
      await api.kill();
      return () => api.restart();
    },
  },
  {
    name: "api_server_frozen",
    weight: 1.5,
    lastsMs: [200, 30_000],
    claims: ofServer,
    inject: (strike): Heal => {
      const { api } = serverOf(strike);
      api.freeze();
      return () => api.thaw();
    },
  },
  {
    name: "etcd_frozen",
    weight: 1.5,
    lastsMs: [200, 30_000],
    claims: ofServer,
    inject: (strike): Heal => {
      const { etcdPid } = serverOf(strike).api;
      Deno.kill(etcdPid, "SIGSTOP");
      return () => Deno.kill(etcdPid, "SIGCONT");
    },
  },
  {
    name: "account_revoked",
    weight: 1,
    lastsMs: [1_000, 30_000],
    claims: ofAccount,
    inject: async ({ pod: { replica } }): Promise<Heal> => {
      await replica.revokeAccount();
      return () => replica.restoreAccount();
    },
  },
  {
    name: "rights_removed",
    weight: 1,
    lastsMs: [1_000, 30_000],
    claims: ofAccount,
    inject: async ({ pod: { replica } }): Promise<Heal> => {
      await replica.setRights("none");
      return () => replica.setRights("all");
    },
  },
];
