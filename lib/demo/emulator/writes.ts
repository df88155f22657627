// Owns what each write does to the store, and in which order a real API server refuses it.
// Never reads a request; a refusal is an ApiError and changes nothing.

import { appliedTo, type ApplyOptions } from "./applied.ts";
import { isEqual, isObject, mergePatch, releaseChanged } from "./apply.ts";
import {
  alreadyExists,
  ApiError,
  badRequest,
  conflict,
  invalid,
  MODIFIED,
  notFound,
} from "./failure.ts";
import {
  keyOf,
  requireAsExpected,
  requireName,
  requireNamespace,
  requireUnmoved,
  type Target,
  uidMismatch,
} from "./preconditions.ts";
import { decodeObject, type PatchedObject, validateObject } from "./objects.ts";
import { podDeletion } from "./pod_deletion.ts";
import type { Entry, JsonObject, Owners, Store, StoredObject } from "./store.ts";

export interface WriteOptions extends ApplyOptions {
  readonly dryRun: boolean;
}

export interface Written {
  readonly code: 200 | 201;
  readonly object: StoredObject;
}

export interface Identities {
  now(): Date;
  randomUuid(): string;
}

export class Writes {
  readonly #store: Store;
  readonly #identities: Identities;

  constructor(store: Store, identities: Identities) {
    this.#store = store;
    this.#identities = identities;
  }

  create(target: Target, body: unknown, options: WriteOptions): Written {
    const { resource } = target;
    const decoded = decodeObject(resource, body);
    const generateName = decoded.metadata["generateName"];
    const suffix = this.#identities.randomUuid().slice(0, 5);
    const name = decoded.metadata.name ??
      (typeof generateName === "string" ? `${generateName}${suffix}` : "");
    const named = { ...decoded, metadata: { ...decoded.metadata, name } };
    requireNamespace(target, named);
    if ((named.metadata.resourceVersion ?? "") !== "") {
      throw new ApiError(
        500,
        undefined,
        "resourceVersion should not be set on objects to be created",
      );
    }
    validateObject(resource, named);
    if (this.#store.get(keyOf({ ...target, name })) !== undefined) {
      throw alreadyExists(resource, name);
    }
    return this.#insert({ ...target, name }, named, { options, owners: new Map() });
  }

  replace(target: Target, body: unknown, options: WriteOptions): Written {
    const { resource, name } = target;
    const decoded = decodeObject(resource, body);
    requireName(target, decoded);
    requireNamespace(target, decoded);
    const entry = this.#store.get(keyOf(target));
    const { uid = "", resourceVersion = "" } = decoded.metadata;
    if (entry === undefined && (resource.isCustom || target.subresource)) {
      throw notFound(resource, name);
    }
    if (uid !== "" && uid !== entry?.object.metadata.uid) {
      throw conflict(resource, name, uidMismatch(target, { wanted: uid, entry }));
    }
    if (entry === undefined) {
      // A resourceVersion alone does not keep a deleted Lease from being created again: only a uid does.
      validateObject(resource, decoded);
      return this.#insert(target, decoded, { options, owners: new Map() });
    }
    if (resourceVersion === "" || resourceVersion === "0") {
      throw invalid(resource, name, {
        causes: [{
          field: "metadata.resourceVersion",
          message: "Invalid value: 0: must be specified for an update",
        }],
        named: "plural",
      });
    }
    if (resourceVersion !== entry.object.metadata.resourceVersion) {
      throw conflict(resource, name, MODIFIED);
    }
    return this.#update(target, entry, { wanted: decoded, options });
  }

  mergePatch(target: Target, patch: unknown, options: WriteOptions): Written {
    const { resource, name } = target;
    if (!isObject(patch)) throw badRequest("error decoding patch: json: cannot unmarshal");
    const entry = this.#store.get(keyOf(target));
    if (entry === undefined) throw notFound(resource, name);
    const wanted = decodeObject(resource, mergePatch(entry.object, patch), { asPatch: true });
    requireName(target, wanted);
    requireUnmoved(target, entry, wanted);
    return this.#update(target, entry, { wanted, options });
  }

