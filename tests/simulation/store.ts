// Owns the leases of one simulated API server, by the rules of the real one (tests/contract holds both to them).
// Never delays or loses anything: the link does.

import type { ApiFailure } from "../../lib/core/api_failure.ts";
import type { LeaseObject } from "../../lib/core/lease_object.ts";

export type StoreOutcome = { readonly kind: "lease"; readonly lease: LeaseObject } | ApiFailure;

export interface Change {
  readonly name: string;
  readonly before: LeaseObject | undefined;
  readonly after: LeaseObject | undefined;
}

const VERSIONS_KEPT = 24;

export class LeaseStore {
  readonly #leases = new Map<string, LeaseObject>();
  #version = 1_000;
  #uids = 0;
  readonly #uidPrefix: string;
  readonly onChange: ((change: Change) => void)[] = [];
  /** Earlier states, for whoever restores one. */
  readonly past: LeaseObject[] = [];

  /** No two API servers give the same uid. */
  constructor(uidPrefix = "uid") {
    this.#uidPrefix = uidPrefix;
  }

  get(name: string): LeaseObject | undefined {
    return this.#leases.get(name);
  }

  names(): string[] {
    return [...this.#leases.keys()];
  }

  read(name: string): StoreOutcome {
    const lease = this.#leases.get(name);
    return lease === undefined ? fail("not_found", 404) : { kind: "lease", lease };
  }

  create(object: LeaseObject): StoreOutcome {
    if (this.#leases.has(object.metadata.name)) return fail("conflict", 409);
    return { kind: "lease", lease: this.#put(object, `${this.#uidPrefix}-${++this.#uids}`) };
  }

  /** A PUT. Without uid it re-creates what is missing; without resourceVersion it replaces anything. */
  replace(object: LeaseObject): StoreOutcome {
    const { name, uid, resourceVersion } = object.metadata;
    const present = this.#leases.get(name);
    if (present === undefined) {
      return uid === undefined ? this.create(object) : fail("conflict", 409);
    }
    if (uid !== undefined && uid !== present.metadata.uid) return fail("conflict", 409);
    if (resourceVersion !== undefined && resourceVersion !== present.metadata.resourceVersion) {
      return fail("conflict", 409);
    }
    return { kind: "lease", lease: this.#put(object, present.metadata.uid ?? "") };
  }

  /** A PUT as dry run: judged and not kept. */
  tryReplace(object: LeaseObject): StoreOutcome {
    const { name, uid, resourceVersion } = object.metadata;
    const present = this.#leases.get(name);
    if (present === undefined) return fail("not_found", 404);
    const same = uid === present.metadata.uid &&
      resourceVersion === present.metadata.resourceVersion;
    return same ? { kind: "lease", lease: present } : fail("conflict", 409);
  }

  /** By hand: no version is asked for. */
  edit(name: string, change: (lease: LeaseObject) => LeaseObject): void {
    const present = this.#leases.get(name);
    if (present !== undefined) this.#put(change(present), present.metadata.uid ?? "");
  }

  remove(name: string): void {
    const before = this.#leases.get(name);
    if (before === undefined) return;
    this.#version++;
    this.#leases.delete(name);
    this.#tell({ name, before, after: undefined });
  }

  #put(object: LeaseObject, uid: string): LeaseObject {
    const { name } = object.metadata;
    const before = this.#leases.get(name);
    const resourceVersion = String(++this.#version);
    const after = { ...object, metadata: { ...object.metadata, uid, resourceVersion } };
    this.#leases.set(name, after);
    // Of renewals one in eight is enough; changes of hands are what restores bring back.
    const isRenewal = before?.spec?.holderIdentity === after.spec?.holderIdentity;
    if (before !== undefined && (!isRenewal || this.#version % 8 === 0)) this.past.push(before);
    if (this.past.length > VERSIONS_KEPT) this.past.shift();
    this.#tell({ name, before, after });
    return after;
  }

  #tell(change: Change): void {
    for (const told of this.onChange) told(change);
  }
}

export function fail(kind: ApiFailure["kind"], status?: number): ApiFailure {
  return { kind, message: `Simulated ${kind}`, ...(status === undefined ? {} : { status }) };
}
