// Owns the proof of what the resources say of certificates, and what clusters report of theirs.
// Never reads a certificate.

import { assertEquals } from "@std/assert";
import type { CertificateLife, LifeStage } from "../../../lib/credentials/certificate_life.ts";
import { counterDifference } from "../../../lib/credentials/certificate_counters.ts";
import { countersAgree, kesExpiring } from "../../../lib/manager/certificate_findings.ts";
import { until } from "../../support/until.ts";
import { CERTIFICATE, VALID } from "../http/sample.ts";
import { conditionOf, POOL_HEX, Rig, untilStatus } from "./rig.ts";

const expiring = (withinDays: number): LifeStage => ({ kind: "expiring", withinDays });
const END = "2027-02-22T00:00:00Z";
const FINDINGS: readonly (readonly [
  certificate: Partial<CertificateLife> | undefined,
  status: string,
  reason: string,
  message: string,
])[] = [
  [undefined, "Unknown", "NoCertificate", "none was read"],
  [{}, "False", "Fresh", `certificate 3 goes on until ${END}`],
  [
    { stage: expiring(14) },
    "True",
    "Within14Days",
    `certificate 3 is over in less than 14 days: ${END}`,
  ],
  [
    { stage: expiring(1), daysLeft: 0 },
    "True",
    "Within1Day",
    `certificate 3 is over in less than a day: ${END}`,
  ],
  [{ stage: { kind: "over" } }, "True", "Expired", `certificate 3 is over: ${END}`],
  [
    { stage: { kind: "unknown" } },
    "Unknown",
    "GenesisUnknown",
    "the genesis of devnet is not configured",
  ],
];
for (const [change, status, reason, message] of FINDINGS) {
  Deno.test(`KesExpiring is ${status} because of ${reason}`, () => {
    const certificate = change && { ...CERTIFICATE, ...change };
    assertEquals(kesExpiring({ certificate, network: "devnet" }), { status, reason, message });
  });
}

const COUNTERS: readonly (readonly [counters: Record<string, number>, said: string | undefined])[] =
  [
    [{}, undefined],
    [{ eu: 3 }, undefined],
    [{ eu: 3, us: 3, ap: 3 }, undefined],
    [{ us: 2, eu: 3 }, "eu has 3, us has 2"],
    [{ eu: 0, us: 1, ap: 0 }, "ap has 0, eu has 0, us has 1"],
  ];
for (const [certificateCounters, said] of COUNTERS) {
  Deno.test(`counters ${JSON.stringify(certificateCounters)} ${said ? "differ" : "agree"}`, () => {
    assertEquals(counterDifference(certificateCounters), said);
    const { status, message } = countersAgree({ certificateCounters });
    if (said !== undefined) assertEquals([status, message], ["False", said]);
    else assertEquals(status, Object.keys(certificateCounters).length > 0 ? "True" : "Unknown");
  });
}

Deno.test("clusters see each other's counters differ and agree again, also of one that only waits", async () => {
  await using rig = await Rig.start();
  const eu = rig.lead("eu-west-1", { CLUSTER_PRIORITY: "10" });
  await untilStatus(rig, eu.name, ({ forgingEnabled }) => forgingEnabled);
  const us = rig.lead("us-east-1", { CLUSTER_PRIORITY: "20" });
  const agree = (one: typeof eu) =>
    conditionOf(rig.resource(one.name), "CertificateCountersAgree").status;
  us.guard.say({ credentials: { ...VALID, poolIdHex: POOL_HEX, certificateCounter: 4 } });
  await until("both to tell of it", () => agree(eu) === "False" && agree(us) === "False");
  assertEquals(eu.tier.certificateCounters, { [eu.name]: 3, [us.name]: 4 });
  const { message } = conditionOf(rig.resource(eu.name), "CertificateCountersAgree");
  assertEquals(message, `${eu.name} has 3, ${us.name} has 4`);
  assertEquals(rig.resource(us.name).status.forgingEnabled, false);
  eu.guard.say({ credentials: { ...VALID, poolIdHex: POOL_HEX, certificateCounter: 4 } });
  await until("both to see them agree", () => agree(eu) === "True" && agree(us) === "True");
});

Deno.test("a cluster reports its certificate without an end on a network whose genesis is unknown", async () => {
  await using rig = await Rig.start();
  const eu = rig.lead("eu-west-1", { CARDANO_NETWORK: "mine", NETWORK_MAGIC: "7" });
  await untilStatus(rig, eu.name, ({ credentials }) => credentials !== undefined);
  const { status } = rig.resource(eu.name);
  assertEquals(status.credentials, {
    kesPeriodStart: 100,
    kesPeriodEnd: 162,
    certificateCounter: 3,
  });
  assertEquals(conditionOf(rig.resource(eu.name), "KesExpiring").reason, "GenesisUnknown");
});

Deno.test("a certificate that is over is still reported, by the leader that cannot use it", async () => {
  await using rig = await Rig.start();
  const eu = rig.lead("eu-west-1", {});
  await untilStatus(rig, eu.name, ({ forgingEnabled }) => forgingEnabled);
  const { kind: _, warnings: __, ...facts } = { ...VALID, poolIdHex: POOL_HEX };
  const certificate = { ...facts, certificateCounter: 5 };
  const problems = [{ file: "opcert", code: "kes_expired", message: "it was over" }] as const;
  eu.guard.say({ credentials: { kind: "invalid", problems, certificate } });
  await untilStatus(rig, eu.name, ({ credentials }) => credentials?.certificateCounter === 5);
  assertEquals(conditionOf(rig.resource(eu.name), "KesExpiring").reason, "Expired");
});