  apply(target: Target, config: unknown, options: WriteOptions): Written {
    const entry = this.#store.get(keyOf(target));
    const { wanted, owners } = appliedTo(target, entry, { config, options });
    if (entry === undefined) {
      validateObject(target.resource, wanted);
      return this.#insert(target, wanted, { options, owners });
    }
    requireUnmoved(target, entry, wanted);
    return this.#update(target, entry, { wanted, options, owners });
  }

  /** `left` is a Pod as its deletion marked it, gone or not. */
  remove(
    target: Target,
    deleteOptions: unknown,
    options: WriteOptions,
  ): { readonly uid: string; readonly left?: StoredObject | undefined } {
    const { resource, name } = target;
    const entry = this.#store.get(keyOf(target));
    if (entry === undefined) throw notFound(resource, name);
    requireAsExpected(target, entry, deleteOptions);
    const { uid } = entry.object.metadata;
    const now = this.#identities.now();
    const { marked, goesAtOnce = true } = podDeletion(entry.object, { deleteOptions, now }) ?? {};
    if (options.dryRun) return { uid, left: marked };
    const isNews = marked !== undefined && marked !== entry.object;
    const left = isNews ? this.#store.put(keyOf(target), { ...entry, object: marked }) : marked;
    if (goesAtOnce) this.#store.remove(keyOf(target));
    return { uid, left };
  }

  #insert(
    target: Target,
    wanted: PatchedObject,
    { options, owners }: { options: WriteOptions; owners: Owners },
  ): Written {
    const { status: _, ...withoutStatus } = wanted;
    const { resourceVersion: __, ...metadata } = wanted.metadata;
    const object = {
      ...(target.resource.isCustom ? withoutStatus : wanted),
      metadata: {
        ...metadata,
        name: target.name,
        namespace: target.namespace,
        uid: this.#identities.randomUuid(),
        creationTimestamp: this.#identities.now().toISOString().replace(/\.\d+Z$/, "Z"),
        ...(target.resource.isCustom ? { generation: 1 } : {}),
      },
    } as unknown as StoredObject;
    const entry: Entry = { object, owners };
    return { code: 201, object: options.dryRun ? object : this.#store.put(keyOf(target), entry) };
  }

  /** A write that changes nothing keeps the resourceVersion and wakes no watch, as on the real server. */
  #update(
    target: Target,
    entry: Entry,
    { wanted, options, owners }: { wanted: PatchedObject; options: WriteOptions; owners?: Owners },
  ): Written {
    const before = entry.object;
    const combined: JsonObject = target.subresource === "status"
      ? { ...before, metadata: wanted.metadata, status: wanted["status"] }
      : target.resource.isCustom
      ? { ...wanted, status: before["status"] }
      : wanted;
    const generation = before.metadata["generation"];
    const specChanged = !isEqual(combined["spec"], before["spec"]);
    const object = {
      ...combined,
      metadata: {
        ...wanted.metadata,
        uid: before.metadata.uid,
        resourceVersion: before.metadata.resourceVersion,
        creationTimestamp: before.metadata["creationTimestamp"],
        generation: typeof generation === "number" && specChanged ? generation + 1 : generation,
      },
    } as unknown as StoredObject;
    validateObject(target.resource, object);
    if (options.dryRun) return { code: 200, object };
    if (isEqual(object, before) && (owners === undefined || isEqualOwners(owners, entry.owners))) {
      return { code: 200, object: before };
    }
    const next = { object, owners: owners ?? releaseChanged(entry.owners, before, object) };
    return { code: 200, object: this.#store.put(keyOf(target), next) };
  }
}

function isEqualOwners(a: Owners, b: Owners): boolean {
  const plain = (owners: Owners) =>
    Object.fromEntries([...owners].map(([manager, owned]) => [manager, [...owned].sort()]));
  return isEqual(plain(a), plain(b));
}
