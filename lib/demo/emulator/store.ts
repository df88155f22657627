// Owns the emulator's objects: one linear history of revisions, as etcd keeps it.
// Never knows HTTP, clocks or what a Lease is.

export type JsonObject = { readonly [field: string]: unknown };

export interface StoredObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: JsonObject & {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion: string;
  };
}

/** Fields that a field manager applied, by manager; each field as the JSON of its path. */
export type Owners = ReadonlyMap<string, ReadonlySet<string>>;

export interface Entry {
  readonly object: StoredObject;
  readonly owners: Owners;
}

export interface Change {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  /** Plural and group, such as `leases.coordination.k8s.io`. */
  readonly collection: string;
  readonly revision: number;
  readonly object: StoredObject;
  /** As it was before this change; undefined when it did not exist. */
  readonly previous: StoredObject | undefined;
}

export interface Key {
  readonly collection: string;
  readonly namespace: string;
  readonly name: string;
}

const FIRST_REVISION = 100; // so that "1" is too old for a watch, as on a server that has lived
const HISTORY_LIMIT = 10_000;

export class Store {
  #revision = FIRST_REVISION;
  #compactedRevision = FIRST_REVISION;
  readonly #entries = new Map<string, Entry>();
  #history: Change[] = [];
  readonly #listeners = new Set<(change: Change) => void>();

  get revision(): number {
    return this.#revision;
  }

  /** Latest revision that a watch cannot start before. */
  get compactedRevision(): number {
    return this.#compactedRevision;
  }

  get(key: Key): Entry | undefined {
    return this.#entries.get(keyText(key));
  }

  list(collection: string, namespace?: string): StoredObject[] {
    const prefix = namespace === undefined ? `${collection}/` : `${collection}/${namespace}/`;
    return [...this.#entries.keys()].filter((key) => key.startsWith(prefix)).sort()
      .map((key) => this.#entries.get(key)!.object);
  }

  /** Writes at the next revision and tells every listener before it returns. */
  put(key: Key, entry: Entry): StoredObject {
    const previous = this.get(key)?.object;
    const type = previous === undefined ? "ADDED" : "MODIFIED";
    const object = this.#atNextRevision(entry.object);
    this.#entries.set(keyText(key), { ...entry, object });
    const { collection } = key;
    this.#record({ type, collection, revision: this.#revision, object, previous });
    return object;
  }

  /** Deletes; the object in the event carries the revision of the deletion, as the real server's does. */
  remove(key: Key): void {
    const entry = this.#entries.get(keyText(key));
    if (entry === undefined) return;
    this.#entries.delete(keyText(key));
    const object = this.#atNextRevision(entry.object);
    this.#record({
      type: "DELETED",
      collection: key.collection,
      revision: this.#revision,
      object,
      previous: entry.object,
    });
  }

  /** Changes of a collection after a revision, oldest first; undefined when they are compacted. */
  changesAfter(revision: number, collection: string): Change[] | undefined {
    if (revision < this.#compactedRevision) return undefined;
    return this.#history.filter((c) => c.revision > revision && c.collection === collection);
  }

  /** Forgets all history: a watch from an earlier revision gets 410. */
  compact(): void {
    this.#compactedRevision = this.#revision;
    this.#history = [];
  }

  /** Calls back synchronously on each change, until the returned function is called. */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #atNextRevision(object: StoredObject): StoredObject {
    const resourceVersion = String(++this.#revision);
    return { ...object, metadata: { ...object.metadata, resourceVersion } };
  }

  #record(change: Change): void {
    this.#history.push(change);
    if (this.#history.length > HISTORY_LIMIT) {
      this.#compactedRevision = this.#history[HISTORY_LIMIT / 2]!.revision;
      this.#history = this.#history.slice(HISTORY_LIMIT / 2 + 1);
    }
    for (const listener of [...this.#listeners]) listener(change);
  }
}

function keyText({ collection, namespace, name }: Key): string {
  return `${collection}/${namespace}/${name}`;
}
